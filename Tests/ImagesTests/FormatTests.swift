import Files
import Foundation
import Images
import Randomness
import TestSupport
import Testing

/// Files as cameras and programs write them, beside what they have to become.
///
/// `Tests/References/formats_fixtures.py` makes them; the right values are Pillow's, or the arrays
/// that files were put together from.
@Suite struct FormatTests {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    var file: String
    var height: Int
    var width: Int
    /// Where the right pixels begin in `right.rgb`.
    var offset: Int
    var tolerance: Int
    var remarks: [PixelRemark.Kind]
    var orientation: OrientationRule
    /// Words of the error; such entries have no pixels.
    var complaint: String
    var testDescription: String { "\(file), \(orientation.rawValue)" }
  }
  private struct Manifest: Decodable { var entries: [Entry] }

  static let entries: [Entry] = {
    let data = try! Data(contentsOf: URL(filePath: Fixture.path("Formats/manifest.json")))
    return try! JSONDecoder().decode(Manifest.self, from: data).entries
  }()
  static let right = try! Fixture.bytes("Formats/right.rgb")

  @Test("gives the right pixels and remarks", arguments: entries.filter { $0.height > 0 })
  func decodes(entry: Entry) throws {
    let picture = try ImageDecoder.picture(
      path: Fixture.path("Formats/" + entry.file),
      options: DecodingOptions(orientation: entry.orientation))
    try #require((picture.image.height, picture.image.width) == (entry.height, entry.width))
    let right = Self.right[entry.offset..<(entry.offset + entry.height * entry.width * 3)]
    #expect(worstDifference(picture.image.pixels, right) <= entry.tolerance)
    #expect(picture.remarks.map(\.kind) == entry.remarks)
  }

  @Test("refuses with its reason", arguments: entries.filter { $0.height == 0 })
  func refuses(entry: Entry) throws {
    let error = #expect(throws: ImageError.self) {
      try ImageDecoder.decode(path: Fixture.path("Formats/" + entry.file))
    }
    let problem = try #require(error).problem
    #expect(problem.detail.contains(entry.complaint), "\(problem.detail)")
    #expect(problem.detail.count > entry.file.count)
  }

  @Test("damaged bytes of every format give an error or an image and never more")
  func mutations() throws {
    let limits = DecodingLimits(bytes: 1 << 20, pixels: 1 << 20)
    for file in Set(Self.entries.map(\.file)).sorted() {
      let bytes = try Fixture.bytes("Formats/" + file)
      var generator = SeededGenerator(seed: stableHash(file), purpose: .testing)
      for round in 0..<24 {
        var changed = bytes
        for _ in 0...(round % 4) {
          // Headers decide the most.
          let reach = round % 2 == 0 ? changed.count : min(80, changed.count)
          changed[generator.integer(below: reach)] ^= 1 << UInt8(generator.integer(below: 8))
        }
        if round % 3 == 0 { changed.removeLast(generator.integer(below: changed.count)) }
        do {
          let picture = try ImageDecoder.picture(
            bytes: changed, limits: limits, options: DecodingOptions(orientation: .apply),
            target: (8, 8))
          let image = picture.image
          #expect(image.pixels.count == image.height * image.width * 3, "\(file)")
        } catch {
          #expect(!error.problem.detail.isEmpty)
        }
      }
    }
  }

  @Test(
    "limits hold for every format before anything is decoded",
    arguments: [
      "rgb.png", "filled.jpg", "lossless.webp", "plain.gif", "24.bmp", "8_runs.bmp", "plain.tif",
    ])
  func limits(file: String) throws {
    let path = Fixture.path("Formats/" + file)
    let size = try Fixture.bytes("Formats/" + file).count
    let error = #expect(throws: ImageError.self) {
      try ImageDecoder.decode(path: path, limits: DecodingLimits(bytes: size, pixels: 21 * 34 - 1))
    }
    #expect(error?.problem.reason == .oversized)
    _ = try ImageDecoder.decode(path: path, limits: DecodingLimits(bytes: size, pixels: 21 * 34))
  }

  @Test("a progressive JPEG has a bounded number of scans")
  func scans() throws {
    // The first scan, of the DC coefficients, may come again and again.
    let bytes = try Fixture.bytes("progressive.jpg")
    func marker(_ names: Set<UInt8>, from start: Int) throws -> Int {
      try #require(
        (start..<(bytes.count - 1)).first { bytes[$0] == 0xFF && names.contains(bytes[$0 + 1]) })
    }
    let start = try marker([0xDA], from: 2)
    let end = try marker([0xC4, 0xDA], from: start + 2)
    func file(repeating count: Int) -> [UInt8] {
      bytes[..<end] + Array(repeatElement(bytes[start..<end], count: count).joined())
        + bytes[end...]
    }
    _ = try ImageDecoder.decode(bytes: file(repeating: 20))
    let error = #expect(throws: ImageError.self) {
      try ImageDecoder.decode(bytes: file(repeating: 600))
    }
    #expect(error?.problem.reason == .oversized)
    #expect(error?.problem.detail.contains("more than 500 scans") == true)
  }
}

