import Files
import Foundation
import Images
import TestSupport
import Testing

@Suite("Identical pictures") struct IdenticalPicturesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func groups(
    _ sources: [PixelSource], size: Int = 8, threads: Int = 2
  ) throws -> [IdenticalPictures] {
    try PixelCache.open(
      folder: folder.path(of: "caches"), sources: sources, height: size, width: size,
      threads: threads
    ).identicalPictures(of: sources, threads: threads)
  }

  /// A file of the given bytes.
  private func file(_ name: String, _ bytes: [UInt8]) throws -> PixelSource {
    try folder.write(bytes, to: name)
    return .file(folder.path(of: name))
  }

  /// A JPEG with a segment put in behind its first two bytes (ITU T.81, B.1.1.4).
  private func adding(_ marker: UInt8, _ text: String, to jpeg: [UInt8]) -> [UInt8] {
    let length = text.utf8.count + 2
    return jpeg.prefix(2) + [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)]
      + Array(text.utf8) + jpeg.dropFirst(2)
  }

  @Test("are one file, copies, or files that decode to the same pixels")
  func evidence() throws {
    let jpeg = try Fixture.bytes("colour.jpg")
    let first = try file("a.jpg", jpeg)
    let link = folder.path(of: "hard.jpg")
    try FileManager.default.linkItem(atPath: folder.path(of: "a.jpg"), toPath: link)
    let symbolic = folder.path(of: "soft.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: symbolic, withDestinationPath: folder.path(of: "a.jpg"))
    let other = try file("gray.jpg", try Fixture.bytes("gray.jpg"))
    // One path twice, and links of both kinds.
    #expect(
      try groups([first, other, first, .file(link), .file(symbolic)])
        == [IdenticalPictures(members: [0, 2, 3, 4], evidence: .file)])
    let copy = try file("b.jpg", jpeg)
    #expect(
      try groups([other, first, copy]) == [IdenticalPictures(members: [1, 2], evidence: .bytes)])
    let commented = try file("c.jpg", adding(0xFE, "made by nobody", to: jpeg))
    let camera = try file("d.jpg", adding(0xE1, "Exif", to: jpeg))
    #expect(
      try groups([first, commented, other, camera])
        == [IdenticalPictures(members: [0, 1, 3], evidence: .pixels)])
  }

  @Test("are not those that only look the same at the cache's size")
  func resized() throws {
    // All white at 8 × 8: another size, and one pixel of 4096 a level darker.
    func png(_ size: Int, spot: Int? = nil) -> [UInt8] {
      var pixels = [UInt8](repeating: 255, count: size * size * 3)
      if let spot { pixels[spot] = 254 }
      return Array(PNGMaker.encode(height: size, width: size, rgb: pixels))
    }
    let (plain, small, spot) = (png(64), png(48), png(64, spot: 1800))
    let sources = [
      try file("plain.png", plain), try file("small.png", small), try file("spot.png", spot),
      try file("copy.png", plain),
    ]
    let cache = try PixelCache.open(
      folder: folder.path(of: "caches"), sources: sources, height: 8, width: 8, threads: 1)
    for index in 1..<4 {
      #expect(cache.pixels(at: index).elementsEqual(cache.pixels(at: 0)))
    }
    #expect(try groups(sources) == [IdenticalPictures(members: [0, 3], evidence: .bytes)])
  }

  @Test("are found in containers, and pictures that cannot be used are none")
  func containers() throws {
    var bytes: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 2]
    bytes += [1, 2, 3, 4, 9, 9, 9, 9, 1, 2, 3, 4, 4, 3, 2, 1]
    try folder.write(bytes, to: "images")
    let sources = (0..<4).map { PixelSource.idx(file: folder.path(of: "images"), index: $0) }
    #expect(
      try groups(sources, size: 2) == [IdenticalPictures(members: [0, 2], evidence: .bytes)])
    let record = [UInt8](repeating: 7, count: 3073)
    let other = [UInt8(1)] + [UInt8](repeating: 8, count: 3072)
    try folder.write([3] + record.dropFirst() + other + record, to: "batch.bin")
    let cifar = (0..<3).map {
      PixelSource.cifar(file: folder.path(of: "batch.bin"), index: $0, labelBytes: 1)
    }
    #expect(
      try groups(cifar, size: 16) == [IdenticalPictures(members: [0, 2], evidence: .bytes)])
    let broken = [try file("x.jpg", [1, 2, 3]), try file("y.jpg", [1, 2, 3])]
    #expect(try groups(broken).isEmpty)
  }

  @Test("are kept beside the cache and looked for again where that is damaged")
  func kept() throws {
    let jpeg = try Fixture.bytes("colour.jpg")
    let sources = [try file("a.jpg", jpeg), try file("b.jpg", jpeg)]
    let found = try groups(sources)
    func lists() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "caches"))
        .filter { $0.hasSuffix("-copies.cache") }
    }
    let name = try #require(try lists().first)
    let path = folder.path(of: "caches/\(name)")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(#""members":[0,1]"#))
    try AtomicFile.write(text.replacing("[0,1]", with: "[0,0]"), to: path)
    #expect(try groups(sources) == found)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    // Without candidates nothing is written.
    _ = try groups([sources[0]], size: 9)
    #expect(try lists().count == 1)
  }

  @Test("do not depend on threads")
  func threads() throws {
    let jpeg = try Fixture.bytes("colour.jpg")
    let sources = try (0..<12).map {
      try file("\($0).jpg", adding(0xFE, "\($0 % 5)", to: jpeg))
    }
    let one = try groups(sources, threads: 1)
    try FileManager.default.removeItem(atPath: folder.path(of: "caches"))
    #expect(try groups(sources, threads: 3) == one)
    #expect(one == [IdenticalPictures(members: Array(0..<12), evidence: .pixels)])
  }
}
