import CPNG

/// One PNG through libpng's simplified interface: palette, gray and 16 bits become 8-bit RGB,
/// transparent pixels are composed on white.
struct PNGDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode() throws(ImageError) -> RGBImage {
    try checkAnnouncedSize()
    // libpng keeps the pointer between its two calls.
    return try bytes.withUnsafeBytes { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
  }

  private func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> RGBImage {
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
      return try RGBImage(height: height, width: width) { buffer throws(ImageError) in
        try finish(&image, buffer)
      }
    }
    image.format = counterpoise_png_format_rgba
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: height * width * 4)
    defer { room.deallocate() }
    try finish(&image, room)
    return composeOnWhite(room, height, width)
  }

  private func finish(
    _ image: inout png_image, _ room: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImageError) {
    guard png_image_finish_read(&image, nil, room.baseAddress, 0, nil) != 0 else {
      throw failure(image)
    }
  }

  private func composeOnWhite(
    _ source: UnsafeMutableBufferPointer<UInt8>, _ height: Int, _ width: Int
  ) -> RGBImage {
    RGBImage(height: height, width: width) { pixels in
      for pixel in 0..<(height * width) {
        let alpha = Int(source[4 * pixel + 3])
        for channel in 0..<3 {
          let value = Int(source[4 * pixel + channel]) * alpha + 255 * (255 - alpha)
          pixels[3 * pixel + channel] = UInt8((value + 127) / 255)
        }
      }
    }
  }

  /// libpng refuses sizes of zero and beyond its own limit as errors; here they have their names.
  private func checkAnnouncedSize() throws(ImageError) {
    guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return }
    func number(at position: Int) -> Int {
      bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    try limits.check(height: number(at: 20), width: number(at: 16), path: path)
  }

  private func failure(_ image: png_image) -> ImageError {
    var message = image.message
    let words = withUnsafeBytes(of: &message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .unreadable(path: path, detail: words.isEmpty ? "libpng gives no reason" : words)
  }
}