@Suite struct DecodingOptionTests {
  /// The fixture of 192 × 256 pixels with an EXIF orientation.
  private func turned(_ number: UInt8) throws -> [UInt8] {
    let body: [UInt8] =
      Array("Exif\0\0MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, number]
      + [UInt8](repeating: 0, count: 6)
    let bytes = try Fixture.bytes("large.jpg")
    return bytes[..<2] + [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body + bytes[2...]
  }

  @Test("a turned picture is reduced by the sides that it has upright")
  func scaledAndTurned() throws {
    let apply = DecodingOptions(orientation: .apply)
    let plain = try ImageDecoder.decode(path: Fixture.path("large.jpg"), target: (24, 32))
    #expect((plain.height, plain.width) == (48, 64))
    let image = try ImageDecoder.decode(
      bytes: try turned(6), options: apply, target: (height: 32, width: 24))
    #expect((image.height, image.width) == (64, 48))
    // Number 6: the first stored row is the right column.
    for row in 0..<64 {
      for column in 0..<48 {
        let place = 3 * (row * 48 + column)
        let source = 3 * ((47 - column) * 64 + row)
        #expect(image.pixels[place..<(place + 3)] == plain.pixels[source..<(source + 3)])
      }
    }
    // The other way round a quarter would leave less than twice the height.
    let other = try ImageDecoder.decode(
      bytes: try turned(6), options: apply, target: (height: 24, width: 32))
    #expect((other.height, other.width) == (128, 96))
    let ignored = try ImageDecoder.decode(bytes: try turned(6), target: (24, 32))
    #expect(ignored == plain)
  }

  @Test(
    "decoded in full, resizing agrees with Pillow's within rounding",
    arguments: Fixture.entries.filter { $0.kind == "decode and resize" })
  func exact(entry: Fixture.Entry) throws {
    let image = try ImageDecoder.decode(
      path: Fixture.path(entry.source), options: DecodingOptions(scale: .exact),
      target: (entry.height, entry.width))
    #expect((image.height, image.width) == (192, 256))
    let resized = image.resized(height: entry.height, width: entry.width)
    // One level by Pillow's rounding between its passes, one where another libjpeg rounds.
    #expect(worstDifference(resized.pixels, try Fixture.bytes(entry.expected)) <= 2)
  }
}

@Suite struct PixelRemarkTests {
  @Test func sentencesBeginWithTheirCount() {
    func many(_ kind: PixelRemark.Kind, _ count: Int) -> [(name: String, remark: PixelRemark)] {
      (1...count).map { (name: "\($0).jpg", remark: PixelRemark(kind, "words")) }
    }
    let sentences = PixelRemark.sentences(
      of: many(.orientationIgnored, 5) + many(.warning, 2) + many(.transparency, 1)
        + many(.orientationApplied, 1) + many(.gamma, 3) + many(.frames, 2))
    #expect(
      sentences == [
        "2 pictures decoded with warnings, no pixel made up: '1.jpg' (words), '2.jpg' (words)",
        "5 pictures carry an EXIF orientation, which is ignored (image: {orientation: apply} turns "
          + "them upright): '1.jpg', '2.jpg', '3.jpg' and 2 more",
        "1 picture carries an EXIF orientation, which is applied: '1.jpg'",
        "1 picture has transparent pixels, which are laid on white: '1.jpg'",
        "3 pictures ask for a gamma other than sRGB's, which is not applied: '1.jpg', '2.jpg', "
          + "'3.jpg'",
        "2 pictures have more than one frame or page; the first is used: '1.jpg', '2.jpg'",
      ])
    #expect(PixelRemark.sentences(of: many(.warning, 1).dropLast()).isEmpty)
  }

  @Test("a cache keeps its remarks, whether it is built or found")
  func cached() throws {
    let folder = try TemporaryFolder()
    let sources = ["exif_6.jpg", "cut.jpg", "rgba.png", "rgb.png"].map {
      PixelSource.file(Fixture.path("Formats/" + $0))
    }
    func open(_ options: DecodingOptions = .init()) throws -> PixelCache {
      try PixelCache.open(
        folder: folder.path, sources: sources, height: 12, width: 12, options: options, threads: 2)
    }
    for origin in [PixelCache.Origin.built, .found] {
      let cache = try open()
      #expect(cache.origin == origin)
      #expect(
        (0..<4).map { cache.remarks(at: $0).map(\.kind) } == [
          [.orientationIgnored], [], [.transparency], [],
        ])
      #expect((0..<4).map { cache.problem(at: $0) != nil } == [false, true, false, false])
      #expect(cache.problemCount == 1)
    }
    let other = try open(DecodingOptions(orientation: .apply))
    #expect(other.origin == .built)
    #expect(other.remarks(at: 0).map(\.kind) == [.orientationApplied])
    #expect(try open(DecodingOptions(scale: .exact)).origin == .built)
  }

  @Test(
    "pictures whose pixels did not change keep the digest that they had before there were remarks")
  func digest() throws {
    let folder = try TemporaryFolder()
    let names = ["colour.png", "gray.png", "alpha.png"]
    let cache = try PixelCache.open(
      folder: folder.path, sources: names.map { .file(Fixture.path($0)) }, height: 13, width: 17,
      threads: 1)
    // SHA-256 by Python's hashlib over "1;jpeg-islow-2x;png-srgb-white;triangle-float 13 17 3\n" and
    // the three pictures' pixels as Pillow gives them.
    #expect(
      cache.digest == "322a6acafd4506b2232d36ac37635e43460bb9632d9a13498a13fa2d47fd21d6")
  }
}
