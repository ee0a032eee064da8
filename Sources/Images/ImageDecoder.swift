import Files

/// JPEG and PNG to 8-bit RGB. The format is told by the first bytes, never by the name.
///
/// An orientation in a camera's EXIF data and colour profiles are not applied.
public enum ImageDecoder {
  /// Decodes a file.
  ///
  /// - Parameter target: the size the caller will resize to. With it a large JPEG may come back
  ///   at 1/2, 1/4 or 1/8 of its size, never below twice the target on either side.
  /// - Throws: where the file is missing, beyond the limits, damaged, or neither JPEG nor PNG. A
  ///   decoder's warning is an error.
  public static func decode(
    path: String, limits: DecodingLimits = .standard, target: (height: Int, width: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    let stamp: FileStamp?
    var bytes: [UInt8] = []
    do throws(FileError) {
      stamp = try FileStamp(of: path)
      if let stamp, stamp.size <= limits.bytes {
        bytes = try WholeFile.read(path: path, limit: limits.bytes)
      }
    } catch {
      throw .unreadable(path: path, detail: error.reason)
    }
    guard let stamp else { throw .missing(path: path) }
    guard stamp.size <= limits.bytes else { throw tooManyBytes(stamp.size, limits, path) }
    return try decode(bytes: bytes, name: path, limits: limits, target: target)
  }

  /// Decodes bytes in memory; `name` stands for the path in errors.
  ///
  /// - Throws: as `decode(path:limits:target:)`.
  public static func decode(
    bytes: [UInt8], name: String = "(memory)", limits: DecodingLimits = .standard,
    target: (height: Int, width: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    guard !bytes.isEmpty else { throw .empty(path: name, detail: "the file has no bytes") }
    guard bytes.count <= limits.bytes else { throw tooManyBytes(bytes.count, limits, name) }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      return try JPEGDecoder(bytes: bytes, path: name, limits: limits).decode(target: target)
    }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return try PNGDecoder(bytes: bytes, path: name, limits: limits).decode()
    }
    let start = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
    throw .unreadable(path: name, detail: "neither JPEG nor PNG; it starts with \(start)")
  }

  static func tooManyBytes(
    _ count: Int, _ limits: DecodingLimits, _ path: String
  ) -> ImageError {
    .oversized(path: path, detail: "\(count) bytes are more than the limit of \(limits.bytes)")
  }
}
