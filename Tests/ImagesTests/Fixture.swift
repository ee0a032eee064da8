import Files
import Foundation
import Images
import Testing

/// Image files beside what Pillow made of them.
enum Fixture {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    var source: String
    var expected: String
    var height: Int
    var width: Int
    var tolerance: Int
    var kind: String
    var sha256: String
    var testDescription: String { "\(source) to \(expected)" }
  }
  private struct Manifest: Decodable { var entries: [Entry] }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().path + "/Fixtures"

  static let entries: [Entry] = {
    let data = try! Data(contentsOf: URL(filePath: folder + "/manifest.json"))
    return try! JSONDecoder().decode(Manifest.self, from: data).entries
  }()

  static func path(_ name: String) -> String { folder + "/" + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    try WholeFile.read(path: path(name), limit: 1 << 20)
  }
}

/// The largest difference of two images' bytes.
func worstDifference(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Int {
  zip(left, right).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
}
