import Files

/// Pictures to 8-bit RGB: JPEG, PNG, WebP, GIF, BMP and TIFF, told by their first bytes and never by
/// the name.
///
/// Values are taken as they are stored: neither gamma nor colour profiles are applied. Transparent
/// pixels are laid on white. Of several frames or pages the first counts. 16 bits become 8.
public enum ImageDecoder {
  /// Decodes a file.
  ///
  /// - Parameters:
  ///   - options: what an experiment chooses.
  ///   - target: the size the caller will resize to. With it, and unless `options` asks for all of
  ///     it, a large JPEG may come back at 1/2, 1/4 or 1/8 of its size, never below twice the
  ///     target on either side.
  /// - Throws: where the file is missing, beyond the limits, damaged, or of another format.
  public static func picture(
    path: String, limits: DecodingLimits = .standard, options: DecodingOptions = .init(),
    target: (height: Int, width: Int)? = nil
  ) throws(ImageError) -> DecodedPicture {
    let stamp: FileStamp?
    var bytes: [UInt8] = []
    do throws(FileError) {
      stamp = try FileStamp(of: path)
      if let stamp, stamp.size <= limits.bytes {
        bytes = try WholeFile.read(path: path, limit: limits.bytes)
      }
    } catch {
      throw ImageError(error, path: path)
    }
    guard let stamp else { throw .missing(path: path) }
    guard stamp.size <= limits.bytes else { throw tooManyBytes(stamp.size, limits, path) }
    return try picture(
      bytes: bytes, name: path, limits: limits, options: options, target: target)
  }

  /// Decodes bytes in memory; `name` stands for the path in errors.
  ///
  /// - Throws: as `picture(path:limits:options:target:)`.
  public static func picture(
    bytes: [UInt8], name: String = "(memory)", limits: DecodingLimits = .standard,
    options: DecodingOptions = .init(), target: (height: Int, width: Int)? = nil
  ) throws(ImageError) -> DecodedPicture {
    guard !bytes.isEmpty else { throw .empty(path: name, detail: "the file has no bytes") }
    guard bytes.count <= limits.bytes else { throw tooManyBytes(bytes.count, limits, name) }
    var picture: DecodedPicture
    let noted: Orientation?
    let isTurned = options.orientation == .apply
    switch PictureFormat(bytes) {
    case .jpeg:
      noted = JPEGDecoder.orientation(in: bytes)
      let swaps = isTurned && noted?.swapsSides == true
      let stored = options.scale == .exact ? nil : target.map { swaps ? ($0.width, $0.height) : $0 }
      picture = try JPEGDecoder(bytes: bytes, path: name, limits: limits).decode(target: stored)
    case .png: (picture, noted) = try PNGDecoder(bytes: bytes, path: name, limits: limits).decode()
    case .webp:
      (picture, noted) = try WebPDecoder(bytes: bytes, path: name, limits: limits).decode()
    case .tiff:
      (picture, noted) = try TIFFDecoder(bytes: bytes, path: name, limits: limits).decode()
    case .gif:
      (picture, noted) = (try GIFDecoder(bytes: bytes, path: name, limits: limits).decode(), nil)
    case .bmp:
      (picture, noted) = (try BMPDecoder(bytes: bytes, path: name, limits: limits).decode(), nil)
    case .foreign, nil:
      throw .unreadable(path: name, detail: PictureFormat.complaint(about: bytes))
    }
    if let noted, noted != .upright {
      if isTurned { picture.image = picture.image.turned(noted) }
      picture.remarks.append(
        PixelRemark(isTurned ? .orientationApplied : .orientationIgnored, "\(noted.rawValue)"))
    }
    return picture
  }

  /// The pixels alone; as `picture(path:limits:options:target:)`.
  public static func decode(
    path: String, limits: DecodingLimits = .standard, options: DecodingOptions = .init(),
    target: (height: Int, width: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    try picture(path: path, limits: limits, options: options, target: target).image
  }

  /// The pixels alone; as `picture(bytes:name:limits:options:target:)`.
  public static func decode(
    bytes: [UInt8], name: String = "(memory)", limits: DecodingLimits = .standard,
    options: DecodingOptions = .init(), target: (height: Int, width: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    try picture(bytes: bytes, name: name, limits: limits, options: options, target: target).image
  }

  static func tooManyBytes(
    _ count: Int, _ limits: DecodingLimits, _ path: String
  ) -> ImageError {
    .oversized(path: path, detail: "\(count) bytes are more than the limit of \(limits.bytes)")
  }
}
