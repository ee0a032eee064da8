import Drawing
import Foundation
import Images
import TestSupport
import Testing

/// `Fixtures/indexed.json`: what Pillow reads in `Fixtures/indexed.png`, which is a file of ours
/// (`Tests/References/png_pixels.py`).
@Suite("Pictures of pixels")
struct PNGImageTests {
  struct Seen: Decodable {
    var width, height: Int
    var numbers: [UInt8]
    var colours: [[UInt8]]
  }

  /// 37 × 23 pixels of seven colours, some of which can be seen through.
  private var picture: PNGImage {
    let palette = (0..<7).map { (number: Int) -> PNGImage.Colour in
      let (red, green, blue) = (
        UInt8(number * 36), UInt8(255 - number * 20), UInt8(number * number)
      )
      return PNGImage.Colour(red, green, blue, alpha: number == 0 ? 0 : UInt8(255 - number))
    }
    var picture = PNGImage(width: 37, height: 23, palette: palette)
    for place in picture.pixels.indices { picture.pixels[place] = UInt8(place * place % 7) }
    return picture
  }

  @Test("are read by Pillow as they were meant") func pillow() throws {
    let url = fixture("indexed.png")
    if ProcessInfo.processInfo.environment["COUNTERPOISE_RECORD"] == "1" {
      try Data(picture.file).write(to: url)
      Issue.record("recorded; now run Tests/References/png_pixels.py")
      return
    }
    let seen = try fixture("indexed.json", as: Seen.self)
    #expect(seen.width == 37 && seen.height == 23)
    #expect(seen.numbers == picture.pixels)
    #expect(
      seen.colours
        == picture.pixels.map { number in
          let colour = picture.palette[Int(number)]
          return [colour.red, colour.green, colour.blue, colour.alpha]
        })
    // What Pillow saw is what is written today, but for how another zlib packs it.
    let stored = try ImageDecoder.decode(bytes: Array(Data(contentsOf: url)))
    #expect(try ImageDecoder.decode(bytes: picture.file) == stored)
  }

  @Test("of full colours are read by libpng as they were meant", arguments: [(1, 1), (37, 23)])
  func fullColours(width: Int, height: Int) throws {
    let rgb = (0..<3 * width * height).map { UInt8($0 * $0 % 251) }
    let address = PNGImage.dataAddress(rgb: rgb, width: width, height: height)
    let text = try #require(address.split(separator: ",").last)
    let file = try #require(Data(base64Encoded: String(text)))
    let read = try ImageDecoder.decode(bytes: Array(file))
    #expect(read.width == width && read.height == height && read.pixels == rgb)
  }

  @Test("are read by our own decoder, whatever their size", arguments: [1, 2, 150, 701])
  func ours(side: Int) throws {
    var picture = PNGImage(
      width: side, height: side,
      palette: (0...255).map { (number: Int) -> PNGImage.Colour in
        PNGImage.Colour(UInt8(number), UInt8(255 - number), UInt8(number / 2))
      })
    for place in picture.pixels.indices { picture.pixels[place] = UInt8(place * 31 % 256) }
    let read = try ImageDecoder.decode(bytes: picture.file)
    #expect(read.width == side && read.height == side)
    #expect(
      read.pixels
        == picture.pixels.flatMap { number -> [UInt8] in
          let colour = picture.palette[Int(number)]
          return [colour.red, colour.green, colour.blue]
        })
  }

  @Test("stand in an address as base64", arguments: [1, 2, 3, 4])
  func address(width: Int) throws {
    let picture = PNGImage(
      width: width, height: 1, palette: [PNGImage.Colour(1, 2, 3, alpha: 4)])
    let address = picture.dataAddress
    let start = "data:image/png;base64,"
    #expect(address.hasPrefix(start))
    #expect(Data(base64Encoded: String(address.dropFirst(start.count))) == Data(picture.file))
  }

  @Test("of 150 × 150 cells are small files") func size() {
    var picture = PNGImage(
      width: 150, height: 150,
      palette: (0..<11).map { (number: Int) in PNGImage.Colour(UInt8(number), 0, 0) })
    for place in 0..<150 { picture.pixels[place * 151] = 10 }
    #expect(picture.file.count < 2000)
  }
}
