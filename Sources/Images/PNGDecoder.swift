import CPNG

/// One PNG through libpng's simplified interface: palette, gray and 16 bits become 8-bit RGB as they
/// are stored, without gamma or profile; transparent pixels are laid on white.
struct PNGDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode() throws(ImageError) -> (picture: DecodedPicture, orientation: Orientation?) {
    try checkAnnouncedSize()
    let chunks = PNGChunks(bytes)
    // libpng keeps the pointer between its two calls.
    var picture = try chunks.file.withUnsafeBytes { bytes in
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

  private func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> DecodedPicture {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    let begun = png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count)
    guard begun != 0 else { throw failure(image) }
    let (height, width) = (Int(image.height), Int(image.width))
    try limits.check(height: height, width: width, path: path)
    let isTransparent = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
    // Without this, 16-bit values without a gamma count as linear light.
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    if !isTransparent {
      image.format = counterpoise_png_format_rgb
      let picture = try RGBImage(height: height, width: width) { buffer throws(ImageError) in
        try finish(&image, buffer)
      }
      return DecodedPicture(picture, warnings(image))
    }
    image.format = counterpoise_png_format_rgba
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: height * width * 4)
    defer { room.deallocate() }
    try finish(&image, room)
    let (picture, hasTransparency) = RGBImage.onWhite(
      UnsafeBufferPointer(room), height: height, width: width)
    return DecodedPicture(
      picture, warnings(image) + (hasTransparency ? [PixelRemark(.transparency)] : []))
  }

  private func finish(
    _ image: inout png_image, _ room: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImageError) {
    guard png_image_finish_read(&image, nil, room.baseAddress, 0, nil) != 0 else {
      throw failure(image)
    }
  }

  private func warnings(_ image: png_image) -> [PixelRemark] {
    image.warning_or_error == 0 ? [] : [PixelRemark(.warning, words(image))]
  }

  /// libpng refuses sizes of zero and beyond its own limit as errors; here they have their names.
  private func checkAnnouncedSize() throws(ImageError) {
    let reader = ByteReader(bytes, isBigEndian: true)
    guard reader.has("IHDR", at: 12), let width = reader.number(at: 16, size: 4),
      let height = reader.number(at: 20, size: 4)
    else { return }
    try limits.check(height: height, width: width, path: path)
  }

  private func failure(_ image: png_image) -> ImageError {
    .unreadable(path: path, detail: words(image))
  }

  private func words(_ image: png_image) -> String {
    var message = image.message
    let words = withUnsafeBytes(of: &message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return words.isEmpty ? "libpng gives no reason" : words
  }
}
