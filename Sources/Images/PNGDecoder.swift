import CPictures

/// One PNG through libpng: palette, gray and 16 bits become 8-bit RGB as they
/// are stored, without gamma or profile; transparent pixels are laid on white.
struct PNGDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode() throws(ImageError) -> (picture: DecodedPicture, orientation: Orientation?) {
    try checkAnnouncedSize()
    let chunks = PNGChunks(bytes)
    // libpng keeps the pointer between its calls.
    var picture = try chunks.file.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
    if chunks.isWithoutEnd {
      picture.remarks.insert(PixelRemark(.warning, "the end chunk is missing"), at: 0)
    }
    if chunks.asksForGamma, let gamma = chunks.gamma {
      picture.remarks.append(PixelRemark(.gamma, "\(Double(gamma) / 100_000)"))
    }
    if chunks.frames > 1 { picture.remarks.append(PixelRemark(.frames, "\(chunks.frames)")) }
    return (picture, chunks.orientation)
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(ImageError) -> DecodedPicture {
    guard let png = cp_png_open(bytes.baseAddress, bytes.count) else {
      throw .unreadable(path: path, detail: "libpng does not start")
    }
    defer { cp_png_close(png) }
    var header = cp_png_header()
    guard cp_png_read_header(png, &header) == CP_DONE else { throw failure(png) }
    let (height, width) = (Int(header.height), Int(header.width))
    try limits.check(height: height, width: width, path: path)
    func read(_ room: UnsafeMutableBufferPointer<UInt8>) throws(ImageError) {
      guard cp_png_decode(png, room.baseAddress, room.count) == CP_DONE else { throw failure(png) }
    }
    var picture: DecodedPicture
    if header.channels == 3 {
      picture = DecodedPicture(try RGBImage(height: height, width: width, filling: read))
    } else {
      let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: height * width * 4)
      defer { room.deallocate() }
      try read(room)
      let (image, isTransparent) = RGBImage.onWhite(
        UnsafeBufferPointer(room), height: height, width: width)
      picture = DecodedPicture(image, isTransparent ? [PixelRemark(.transparency)] : [])
    }
    if cp_png_warnings(png) > 0 { picture.remarks.append(PixelRemark(.warning, words(png))) }
    return picture
  }

  /// libpng refuses sizes of zero and beyond its own limit as errors; here they have their names.
  private func checkAnnouncedSize() throws(ImageError) {
    let reader = ByteReader(bytes, isBigEndian: true)
    guard reader.has("IHDR", at: 12), let width = reader.number(at: 16, size: 4),
      let height = reader.number(at: 20, size: 4)
    else { return }
    try limits.check(height: height, width: width, path: path)
  }

  private func failure(_ png: OpaquePointer) -> ImageError {
    .unreadable(path: path, detail: words(png))
  }

  private func words(_ png: OpaquePointer) -> String { String(cString: cp_png_message(png)) }
}
