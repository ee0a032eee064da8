import Foundation
import Images
import TestSupport
import Testing

/// Against hashes and distances by NumPy, in `Tests/References/near_golden.py`.
@Suite("Nearly identical pictures") struct NearSearchTests {
  private struct Golden: Decodable {
    struct Pair: Decodable {
      var first: String
      var second: String
      var bits: Int
      var near: Bool
      var difference: Double
      var largestBlock: Double
    }
    var hashes: [String: String]
    var pairs: [Pair]
  }

  private static let kinds = ["texture", "waves", "slope", "lighter", "too light", "patch"]

  private static func pixels(_ kind: String) -> [UInt8] {
    var pixels: [UInt8] = []
    for y in 0..<32 {
      for x in 0..<32 {
        for c in 0..<3 {
          let value =
            switch kind {
            case "texture": x * x * 3 + y * 7 + x * y + c * 40
            case "waves": 4 * abs((x * 5 + y) % 32 - 16) + 3 * y + 10 * c
            default: 4 * x + 2 * y + 5 * c + 20
            }
          let isPatch = kind == "patch" && (8..<12).contains(y) && (12..<16).contains(x)
          let added = ["lighter": 3, "too light": 5][kind] ?? (isPatch ? 13 : 0)
          pixels.append(UInt8(value % 256 + added))
        }
      }
    }
    return pixels
  }

  private static func cache(_ folder: TemporaryFolder, _ pictures: [[UInt8]]) throws -> PixelCache {
    let sources = try pictures.enumerated().map { index, pixels in
      PixelSource.file(
        try folder.write(
          PNGMaker.encode(height: 32, width: 32, rgb: pixels), to: "\(index).png"))
    }
    return try PixelCache.open(
      folder: folder.path(of: "caches"), sources: sources, height: 32, width: 32, threads: 1)
  }

  @Test("have the hashes, the distances and the verdicts of NumPy")
  func golden() throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(try Fixture.bytes("near.json")))
    for kind in Self.kinds {
      let hash = Self.pixels(kind).withUnsafeBufferPointer { NearSearch.hash(of: $0) }
      #expect(hash == UInt64(golden.hashes[kind]!, radix: 16), "\(kind)")
    }
    let folder = try TemporaryFolder()
    let cache = try Self.cache(folder, Self.kinds.map(Self.pixels))
    let pairs = try NearSearch(in: cache).pairs(threads: 2)
    let expected = golden.pairs.filter(\.near)
    #expect(expected.count > 0 && pairs.count == expected.count)
    for (pair, other) in zip(pairs, expected) {
      #expect(Self.kinds[pair.first] == other.first && Self.kinds[pair.second] == other.second)
      #expect(pair.bits == other.bits)
      #expect(abs(pair.difference - other.difference) < 1e-9)
      #expect(abs(pair.largestBlock - other.largestBlock) < 1e-9)
    }
  }

  @Test("are each found once, whatever the threads, and not among those passed over")
  func once() throws {
    let folder = try TemporaryFolder()
    let cache = try Self.cache(folder, (0..<9).map { _ in Self.pixels("waves") })
    let pairs = try NearSearch(in: cache).pairs(threads: 1)
    #expect(pairs.count == 36)
    #expect(try NearSearch(in: cache).pairs(threads: 4) == pairs)
    #expect(try NearSearch(in: cache, passingOver: [0, 3]).pairs(threads: 2).count == 21)
  }

  @Test("are not all that have one hash: plain colours, and stripes of other depth")
  func sameHash() throws {
    func plain(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> [UInt8] {
      (0..<1024).flatMap { _ in [red, green, blue] }
    }
    func stripes(_ depth: Int) -> [UInt8] {
      (0..<1024).flatMap { place in
        [UInt8](repeating: UInt8(20 + (place % 8 < 4 ? 0 : depth)), count: 3)
      }
    }
    let pictures = [plain(0, 0, 254), plain(255, 255, 255), stripes(60), stripes(200)]
    let hashes = pictures.map { $0.withUnsafeBufferPointer { NearSearch.hash(of: $0) } }
    #expect(hashes[0] == 0 && hashes[1] == 0 && hashes[2] == hashes[3] && hashes[2] != 0)
    let folder = try TemporaryFolder()
    let cache = try Self.cache(folder, pictures + [plain(253, 254, 255)])
    let pairs = try NearSearch(in: cache).pairs(threads: 1)
    #expect(pairs.map { [$0.first, $0.second] } == [[1, 4]])
  }
}
