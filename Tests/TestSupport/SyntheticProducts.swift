import Files
import Foundation
import Randomness

/// A table of small gray pictures with names: what the class looks like, and what it is called.
///
/// Class c is named `Kind<c>s` and brightens the c-th of `counts.count` columns; its products' names
/// hold a word that only it has, `own<c>`, some the class's own word, and words that say nothing.
/// Every ninth name is empty.
public struct SyntheticProducts: Sendable {
  /// Products of each class.
  public var counts: [Int]
  /// Standard deviation of the noise, in gray levels; 500 leaves nothing to see.
  public var noise: Double
  public var size = 8
  /// Whether the names say anything of the class.
  public var namesTell = true
  /// Whether they say it with a word of the class's own besides that of its name.
  public var hasOwnWords = true

  /// Products with noise that makes their pictures neither trivial nor hopeless.
  public init(counts: [Int], noise: Double = 60) { (self.counts, self.noise) = (counts, noise) }

  /// The name of the table that ``write(to:)`` makes, with the columns id, kind, name.
  public static let table = "products.csv"

  /// Writes the table and `images/<id>.png`.
  public func write(to folder: String) throws {
    let url = URL(fileURLWithPath: folder)
    try FileManager.default.createDirectory(
      at: url.appendingPathComponent("images"), withIntermediateDirectories: true)
    var generator = SeededGenerator(seed: 9, purpose: .testing)
    var rows = ["id,kind,name"]
    var id = 0
    for (label, count) in counts.enumerated() {
      for _ in 0..<count {
        rows.append("\(id),Kind\(label)s,\(name(of: id, label: label, using: &generator))")
        try picture(of: label, using: &generator)
          .write(to: url.appendingPathComponent("images/\(id).png"))
        id += 1
      }
    }
    try (rows.joined(separator: "\n") + "\n").write(
      to: url.appendingPathComponent(Self.table), atomically: true, encoding: .utf8)
  }

  private func name(of id: Int, label: Int, using g: inout SeededGenerator) -> String {
    if id % 9 == 8 { return "" }
    var words = ["Brand\(g.integer(below: 5))"]
    if namesTell, hasOwnWords, g.uniform() < 0.8 { words.append("own\(label)") }
    if namesTell, g.uniform() < 0.6 { words.append("Kind\(label)") }
    words.append("Colour\(g.integer(below: 7))")
    return words.joined(separator: " ")
  }

  private func picture(of label: Int, using g: inout SeededGenerator) -> Data {
    var rows: [UInt8] = []
    for _ in 0..<size {
      rows.append(0)  // no filter
      for x in 0..<size {
        let level = (x * counts.count / size == label ? 180.0 : 60.0) + noise * g.normal()
        rows.append(UInt8(min(max(level, 0), 255)))
      }
    }
    return Self.png(rows, size: size)
  }

  /// A gray PNG whose rows are stored as they are (RFC 1951, block type 0).
  private static func png(_ rows: [UInt8], size: Int) -> Data {
    func big(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
    func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
      let body = Array(type.utf8) + content
      let sum = body.withUnsafeBytes { CRC32.checksum(of: $0) }
      return big(UInt32(content.count)) + body + big(sum)
    }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in rows {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    let length = UInt16(rows.count)
    let stored =
      [0x78, 0x01, 1, UInt8(length & 255), UInt8(length >> 8)]
      + [UInt8(~length & 255), UInt8(~length >> 8)] + rows + big(b << 16 | a)
    let header = big(UInt32(size)) + big(UInt32(size)) + [8, 0, 0, 0, 0]
    return Data(
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
        + chunk("IDAT", stored) + chunk("IEND", []))
  }
}
