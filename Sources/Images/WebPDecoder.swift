import CWebP

/// One WebP through libwebp; of an animation the first frame on its canvas.
struct WebPDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode() throws(ImageError) -> (picture: DecodedPicture, orientation: Orientation?) {
    let picture = try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
    return (picture, orientation)
  }

  private func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> DecodedPicture {
    var features = WebPBitstreamFeatures()
    let status = WebPGetFeatures(bytes.baseAddress, bytes.count, &features)
    guard status == VP8_STATUS_OK else { throw failure(status) }
    let (height, width) = (Int(features.height), Int(features.width))
    try limits.check(height: height, width: width, path: path)
    if features.has_animation != 0 { return try firstFrame(bytes, height, width) }
    if features.has_alpha == 0 {
      let image = try RGBImage(height: height, width: width) { room throws(ImageError) in
        let target = WebPDecodeRGBInto(
          bytes.baseAddress, bytes.count, room.baseAddress, room.count, Int32(3 * width))
        guard target != nil else { throw broken }
      }
      return DecodedPicture(image)
    }
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: height * width * 4)
    defer { room.deallocate() }
    let target = WebPDecodeRGBAInto(
      bytes.baseAddress, bytes.count, room.baseAddress, room.count, Int32(4 * width))
    guard target != nil else { throw broken }
    return onWhite(UnsafeBufferPointer(room), height, width)
  }

  /// libwebp has two canvases of the announced size for this.
  private func firstFrame(
    _ bytes: UnsafeBufferPointer<UInt8>, _ height: Int, _ width: Int
  ) throws(ImageError) -> DecodedPicture {
    var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
    guard let decoder = WebPAnimDecoderNew(&data, nil) else { throw broken }
    defer { WebPAnimDecoderDelete(decoder) }
    var info = WebPAnimInfo()
    var canvas: UnsafeMutablePointer<UInt8>?
    var time = Int32(0)
    guard WebPAnimDecoderGetInfo(decoder, &info) != 0, info.canvas_height == UInt32(height),
      info.canvas_width == UInt32(width), WebPAnimDecoderGetNext(decoder, &canvas, &time) != 0,
      let canvas
    else { throw broken }
    var picture = onWhite(
      UnsafeBufferPointer(start: canvas, count: height * width * 4), height, width)
    if info.frame_count > 1 {
      picture.remarks.append(PixelRemark(.frames, "\(info.frame_count)"))
    }
    return picture
  }

  private func onWhite(
    _ source: UnsafeBufferPointer<UInt8>, _ height: Int, _ width: Int
  ) -> DecodedPicture {
    let (image, isTransparent) = RGBImage.onWhite(source, height: height, width: width)
    return DecodedPicture(image, isTransparent ? [PixelRemark(.transparency)] : [])
  }

  /// In the `EXIF` chunk of a RIFF file.
  private var orientation: Orientation? {
    let reader = ByteReader(bytes)
    var position = 12
    while let size = reader.number(at: position + 4, size: 4) {
      if reader.has("EXIF", at: position),
        let exif = reader.slice(at: position + 8, count: size)
      {
        return Orientation(exif: exif)
      }
      position += 8 + size + size % 2
    }
    return nil
  }

  private var broken: ImageError {
    .unreadable(path: path, detail: "the WebP is damaged or breaks off")
  }

  private func failure(_ status: VP8StatusCode) -> ImageError {
    let words =
      switch status {
      case VP8_STATUS_NOT_ENOUGH_DATA: "the WebP breaks off before its header ends"
      case VP8_STATUS_UNSUPPORTED_FEATURE: "the WebP uses a feature that libwebp does not know"
      default: "the WebP's header is damaged"
      }
    return .unreadable(path: path, detail: words)
  }
}
