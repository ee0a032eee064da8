import Files
import Foundation
import Images
import TestSupport
import Testing

@Suite struct RowResizingTests {
  /// Every picture that is read: of all formats, colours and depths.
  private static let files: [String] =
    Set(FormatTests.entries.filter { $0.height > 0 }.map { "Formats/" + $0.file }).sorted()
    + Set(Fixture.entries.map(\.source)).sorted()

  @Test(
    "resizing rows as they come gives the bits of resizing the whole",
    arguments: [(1, 1), (4, 5), (8, 3), (10, 17), (11, 16), (21, 34), (40, 9), (64, 64)])
  func sameBits(height: Int, width: Int) throws {
    for orientation in OrientationRule.allCases {
      let options = DecodingOptions(orientation: orientation)
      let folder = try TemporaryFolder()
      let cache = try PixelCache.open(
        folder: folder.path, sources: Self.files.map { .file(Fixture.path($0)) }, height: height,
        width: width, options: options, threads: 2)
      for (index, file) in Self.files.enumerated() {
        #expect(cache.problem(at: index) == nil)
        let picture = try ImageDecoder.picture(
          path: Fixture.path(file), options: options, target: (height, width))
        #expect(
          cache.pixels(at: index).elementsEqual(
            picture.image.resized(height: height, width: width).pixels), "\(file)")
        #expect(cache.remarks(at: index) == picture.remarks, "\(file)")
      }
    }
  }
}

@Suite struct PixelLimitTests {
  /// What becomes of one file at a size, with a limit of pixels.
  private func outcome(
    _ file: String, _ height: Int, _ width: Int, limit: Int?, scale: DecodingScale = .scaled
  ) throws -> (pixels: [UInt8], problem: PixelProblem?) {
    let folder = try TemporaryFolder()
    let cache = try PixelCache.open(
      folder: folder.path, sources: [.file(Fixture.path(file))], height: height, width: width,
      options: DecodingOptions(scale: scale, pixelLimit: limit), threads: 1)
    return (Array(cache.pixels(at: 0)), cache.problem(at: 0))
  }

  @Test(
    "above it rows are resized as they come, up to 16 times as many",
    arguments: [
      "Formats/rgb.png", "Formats/rgba_16.png", "Formats/gray_1.png", "Formats/24.bmp",
      "Formats/4.bmp", "Formats/32_alpha_last.bmp", "Formats/plain.gif", "Formats/interlaced.gif",
    ])
  func rows(file: String) throws {
    // 21 × 34 = 714 pixels.
    let usual = try outcome(file, 5, 8, limit: nil)
    let limited = try outcome(file, 5, 8, limit: 45)
    #expect(usual.problem == nil && limited.problem == nil)
    #expect(limited.pixels == usual.pixels)
    #expect(try outcome(file, 5, 8, limit: 44).problem?.reason == .oversized)
    // Neither where nothing is gained, nor where all pixels are asked for.
    #expect(try outcome(file, 11, 16, limit: 713).problem?.reason == .oversized)
    #expect(try outcome(file, 5, 8, limit: 713, scale: .exact).problem?.reason == .oversized)
    #expect(try outcome(file, 11, 16, limit: 714).problem == nil)
  }

  @Test(
    "above it what is read whole is set aside",
    arguments: ["Formats/interlaced.png", "Formats/plain.tif", "Formats/8_runs.bmp"])
  func whole(file: String) throws {
    let problem = try outcome(file, 5, 8, limit: 713).problem
    #expect(problem?.reason == .oversized)
    #expect(problem?.detail.contains("limit of 713, which image: {pixel_limit: …} changes") == true)
    #expect(try outcome(file, 5, 8, limit: 714).problem == nil)
  }

  @Test("of a JPEG the pixels that are left count")
  func reducedJPEG() throws {
    // 192 × 256, of which an eighth in each direction is left at 12 × 16.
    let usual = try outcome("large.jpg", 12, 16, limit: nil)
    let limited = try outcome("large.jpg", 12, 16, limit: 24 * 32)
    #expect(limited.problem == nil && limited.pixels == usual.pixels)
    #expect(try outcome("large.jpg", 12, 16, limit: 24 * 32 - 1).problem?.reason == .oversized)
    #expect(try outcome("large.jpg", 100, 16, limit: 192 * 256 - 1).problem?.reason == .oversized)
    let exact = try outcome("large.jpg", 12, 16, limit: 192 * 256 - 1, scale: .exact)
    #expect(exact.problem?.reason == .oversized)
  }

  @Test("above it a WebP is reduced no further than needed", arguments: ["lossy", "lossless"])
  func reducedWebP(name: String) throws {
    let file = "Formats/\(name).webp"
    func decode(_ limit: Int?) throws(ImageError) -> RGBImage {
      try ImageDecoder.decode(
        path: Fixture.path(file), options: DecodingOptions(pixelLimit: limit), target: (4, 4))
    }
    let whole = try decode(nil)
    #expect((whole.height, whole.width) == (21, 34))
    #expect(try decode(714) == whole)
    let half = try decode(713)
    #expect((half.height, half.width) == (11, 17))
    #expect(try decode(187) == half)
    #expect(throws: ImageError.self) { try decode(186) }
    // The same picture, as far as its size lets one tell.
    let (one, other) = (whole.resized(height: 4, width: 4), half.resized(height: 4, width: 4))
    #expect(worstDifference(one.pixels, other.pixels) <= 24)
    #expect(try decode(713) == half)
  }

  @Test func caches() throws {
    let folder = try TemporaryFolder()
    func open(_ limit: Int?) throws -> PixelCache {
      try PixelCache.open(
        folder: folder.path, sources: [.file(Fixture.path("Formats/rgb.png"))], height: 5, width: 8,
        options: DecodingOptions(pixelLimit: limit), threads: 1)
    }
    let usual = try open(nil)
    let other = try open(50)
    #expect(other.origin == .built && other.path != usual.path)
    #expect(other.digest == usual.digest)
    #expect(try open(50).origin == .found)
  }
}
