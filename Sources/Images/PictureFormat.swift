/// Formats of pictures, told by their first bytes and never by their names.
enum PictureFormat: Equatable {
  case jpeg, png, webp, gif, bmp, tiff
  /// One that cannot be read, with its name.
  case foreign(String)

  private static let readable: [(PictureFormat, [UInt8])] = [
    (.jpeg, [0xFF, 0xD8, 0xFF]),
    (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
    (.tiff, [0x49, 0x49, 42, 0]), (.tiff, [0x4D, 0x4D, 0, 42]),
    (.tiff, [0x49, 0x49, 43, 0]), (.tiff, [0x4D, 0x4D, 0, 43]),
    (.bmp, Array("BM".utf8)),
  ]

  private static let others: [(String, [UInt8])] = [
    ("JPEG XL", [0xFF, 0x0A]), ("JPEG XL", [0, 0, 0, 0x0C] + Array("JXL ".utf8)),
    ("JPEG 2000", [0xFF, 0x4F, 0xFF, 0x51]), ("JPEG 2000", [0, 0, 0, 0x0C] + Array("jP  ".utf8)),
    ("Photoshop", Array("8BPS".utf8)), ("PDF", Array("%PDF".utf8)), ("SVG", Array("<svg".utf8)),
    ("icon (ICO)", [0, 0, 1, 0]), ("OpenEXR", [0x76, 0x2F, 0x31, 0x01]),
    ("Radiance HDR", Array("#?RADIANCE".utf8)), ("QOI", Array("qoif".utf8)),
  ]

  /// Brands of ISO media files.
  private static let brands: [(String, [String])] = [
    ("AVIF", ["avif", "avis"]),
    ("HEIC", ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]),
    ("Canon raw (CR3)", ["crx "]),
  ]

  /// The format of bytes; `nil` where they are no picture that is known.
  init?(_ bytes: [UInt8]) {
    let reader = ByteReader(bytes)
    if let known = Self.readable.first(where: { bytes.starts(with: $0.1) }) {
      self = known.0
    } else if reader.has("RIFF", at: 0), reader.has("WEBP", at: 8) {
      self = .webp
    } else if reader.has("ftyp", at: 4) {
      let brand = Self.brands.first { $0.1.contains { reader.has($0, at: 8) } }
      self = .foreign(brand?.0 ?? "video or other media")
    } else if let other = Self.others.first(where: { bytes.starts(with: $0.1) }) {
      self = .foreign(other.0)
    } else if reader.has("DICM", at: 128) {
      self = .foreign("DICOM")
    } else if bytes.first == UInt8(ascii: "P"), bytes.count > 2, (49...55).contains(bytes[1]),
      [9, 10, 13, 32, 35].contains(bytes[2])
    {
      self = .foreign("PNM")
    } else {
      return nil
    }
  }
}

extension PictureFormat {
  /// Why bytes of no readable format are none.
  static func complaint(about bytes: [UInt8]) -> String {
    if case .foreign(let name) = PictureFormat(bytes) {
      return "\(name) file, which poise cannot read; convert it to PNG, JPEG, WebP or TIFF"
    }
    let reader = ByteReader(bytes)
    if reader.has("version https://git-lfs", at: 0) {
      return "a pointer of Git LFS in place of the picture; fetch it with 'git lfs pull'"
    }
    let start = String(decoding: bytes.prefix(64), as: UTF8.self).lowercased()
    if start.contains("<html") || start.contains("<!doctype") {
      return "a web page in place of a picture"
    }
    let first = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
    return "none of JPEG, PNG, WebP, GIF, BMP and TIFF; it starts with \(first)"
  }
}
