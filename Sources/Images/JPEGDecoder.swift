import CPictures

/// One JPEG through libjpeg: accurate DCT, smooth chroma, a bounded number of scans.
///
/// Warnings after which all pixels are still those of the file, such as bytes too many between
/// segments, are remarks. Where the decoder met damage and filled the gap with a guess, the picture
/// is unreadable: pixels of that kind do not belong into an experiment.
struct JPEGDecoder {
  let bytes: [UInt8]
  let order: DecodingOrder

  /// Decodes; where there is a target, a large picture at a reduced size.
  func decode() throws(ImageError) -> [PixelRemark] {
    // libjpeg keeps the pointer between its calls.
    try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(ImageError) -> [PixelRemark] {
    guard let jpeg = cp_jpeg_open(bytes.baseAddress, bytes.count) else {
      throw .unreadable(path: order.path, detail: "libjpeg does not start")
    }
    defer { cp_jpeg_close(jpeg) }
    var header = cp_jpeg_header()
    try check(cp_jpeg_read_header(jpeg, &header), jpeg)
    let (height, width) = (Int(header.height), Int(header.width))
    let shrink = order.shrink(height, width)
    let (rows, columns) = ((height + shrink - 1) / shrink, (width + shrink - 1) / shrink)
    try order.check(height: height, width: width, shrink: shrink)
    let scans = order.limits.scans(height: height, width: width)
    // Each coefficient is looked at, but few are more than zero; transform and colours take as long
    // again as the values that come of them.
    let effort = DecodingOrder.Effort(
      values: height * width * Int(header.components) / 8 + 6 * rows * columns,
      held: Int(header.held))
    try order.spending(effort, onRowsOf: (rows, columns)) { () throws(ImageError) in
      try check(cp_jpeg_start(jpeg, Int32(shrink), Int32(scans)), jpeg)
      if header.is_cmyk != 0 {
        try readInks(jpeg, rows, columns, isInverted: header.is_adobe != 0)
      } else {
        try read(jpeg, rows, 3 * columns) { order.sink.take($0.baseAddress!) }
      }
      try check(cp_jpeg_finish(jpeg), jpeg)
    }
    return cp_jpeg_warnings(jpeg) > 0 ? [PixelRemark(.warning, words(jpeg))] : []
  }

  private func read(
    _ jpeg: OpaquePointer, _ rows: Int, _ size: Int,
    _ take: (UnsafeMutableBufferPointer<UInt8>) -> Void
  ) throws(ImageError) {
    let line = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
    defer { line.deallocate() }
    for _ in 0..<rows {
      try check(cp_jpeg_read_row(jpeg, line.baseAddress, size), jpeg)
      take(line)
    }
  }

  /// red = (255 - cyan)(255 - black) / 255 and so on. Adobe's programs store 255 - ink and say who
  /// they are in an APP14 segment.
  private func readInks(
    _ jpeg: OpaquePointer, _ rows: Int, _ columns: Int, isInverted: Bool
  ) throws(ImageError) {
    var colours = [UInt8](repeating: 0, count: 3 * columns)
    try read(jpeg, rows, 4 * columns) { inks in
      for pixel in 0..<columns {
        func light(_ channel: Int) -> Int {
          let value = Int(inks[4 * pixel + channel])
          return isInverted ? value : 255 - value
        }
        let paper = light(3)
        for channel in 0..<3 {
          colours[3 * pixel + channel] = UInt8((light(channel) * paper + 127) / 255)
        }
      }
      order.sink.take(colours)
    }
  }

  private func check(_ status: cp_status, _ jpeg: OpaquePointer) throws(ImageError) {
    switch status {
    case CP_DONE: return
    case CP_EMPTY: throw .empty(path: order.path, detail: words(jpeg))
    case CP_TOO_MANY_SCANS:
      throw .oversized(
        path: order.path, detail: "\(words(jpeg)), the limit for a picture of so many pixels")
    default: throw .unreadable(path: order.path, detail: words(jpeg))
    }
  }

  private func words(_ jpeg: OpaquePointer) -> String { String(cString: cp_jpeg_message(jpeg)) }
}

extension JPEGDecoder {
  /// The orientation in the first APP1 segment with EXIF data.
  static func orientation(in bytes: [UInt8]) -> Orientation? {
    let reader = ByteReader(bytes, isBigEndian: true)
    var position = 2
    while let marker = reader.number(at: position, size: 2), marker >= 0xFF00 {
      if marker == 0xFFFF {
        position += 1
        continue
      }
      guard marker != 0xFFDA, let length = reader.number(at: position + 2, size: 2), length >= 2
      else { return nil }
      if marker == 0xFFE1, reader.has("Exif\0\0", at: position + 4),
        let exif = reader.slice(at: position + 4, count: length - 2)
      {
        return Orientation(exif: exif)
      }
      position += 2 + length
    }
    return nil
  }
}
