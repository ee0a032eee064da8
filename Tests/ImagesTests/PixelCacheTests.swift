import Dispatch
import Files
import Foundation
import Images
import Randomness
import Synchronization
import TestSupport
import Testing

@Suite struct PixelCacheTests {
  let folder: TemporaryFolder
  let data: String
  let caches: String

  init() throws {
    folder = try TemporaryFolder()
    (data, caches) = (folder.path + "/data", folder.path + "/deeper/caches")
    try Folder.create(data)
  }

  /// Copies of the fixtures, so that a test can change them.
  private func sources(
    _ names: [String] = ["colour.jpg", "alpha.png", "gray.jpg"]
  ) throws
    -> [PixelSource]
  {
    try names.map { name in
      let path = data + "/" + name
      if !FileManager.default.fileExists(atPath: path) {
        try AtomicFile.write(Data(try Fixture.bytes(name)), to: path)
      }
      return .file(path)
    }
  }

  private func open(
    _ sources: [PixelSource], height: Int = 12, width: Int = 10, threads: Int = 2,
    limits: DecodingLimits = .standard
  ) throws -> PixelCache {
    try PixelCache.open(
      folder: caches, sources: sources, height: height, width: width, limits: limits,
      threads: threads)
  }

  @Test func holdsTheDecodedAndResizedPixels() throws {
    let names = ["colour.jpg", "alpha.png", "gray.jpg"]
    let cache = try open(try sources(names))
    #expect(cache.origin == .built)
    #expect((cache.count, cache.height, cache.width) == (3, 12, 10))
    for (index, name) in names.enumerated() {
      let image = try ImageDecoder.decode(path: Fixture.path(name), target: (12, 10))
      #expect(Array(cache.pixels(at: index)) == image.resized(height: 12, width: 10).pixels)
      #expect(cache.problem(at: index) == nil)
    }
  }

