import Files
import Foundation
import Images
import Randomness
import TestSupport
import Testing

@Suite struct ImageDecoderTests {
  @Test("decodes what Pillow decodes", arguments: Fixture.entries.filter { $0.kind == "decode" })
  func decodesLikePillow(entry: Fixture.Entry) throws {
    let image = try ImageDecoder.decode(path: Fixture.path(entry.source))
    let expected = try Fixture.bytes(entry.expected)
    #expect(SHA256Digest.hex(of: expected) == entry.sha256)
    #expect((image.height, image.width) == (entry.height, entry.width))
    #expect(worstDifference(image.pixels, expected) <= entry.tolerance)
  }

  @Test("resizes as Pillow does", arguments: Fixture.entries.filter { $0.kind == "resize" })
  func resizesLikePillow(entry: Fixture.Entry) throws {
    let image = try ImageDecoder.decode(path: Fixture.path(entry.source))
    let resized = image.resized(height: entry.height, width: entry.width)
    let expected = try Fixture.bytes(entry.expected)
    #expect(resized.pixels.count == expected.count)
    // Pillow rounds to 8 bits between its two passes, and we do not.
    #expect(worstDifference(resized.pixels, expected) <= entry.tolerance)
  }

  @Test(
    "decoding at a reduced size comes close to decoding in full and resizing",
    arguments: Fixture.entries.filter { $0.kind == "decode and resize" })
  func reducedDecoding(entry: Fixture.Entry) throws {
    let image = try ImageDecoder.decode(
      path: Fixture.path(entry.source), target: (entry.height, entry.width))
    #expect(image.height < 192)
    let resized = image.resized(height: entry.height, width: entry.width)
    let expected = try Fixture.bytes(entry.expected)
    #expect(worstDifference(resized.pixels, expected) <= entry.tolerance)
  }

  @Test(
    "a JPEG is reduced only while both sides stay twice the target",
    arguments: [
      (24, 32, 48, 64), (25, 32, 96, 128), (12, 16, 24, 32), (48, 64, 96, 128),
      (49, 64, 192, 256), (96, 1, 192, 256), (1, 1, 24, 32), (400, 400, 192, 256),
    ])
  func reduction(height: Int, width: Int, decodedHeight: Int, decodedWidth: Int) throws {
    let image = try ImageDecoder.decode(
      path: Fixture.path("large.jpg"), target: (height, width))
    #expect((image.height, image.width) == (decodedHeight, decodedWidth))
  }

  @Test func sameSizeIsTheSameImage() throws {
    let image = try ImageDecoder.decode(path: Fixture.path("noise.png"))
    #expect(image.resized(height: 31, width: 47) == image)
  }

  @Test("a flat image stays flat at any size", arguments: [1, 2, 3, 5, 8, 13, 64, 211])
  func flatStaysFlat(size: Int) {
    let image = RGBImage(
      height: 37, width: 23, pixels: (0..<(37 * 23 * 3)).map { [255, 128, 1][$0 % 3] })
    let resized = image.resized(height: size, width: 2 * size)
    let expected: [UInt8] = (0..<(2 * size * size * 3)).map { [255, 128, 1][$0 % 3] }
    #expect(resized.pixels == expected)
  }

  @Test func missingFile() {
    #expect(throws: ImageError.missing(path: "/nowhere/at/all.jpg")) {
      try ImageDecoder.decode(path: "/nowhere/at/all.jpg")
    }
  }

  @Test func fileWithoutBytes() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("", to: folder.path + "/a.jpg")
    let error = #expect(throws: ImageError.self) {
      try ImageDecoder.decode(path: folder.path + "/a.jpg")
    }
    #expect(error?.problem.reason == .empty)
  }

  @Test func foldersAreUnreadable() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: ImageError.self) { try ImageDecoder.decode(path: folder.path) }
    #expect(error?.problem.reason == .unreadable)
    #expect(error?.description.contains(folder.path) == true)
  }

  @Test func otherFormatsAreNamed() {
    let error = #expect(throws: ImageError.self) {
      try ImageDecoder.decode(bytes: Array("{\"a\": 1}".utf8), name: "x.jpg")
    }
    let detail = "none of JPEG, PNG, WebP, GIF, BMP and TIFF; it starts with 7b 22 61 22"
    #expect(error == .unreadable(path: "x.jpg", detail: detail))
  }

  @Test("limits hold before anything is decoded", arguments: ["colour.jpg", "colour.png"])
  func limits(name: String) throws {
    let size = try Fixture.bytes(name).count
    for limits in [
      DecodingLimits(bytes: size - 1, pixels: 1 << 20), DecodingLimits(bytes: size, pixels: 200),
    ] {
      let error = #expect(throws: ImageError.self) {
        try ImageDecoder.decode(path: Fixture.path(name), limits: limits)
      }
      #expect(error?.problem.reason == .oversized)
    }
    _ = try ImageDecoder.decode(
      path: Fixture.path(name), limits: DecodingLimits(bytes: size, pixels: 40 * 56))
  }

  @Test func announcedSizesOfZeroAndBeyondTheLimit() throws {
    var bytes = try Fixture.bytes("colour.png")
    bytes.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    var error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes: bytes) }
    #expect(error?.problem.reason == .empty)
    bytes.replaceSubrange(16..<20, with: [0x7F, 0xFF, 0xFF, 0xFF])
    error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes: bytes) }
    #expect(error?.problem.reason == .oversized)
  }

  @Test("a JPEG's announced height of zero is an empty image, a huge one is too large")
  func announcedSizeOfJPEG() throws {
    let bytes = try Fixture.bytes("colour.jpg")
    let start = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    var changed = bytes
    changed.replaceSubrange((start + 5)..<(start + 7), with: [0, 0])
    var error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes: changed) }
    #expect(error?.problem.reason == .empty)
    changed.replaceSubrange((start + 5)..<(start + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
    error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes: changed) }
    #expect(error?.problem.reason == .oversized)
  }

  @Test("every truncated JPEG is unreadable", arguments: ["colour.jpg", "progressive.jpg"])
  func truncated(name: String) throws {
    let bytes = try Fixture.bytes(name)
    // The last two bytes are the end marker, which decoders make up silently when only it is cut.
    for length in stride(from: 1, to: bytes.count - 8, by: 7) {
      let error = #expect(throws: ImageError.self) {
        try ImageDecoder.decode(bytes: Array(bytes[..<length]))
      }
      #expect(error?.problem.reason == .unreadable)
    }
  }

  @Test(
    "damaged bytes give an error or an image and never more",
    arguments: [
      "colour.jpg", "progressive.jpg", "cmyk.jpg", "gray.jpg", "alpha.png", "palette.png",
      "gray16.png", "one_bit.png",
    ])
  func mutations(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let limits = DecodingLimits(bytes: 1 << 20, pixels: 1 << 20)
    var generator = SeededGenerator(seed: stableHash(name), purpose: .testing)
    var (images, errors) = (0, 0)
    for round in 0..<120 {
      var changed = bytes
      for _ in 0...(round % 4) {
        changed[generator.integer(below: changed.count)] ^= 1 << UInt8(generator.integer(below: 8))
      }
      if round % 3 == 0 { changed.removeLast(generator.integer(below: changed.count)) }
      do {
        let image = try ImageDecoder.decode(bytes: changed, limits: limits, target: (8, 8))
        #expect(image.pixels.count == image.height * image.width * 3)
        images += 1
      } catch {
        #expect(!error.problem.detail.isEmpty)
        errors += 1
      }
    }
    #expect(images + errors == 120)
    #expect(errors > 20)
  }
}
