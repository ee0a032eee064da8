import Foundation
import TestSupport
import Testing

/// `poise data` on eight pictures of two classes, of which b1 is a copy of a1, a3 a copy of a2, and
/// b3 a level lighter than b2.
@Suite struct DuplicateListTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("duplicates")
    let pictures = [
      ("a/1", 1, 0), ("a/2", 2, 0), ("a/3", 2, 0), ("a/4", 3, 0), ("b/1", 1, 0), ("b/2", 4, 0),
      ("b/3", 4, 1), ("b/4", 5, 0),
    ]
    for (name, number, added) in pictures {
      let pixels = (0..<1024).flatMap { place -> [UInt8] in
        let (row, column) = (place / 32, place % 32)
        let value = (row * (3 * number + 1) + column * (7 * number % 11 + 2)) % 200 + added
        return [UInt8(value), UInt8(value), UInt8(value)]
      }
      try folder.write(
        PNGMaker.encode(height: 32, width: 32, rgb: pixels), to: "data/\(name).png")
    }
    try folder.write(
      """
      name: twice
      dataset: {format: folder, root: data, quarantine_limit: 0.5}
      split: {test: 0.5, validation: 0}
      image: {size: 16}
      strategies: {baseline: {}}
      """, to: "twice.yaml")
  }

  private func lines(_ arguments: String...) throws -> [String] {
    let process = PoiseProcess(["data", "twice.yaml"] + arguments, in: folder.path)
    try process.start()
    let done = try process.finish()
    #expect(done.status == 0, "\(done.standardError)")
    return done.standardOutput.split(whereSeparator: \.isNewline).map(String.init)
  }

  @Test func `identical pictures are listed, and those with two labels are told`() throws {
    let table = try lines("--duplicates", "--csv")
    #expect(table.count == 3 && table[0] == "group,id,split,label,evidence")
    #expect(table[1].hasPrefix("1,a/2.png,") && table[1].hasSuffix(",a,equal bytes"))
    #expect(table[2].hasPrefix("1,a/3.png,"))
    let text = try lines("--duplicates").joined(separator: " ")
    #expect(text.contains("a/1.png is set aside: the same picture as 'b/1.png' ('b')"))
    let kept = try lines("--duplicates", "--csv", "--set", "split.duplicates=keep")
    #expect(kept.count == 5)
    let summary = try lines().joined(separator: "\n")
    #expect(summary.contains("identical pictures with different labels"))
  }

  @Test func `nearly identical pictures are listed with their distance`() throws {
    let table = try lines("--near", "--csv")
    #expect(table[0] == "group,id,split,label,bits,difference,largest_block")
    #expect(table.count == 3)
    #expect(table[1].hasPrefix("1,b/2.png,") && table[1].hasSuffix(",b,0,1.0,1.0"))
    #expect(table[2].hasPrefix("1,b/3.png,"))
    let both = try PoiseProcess.run(
      "data", "twice.yaml", "--near", "--duplicates", in: folder.path)
    #expect(both.status == 64)
  }
}