  @Test func isFoundAgainAndIsTheSame() throws {
    let first = try open(try sources())
    let second = try open(try sources())
    #expect(second.origin == .found)
    #expect(second.digest == first.digest)
    #expect(second.path == first.path)
    for index in 0..<3 { #expect(second.pixels(at: index).elementsEqual(first.pixels(at: index))) }
  }

  @Test("the number of threads changes no byte", arguments: [1, 3, 8])
  func threads(threads: Int) throws {
    let many = (0..<5).flatMap { _ in try! sources() }
    let one = try open(many, threads: 1)
    let bytes = try WholeFile.read(path: one.path, limit: 1 << 20)
    try FileManager.default.removeItem(atPath: one.path)
    let other = try open(many, threads: threads)
    #expect(try WholeFile.read(path: other.path, limit: 1 << 20) == bytes)
  }

  @Test func progressReachesTheTotal() throws {
    let sources = (0..<100).flatMap { _ in try! self.sources() }
    var seen: [Int] = []
    _ = try PixelCache.open(
      folder: caches, sources: sources, height: 4, width: 4, threads: 2
    ) { done, total in
      #expect(total == 300)
      seen.append(done)
    }
    #expect(seen.last == 300)
    #expect(seen.count > 1)
    #expect(seen == seen.sorted())
  }

  @Test func noSourcesAtAll() throws {
    #expect(try open([]).count == 0)
    #expect(try open([]).origin == .found)
  }

  @Test("every flipped bit, cut and addition is noticed, and the cache built again")
  func damage() throws {
    let sources = try sources()
    let cache = try open(sources, height: 5, width: 4)
    let path = cache.path
    let bytes = try WholeFile.read(path: path, limit: 1 << 20)
    var generator = SeededGenerator(seed: 8, purpose: .testing)
    for round in 0..<240 {
      var changed = bytes
      switch round % 4 {
      case 0: changed.removeLast(1 + generator.integer(below: changed.count))
      case 1: changed += [UInt8](repeating: 0, count: 1 + generator.integer(below: 300))
      case 2:
        // The header is the largest part of so small a file; damage what follows it as well.
        let place = 4096 + generator.integer(below: changed.count - 4096)
        changed[place] ^= 1 << UInt8(generator.integer(below: 8))
      default:
        changed[generator.integer(below: changed.count)] ^= 1 << UInt8(generator.integer(below: 8))
      }
      try Data(changed).write(to: URL(filePath: path))
      let again = try open(sources, height: 5, width: 4)
      guard case .rebuilt = again.origin else {
        Issue.record("round \(round): the damage was not noticed")
        continue
      }
      #expect(again.digest == cache.digest)
      #expect(try WholeFile.read(path: path, limit: 1 << 20) == bytes)
    }
  }

  @Test func aBitInEveryByteBehindTheHeaderMatters() throws {
    let sources = try sources(["colour.png"]) + [.file(data + "/none.png")]
    let cache = try open(sources, height: 2, width: 2)
    let bytes = try WholeFile.read(path: cache.path, limit: 1 << 20)
    for place in 4096..<bytes.count {
      var changed = bytes
      changed[place] ^= 1
      try Data(changed).write(to: URL(filePath: cache.path))
      let origin = try open(sources, height: 2, width: 2).origin
      #expect(origin != .found, "byte \(place)")
    }
  }

  @Test func imagesThatCannotBeUsedAreSetAsideWithTheirReason() throws {
    try AtomicFile.write("", to: data + "/empty.jpg")
    try AtomicFile.write("<html>not found</html>", to: data + "/page.jpg")
    let cut = try Fixture.bytes("colour.jpg").dropLast(300)
    try AtomicFile.write(Data(cut), to: data + "/cut.jpg")
    let bad = ["none.jpg", "empty.jpg", "page.jpg", "cut.jpg"].map {
      PixelSource.file(data + "/" + $0)
    }
    let sources = try sources(["colour.png", "large.jpg"]) + bad
    let limits = DecodingLimits(
      bytes: try Fixture.bytes("large.jpg").count - 1, pixels: 20_000)
    for origin in [PixelCache.Origin.built, .found] {
      let cache = try open(sources, limits: limits)
      #expect(cache.origin == origin)
      let reasons = (0..<6).map { cache.problem(at: $0)?.reason }
      #expect(reasons == [nil, .oversized, .missing, .empty, .unreadable, .unreadable])
      #expect(cache.problemCount == 5)
      #expect(cache.problem(at: 5)?.detail.contains("cut.jpg: Premature end") == true)
      #expect(cache.pixels(at: 2).allSatisfy { $0 == 0 })
    }
  }

  @Test func aChangedSourceIsNoticed() throws {
    let sources = try sources()
    let before = try open(sources)
    try AtomicFile.write(Data(try Fixture.bytes("gray.jpg")), to: data + "/colour.jpg")
    let after = try open(sources)
    #expect(after.origin == .built)
    #expect(after.path != before.path)
    #expect(after.digest != before.digest)
    #expect(after.pixels(at: 0).elementsEqual(after.pixels(at: 2)))
  }

  @Test func aSourceThatAppearsIsNoticed() throws {
    let sources = [PixelSource.file(data + "/colour.png")]
    #expect(try open(sources).problem(at: 0)?.reason == .missing)
    _ = try self.sources(["colour.png"])
    #expect(try open(sources).problem(at: 0) == nil)
  }

  @Test func aCopiedDataSetHasTheSameDigest() throws {
    let first = try open(try sources())
    let elsewhere = try ["colour.jpg", "alpha.png", "gray.jpg"].map { name in
      try AtomicFile.write(Data(try Fixture.bytes(name)), to: folder.path + "/" + name)
      return PixelSource.file(folder.path + "/" + name)
    }
    let second = try open(elsewhere)
    #expect(second.path != first.path)
    #expect(second.digest == first.digest)
  }

  @Test func sizeOrderAndLimitsMakeAnotherCache() throws {
    let sources = try sources()
    let caches = [
      try open(sources), try open(sources, height: 13), try open(sources.reversed()),
      try open(sources, limits: DecodingLimits(bytes: 1 << 20, pixels: 1 << 20)),
    ]
    #expect(Set(caches.map(\.path)).count == 4)
    #expect(Set(caches.map(\.digest)).count == 3)
  }

  @Test func opensAtTheSameTimeBuildOnce() throws {
    let sources = (0..<20).flatMap { _ in try! self.sources() }
    let origins = Mutex<[PixelCache.Origin]>([])
    let digests = Mutex<Set<String>>([])
    let caches = caches
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      let cache = try! PixelCache.open(
        folder: caches, sources: sources, height: 16, width: 16, threads: 2)
      origins.withLock { $0.append(cache.origin) }
      digests.withLock { _ = $0.insert(cache.digest) }
    }
    #expect(origins.withLock { $0.filter { $0 == .built }.count } == 1)
    #expect(digests.withLock { $0.count } == 1)
  }

