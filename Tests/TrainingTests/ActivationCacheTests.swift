import Files
import Foundation
import Images
import Kernels
import Networks
import Randomness
import Recipes
import Synchronization
import TestSupport
import Testing
import Training

@Suite struct ActivationCacheTests {
  private let folder: TemporaryFolder
  private let pool = ThreadPool(threads: 1)

  init() throws { folder = try TemporaryFolder("activations") }

  private func key(weights: String = "w") throws -> ActivationKey {
    let text = """
      {"model": "m", "part": "layer2", "weights": "\(weights)", "data": "d",
       "image": {"height": 8, "width": 8, "mean": [0, 0, 0], "standardDeviation": [1, 1, 1]},
       "engine": {"convolution": "fastest", "kernels": {}, "blas": "b", "batch": 4, "probe": "p"},
       "content": {"training": {}}}
      """
    return try JSONDecoder().decode(ActivationKey.self, from: Data(text.utf8))
  }

  private static func value(_ record: Int, _ number: Int) -> Float { Float(record * 100 + number) }

  private func open(
    _ key: ActivationKey, count: Int = 11, numbers: Int = 7, computed: inout [Range<Int>]
  ) throws -> ActivationCache {
    try ActivationCache.open(
      folder: folder.path(of: "cache"), key: key, count: count, numbers: numbers, chunk: 4,
      pool: pool,
      compute: { range, room in
        computed.append(range)
        for record in range {
          for number in 0..<numbers {
            room[(record - range.lowerBound) * numbers + number] = Self.value(record, number)
          }
        }
      })
  }

  private func isRight(_ cache: ActivationCache) -> Bool {
    (0..<cache.count).allSatisfy { record in
      (0..<cache.numbers).allSatisfy { cache.record(record)[$0] == Self.value(record, $0) }
    }
  }

  @Test func `records are computed once, in chunks, and read back`() throws {
    var computed: [Range<Int>] = []
    let built = try open(try key(), computed: &computed)
    #expect(built.origin == .built)
    #expect(computed == [0..<4, 4..<8, 8..<11])
    #expect(isRight(built))
    let found = try open(try key(), computed: &computed)
    #expect(found.origin == .found)
    #expect(computed.count == 3)
    #expect(isRight(found))
  }

  @Test func `every flipped bit, cut, and added byte is seen`() throws {
    var computed: [Range<Int>] = []
    let (key, pool) = (try key(), pool)
    let path = try open(key, computed: &computed).path
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    func damage(_ bytes: Data) throws -> String? {
      try bytes.write(to: URL(fileURLWithPath: path))
      guard !bytes.isEmpty else { return "empty" }
      return ActivationFile.damage(
        in: try MappedFile(path: path), key: key.digest, count: 11, numbers: 7, pool: pool)
    }
    var generator = SeededGenerator(seed: 11, purpose: .testing)
    for round in 0..<2_000 {
      var bad = good
      switch round % 4 {
      case 0: bad = good.prefix(generator.integer(below: good.count))
      case 1: bad.append(UInt8(generator.integer(below: 256)))
      case 2:
        // Records, checksums and seal, which the header's zeros would hide from chance.
        bad[4096 + generator.integer(below: good.count - 4096)] ^=
          1 << UInt8(generator.integer(below: 8))
      default:
        bad[generator.integer(below: good.count)] ^= 1 << UInt8(generator.integer(below: 8))
      }
      guard try damage(bad) != nil else {
        Issue.record("round \(round) was not seen")
        return
      }
    }
    #expect(try damage(good) == nil)
    for bad in [good.dropLast(), Data(), good + [0], Data(good.map { $0 ^ 1 })] {
      try bad.write(to: URL(fileURLWithPath: path))
      let cache = try open(key, computed: &computed)
      guard case .rebuilt = cache.origin, isRight(cache) else {
        Issue.record("\(bad.count) bytes were believed: \(cache.origin)")
        return
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == good)
    }
  }

