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
    try picture(
      bytes: try read(path, limits), name: path, limits: limits, options: options, target: target)
  }

  private static func read(
    _ path: String, _ limits: DecodingLimits
  ) throws(ImageError) -> [UInt8] {
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
    return bytes
  }

  /// Decodes bytes in memory; `name` stands for the path in errors.
  ///
  /// - Throws: as `picture(path:limits:options:target:)`.
  public static func picture(
    bytes: [UInt8], name: String = "(memory)", limits: DecodingLimits = .standard,
    options: DecodingOptions = .init(), target: (height: Int, width: Int)? = nil
  ) throws(ImageError) -> DecodedPicture {
    let sink = ImageSink()
    let remarks = try decode(
      bytes, name, limits: limits, options: options, target: target, into: sink)
    return DecodedPicture(sink.image, remarks)
  }

  /// Decodes a file and hands its rows on; what there is to say is returned.
  ///
  /// - Throws: as `picture(path:limits:options:target:)`; some rows may have come by then.
  static func decode(
    path: String, limits: DecodingLimits, options: DecodingOptions,
    target: (height: Int, width: Int)?, into sink: any RowSink
  ) throws(ImageError) -> [PixelRemark] {
    try decode(
      try read(path, limits), path, limits: limits, options: options, target: target, into: sink)
  }

  private static func decode(
    _ bytes: [UInt8], _ name: String, limits: DecodingLimits, options: DecodingOptions,
    target: (height: Int, width: Int)?, into sink: any RowSink
  ) throws(ImageError) -> [PixelRemark] {
    guard !bytes.isEmpty else { throw .empty(path: name, detail: "the file has no bytes") }
    guard bytes.count <= limits.bytes else { throw tooManyBytes(bytes.count, limits, name) }
    var limits = limits
    if let pixels = options.pixelLimit { limits.pixels = pixels }
    let format = PictureFormat(bytes)
    // What has to be turned is decoded whole before.
    let isTurned = options.orientation == .apply
    let whole = isTurned && mayBeTurned(bytes, format) ? ImageSink() : nil
    var stored = options.scale == .exact ? nil : target
    if isTurned, format == .jpeg, JPEGDecoder.orientation(in: bytes)?.swapsSides == true {
      stored = stored.map { ($0.width, $0.height) }
    }
    let order = DecodingOrder(
      path: name, fileBytes: bytes.count, limits: limits, target: stored, sink: whole ?? sink)
    var (remarks, noted) = try decode(bytes, format, order)
    if let whole {
      let room = 6 * whole.image.height * whole.image.width
      DecodingRoom.shared.enter(room)
      defer { DecodingRoom.shared.leave(room) }
      sink.take(all: whole.image.turned(noted ?? .upright))
    }
    if let noted, noted != .upright {
      remarks.append(
        PixelRemark(isTurned ? .orientationApplied : .orientationIgnored, "\(noted.rawValue)"))
    }
    return remarks
  }

  /// Whether a picture may note an orientation other than upright. Of a TIFF that is known for
  /// certain once libtiff has read it.
  private static func mayBeTurned(_ bytes: [UInt8], _ format: PictureFormat?) -> Bool {
    switch format {
    case .jpeg: JPEGDecoder.orientation(in: bytes) ?? .upright != .upright
    case .png: PNGChunks(bytes).orientation ?? .upright != .upright
    case .webp: WebPDecoder.orientation(in: bytes) ?? .upright != .upright
    case .tiff: true
    case .gif, .bmp, .foreign, nil: false
    }
  }

  private static func decode(
    _ bytes: [UInt8], _ format: PictureFormat?, _ order: DecodingOrder
  ) throws(ImageError) -> (remarks: [PixelRemark], orientation: Orientation?) {
    switch format {
    case .jpeg:
      let noted = JPEGDecoder.orientation(in: bytes)
      return (try JPEGDecoder(bytes: bytes, order: order).decode(), noted)
    case .png: return try PNGDecoder(bytes: bytes, order: order).decode()
    case .webp: return try WebPDecoder(bytes: bytes, order: order).decode()
    case .tiff: return try TIFFDecoder(bytes: bytes, order: order).decode()
    case .gif: return (try GIFDecoder(bytes: bytes, order: order).decode(), nil)
    case .bmp: return (try BMPDecoder(bytes: bytes, order: order).decode(), nil)
    case .foreign, nil:
      throw .unreadable(path: order.path, detail: PictureFormat.complaint(about: bytes))
    }
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