  @Test func leavesNoTemporaries() throws {
    _ = try open(try sources())
    let names = try FileManager.default.contentsOfDirectory(atPath: caches)
    #expect(names.allSatisfy { !$0.hasPrefix(".") })
    #expect(names.count == 2)
  }

  @Test func aFolderThatCannotBeMadeIsAnError() throws {
    try AtomicFile.write("a file", to: folder.path + "/deeper")
    #expect(throws: FileError.self) { try open(try sources()) }
  }
}

@Suite struct ContainerPixelTests {
  private func idx(_ sizes: [Int], _ count: Int? = nil) -> Data {
    var bytes: [UInt8] = [0, 0, 8, UInt8(sizes.count)]
    for size in sizes { bytes += [0, 0, UInt8(size >> 8), UInt8(size & 255)] }
    bytes += (0..<(count ?? sizes.reduce(1, *))).map { UInt8($0 * 7 % 256) }
    return Data(bytes)
  }

  @Test func grayImagesOfAnIDXFileBecomeRGB() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/images.idx"
    try AtomicFile.write(idx([3, 4, 5]), to: path)
    let sources = (0..<4).map { PixelSource.idx(file: path, index: $0) }
    let cache = try PixelCache.open(
      folder: folder.path, sources: sources, height: 4, width: 5, threads: 2)
    for index in 0..<3 {
      let expected = (0..<60).map { UInt8((20 * index + $0 / 3) * 7 % 256) }
      #expect(Array(cache.pixels(at: index)) == expected)
    }
    #expect(cache.problem(at: 3)?.reason == .unreadable)
    #expect(cache.problem(at: 3)?.detail.contains("image 3 was asked for and it has 3") == true)
  }

  @Test func truncatedOrMissingIDXFilesSetAllTheirImagesAside() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/images.idx"
    try AtomicFile.write(idx([3, 4, 5], 59), to: path)
    let sources: [PixelSource] = [
      .idx(file: path, index: 0), .idx(file: folder.path + "/none.idx", index: 0),
    ]
    let cache = try PixelCache.open(
      folder: folder.path, sources: sources, height: 4, width: 5, threads: 1)
    #expect(cache.problem(at: 0)?.reason == .unreadable)
    #expect(cache.problem(at: 0)?.detail.contains("60 bytes of data and 59") == true)
    #expect(cache.problem(at: 1)?.reason == .missing)
  }

  @Test("planes of CIFAR files become pixels", arguments: [1, 2])
  func cifar(labelBytes: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/batch.bin"
    var bytes: [UInt8] = []
    for record in 0..<2 {
      bytes += [UInt8](repeating: 9, count: labelBytes)
      for plane in 0..<3 { bytes += (0..<1024).map { UInt8(($0 + plane * 50 + record) % 256) } }
    }
    try AtomicFile.write(Data(bytes), to: path)
    let sources = (0..<2).map {
      PixelSource.cifar(file: path, index: $0, labelBytes: labelBytes)
    }
    let cache = try PixelCache.open(
      folder: folder.path, sources: sources, height: 32, width: 32, threads: 2)
    for record in 0..<2 {
      let expected = (0..<3072).map { UInt8(($0 / 3 + $0 % 3 * 50 + record) % 256) }
      #expect(Array(cache.pixels(at: record)) == expected)
    }
  }
}
