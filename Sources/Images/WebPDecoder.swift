import CWebP

/// One WebP through libwebp; of an animation the first frame on its canvas.
struct WebPDecoder {
  let bytes: [UInt8]
  let order: DecodingOrder

  func decode() throws(ImageError) -> (remarks: [PixelRemark], orientation: Orientation?) {
    let remarks = try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
    return (remarks, Self.orientation(in: bytes))
  }

  private func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> [PixelRemark] {
    var features = WebPBitstreamFeatures()
    let status = WebPGetFeatures(bytes.baseAddress, bytes.count, &features)
    guard status == VP8_STATUS_OK else { throw failure(status) }
    let (height, width) = (Int(features.height), Int(features.width))
    if features.has_animation != 0 {
      try order.check(height: height, width: width)
      return try firstFrame(bytes, height, width)
    }
    let channels = features.has_alpha == 0 ? 3 : 4
    let shrink = shrink(height, width)
    let (rows, columns) = ((height + shrink - 1) / shrink, (width + shrink - 1) / shrink)
    try order.check(height: height, width: width, shrink: shrink)
    // A lossless picture is unpacked whole, four bytes a pixel.
    let isLossless = features.format == 2
    let effort = DecodingOrder.Effort(
      values: height * width * (isLossless ? 4 : 3) + 2 * rows * columns * channels,
      held: (isLossless ? 4 * height * width : 0) + rows * columns * channels)
    var paper = WhitePaper(width: columns)
    try order.spending(effort, onRowsOf: (rows, columns)) { () throws(ImageError) in
      let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rows * columns * channels)
      defer { room.deallocate() }
      try read(bytes, into: room, rows, columns, isReduced: shrink > 1)
      for row in 0..<rows {
        let line = UnsafePointer(room.baseAddress! + row * columns * channels)
        if channels == 3 { order.sink.take(line) } else { paper.hand(line, to: order.sink) }
      }
    }
    return paper.remarks
  }

  /// 1 within the limit of pixels; above it the least of 2, 4, 8 that leads below it, where that
  /// leaves twice the target on both sides.
  private func shrink(_ height: Int, _ width: Int) -> Int {
    let largest = order.shrink(height, width)
    return [1, 2, 4, 8].first { shrink in
      (height + shrink - 1) / shrink * ((width + shrink - 1) / shrink) <= order.limits.pixels
        || shrink == largest
    } ?? 1
  }

  private func read(
    _ bytes: UnsafeBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>,
    _ rows: Int, _ columns: Int, isReduced: Bool
  ) throws(ImageError) {
    let row = room.count / rows
    var configuration = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&configuration) != 0 else { throw broken }
    if isReduced {
      configuration.options.use_scaling = 1
      (configuration.options.scaled_width, configuration.options.scaled_height) = (
        Int32(columns), Int32(rows)
      )
    }
    configuration.output.colorspace = row == 3 * columns ? MODE_RGB : MODE_RGBA
    configuration.output.is_external_memory = 1
    configuration.output.u.RGBA = WebPRGBABuffer(
      rgba: room.baseAddress, stride: Int32(row), size: room.count)
    let status = WebPDecode(bytes.baseAddress, bytes.count, &configuration)
    WebPFreeDecBuffer(&configuration.output)
    guard status == VP8_STATUS_OK else { throw broken }
  }

  /// libwebp has two canvases of the announced size for this, and the frame beside them.
  private func firstFrame(
    _ bytes: UnsafeBufferPointer<UInt8>, _ height: Int, _ width: Int
  ) throws(ImageError) -> [PixelRemark] {
    let effort = DecodingOrder.Effort(
      values: 16 * height * width, held: 16 * height * width)
    var paper = WhitePaper(width: width)
    var frames = 1
    try order.spending(effort, onRowsOf: (height, width)) { () throws(ImageError) in
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
      frames = Int(info.frame_count)
      for row in 0..<height { paper.hand(canvas + 4 * row * width, to: order.sink) }
    }
    return paper.remarks + (frames > 1 ? [PixelRemark(.frames, "\(frames)")] : [])
  }

  /// In the `EXIF` chunk of a RIFF file.
  static func orientation(in bytes: [UInt8]) -> Orientation? {
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
    .unreadable(path: order.path, detail: "the WebP is damaged or breaks off")
  }

  private func failure(_ status: VP8StatusCode) -> ImageError {
    let words =
      switch status {
      case VP8_STATUS_NOT_ENOUGH_DATA: "the WebP breaks off before its header ends"
      case VP8_STATUS_UNSUPPORTED_FEATURE: "the WebP uses a feature that libwebp does not know"
      default: "the WebP's header is damaged"
      }
    return .unreadable(path: order.path, detail: words)
  }
}
