import CZlib

/// A picture of at most 256 colours as a PNG file (ISO/IEC 15948), for what would be too many elements
/// of SVG.
public struct PNGImage: Hashable, Sendable {
  /// A colour without gamma correction, as in style sheets.
  public struct Colour: Hashable, Sendable {
    public var red, green, blue: UInt8
    /// 0 is transparent, 255 covers what lies behind.
    public var alpha: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: UInt8 = 255) {
      (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
    }
  }

  public let width: Int
  public let height: Int
  /// What the numbers of ``pixels`` stand for.
  public let palette: [Colour]
  /// Row by row, the upper left one first.
  public var pixels: [UInt8]

  /// A picture of the first colour.
  ///
  /// - Precondition: at least one pixel, and 1 to 256 colours.
  public init(width: Int, height: Int, palette: [Colour]) {
    precondition(width > 0 && height > 0 && (1...256).contains(palette.count))
    (self.width, self.height, self.palette) = (width, height, palette)
    pixels = Array(repeating: 0, count: width * height)
  }

  /// The file's bytes; the same picture gives the same bytes with one version of zlib.
  ///
  /// - Precondition: no pixel names a colour that is not there.
  public var file: [UInt8] {
    precondition(pixels.allSatisfy { Int($0) < palette.count })
    var file = Self.signature
    // Eight bits a pixel, colours by number, no interlacing.
    Self.append("IHDR", Self.bytes(width) + Self.bytes(height) + [8, 3, 0, 0, 0], to: &file)
    Self.append("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] }, to: &file)
    if palette.contains(where: { $0.alpha < 255 }) {
      Self.append("tRNS", palette.map(\.alpha), to: &file)
    }
    var rows: [UInt8] = []
    rows.reserveCapacity((width + 1) * height)
    for row in 0..<height {
      // Filter 0: colours by number have no neighbours that would foretell them.
      rows.append(0)
      rows += pixels[row * width..<(row + 1) * width]
    }
    Self.append("IDAT", Self.deflated(rows), to: &file)
    Self.append("IEND", [], to: &file)
    return file
  }

  /// The file as an address that pages and pictures can hold.
  public var dataAddress: String { Self.address(of: file) }

  private static func address(of file: [UInt8]) -> String {
    "data:image/png;base64," + base64(file)
  }

  /// A picture of full colours as such an address.
  ///
  /// - Parameter rgb: red, green and blue, row by row from the upper left corner on.
  /// - Precondition: three bytes a pixel, and at least one pixel.
  public static func dataAddress(rgb: [UInt8], width: Int, height: Int) -> String {
    precondition(width > 0 && height > 0 && rgb.count == 3 * width * height)
    var file = signature
    append("IHDR", bytes(width) + bytes(height) + [8, 2, 0, 0, 0], to: &file)
    var rows: [UInt8] = []
    rows.reserveCapacity((3 * width + 1) * height)
    for row in 0..<height {
      // Filter 1: the difference to the pixel at the left.
      rows.append(1)
      for place in row * 3 * width..<(row + 1) * 3 * width {
        let left = place - 3 < row * 3 * width ? 0 : rgb[place - 3]
        rows.append(rgb[place] &- left)
      }
    }
    append("IDAT", deflated(rows), to: &file)
    append("IEND", [], to: &file)
    return address(of: file)
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private static func bytes(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func append(_ kind: StaticString, _ content: [UInt8], to file: inout [UInt8]) {
    let name = kind.withUTF8Buffer { Array($0) }
    let body = name + content
    file += bytes(content.count) + body
    file += bytes(Int(crc32(0, body, UInt32(body.count))))
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var size = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    let code = compress2(&result, &size, bytes, UInt(bytes.count), 9)
    precondition(code == Z_OK, "zlib has no memory for \(bytes.count) bytes")
    return Array(result.prefix(Int(size)))
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let word = (0..<3).reduce(0) { word, offset in
        word << 8 | (offset < part.count ? Int(part[start + offset]) : 0)
      }
      for place in 0..<4 {
        text.append(place <= part.count ? signs[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