  @Test func `a file of another key, length or width is not believed`() throws {
    var computed: [Range<Int>] = []
    let path = try open(try key(), computed: &computed).path
    let other = try open(try key(weights: "v"), computed: &computed).path
    #expect(path != other)
    try FileManager.default.removeItem(atPath: other)
    try FileManager.default.copyItem(atPath: path, toPath: other)
    let again = try open(try key(weights: "v"), computed: &computed)
    #expect(again.origin == .rebuilt(because: "its header is not the expected one"))
    for (count, numbers) in [(12, 7), (11, 8), (7, 11)] {
      let cache = try open(try key(), count: count, numbers: numbers, computed: &computed)
      guard case .rebuilt = cache.origin else {
        Issue.record("\(count) × \(numbers) was found")
        return
      }
      #expect(isRight(cache))
    }
  }

  @Test func `an error while computing or writing leaves nothing behind`() throws {
    struct Failure: Error {}
    let cache = folder.path(of: "cache")
    for failing in 0..<3 {
      #expect(throws: Failure.self) {
        var calls = 0
        _ = try ActivationCache.open(
          folder: cache, key: try key(), count: 11, numbers: 7, chunk: 4, pool: pool,
          compute: { _, _ in
            defer { calls += 1 }
            if calls == failing { throw Failure() }
          })
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: cache)
      #expect(names.allSatisfy { $0.hasSuffix(".lock") })
    }
    #expect(throws: FileError.self) {
      // More than any disk has.
      _ = try ActivationCache.open(
        folder: cache, key: try key(), count: 1 << 40, numbers: 1 << 12, chunk: 4, pool: pool,
        compute: { _, _ in Issue.record("computed") })
    }
  }

  @Test func `several at once compute once`() throws {
    let calls = Atomic<Int>(0)
    let right = Atomic<Int>(0)
    let (path, key) = (folder.path(of: "cache"), try key())
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      let cache = try? ActivationCache.open(
        folder: path, key: key, count: 3, numbers: 2, chunk: 3, pool: ThreadPool(threads: 1),
        compute: { range, room in
          calls.add(1, ordering: .relaxed)
          Thread.sleep(forTimeInterval: 0.1)
          for index in 0..<6 { room[index] = Self.value(index / 2, index % 2) }
        })
      if let cache, isRight(cache) { right.add(1, ordering: .relaxed) }
    }
    #expect(calls.load(ordering: .relaxed) == 1)
    #expect(right.load(ordering: .relaxed) == 4)
  }

  @Test func `who waits for another's work can be stopped`() throws {
    let key = try key()
    let cache = folder.path(of: "cache")
    try Folder.create(cache)
    let lock = try FileLock(waitingFor: cache + "/" + key.fileName + ".lock")
    defer { lock.unlock() }
    var asked = 0
    #expect(throws: ActivationCache.Interrupted.self) {
      _ = try ActivationCache.open(
        folder: cache, key: key, count: 3, numbers: 2, chunk: 3, pool: pool,
        shouldStop: {
          asked += 1
          return asked == 3
        },
        compute: { _, _ in Issue.record("computed") })
    }
  }

  @Test func `clearing removes what it is asked to, and what is mapped stays`() throws {
    var computed: [Range<Int>] = []
    let cache = try open(try key(), computed: &computed)
    try folder.write("x", to: "cache/pixels-8x8-0.cache")
    try folder.write("x", to: "cache/notes.txt")
    try folder.write("x", to: "cache/.activations-a.cache.999999999-1.partial")
    let all = CacheFolder(folder.path(of: "cache"))
    #expect(try all.entries().map(\.kind) == [.activations, .pixels])
    #expect(try all.clear(olderThan: 3600) == [])
    #expect(try all.clear(.activations).map(\.kind) == [.activations])
    #expect(isRight(cache))
    #expect(try all.clear().map(\.name) == ["pixels-8x8-0.cache"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: all.path) == ["notes.txt"])
    #expect(try CacheFolder(folder.path(of: "nowhere")).clear() == [])
  }
}
