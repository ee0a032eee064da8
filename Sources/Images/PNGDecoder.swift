import CPictures

/// One PNG through libpng: palette, gray and 16 bits become 8-bit RGB as they
/// are stored, without gamma or profile; transparent pixels are laid on white.
struct PNGDecoder {
  let bytes: [UInt8]
  let order: DecodingOrder

  func decode() throws(ImageError) -> (remarks: [PixelRemark], orientation: Orientation?) {
    try checkAnnouncedSize()
    let chunks = PNGChunks(bytes)
    // libpng keeps the pointer between its calls.
    var remarks = try chunks.file.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
    if chunks.isWithoutEnd {
      remarks.insert(PixelRemark(.warning, "the end chunk is missing"), at: 0)
    }
    if chunks.asksForGamma, let gamma = chunks.gamma {
      remarks.append(PixelRemark(.gamma, "\(Double(gamma) / 100_000)"))
    }
    if chunks.frames > 1 { remarks.append(PixelRemark(.frames, "\(chunks.frames)")) }
    return (remarks, chunks.orientation)
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(ImageError) -> [PixelRemark] {
    guard let png = cp_png_open(bytes.baseAddress, bytes.count) else {
      throw .unreadable(path: order.path, detail: "libpng does not start")
    }
    defer { cp_png_close(png) }
    var header = cp_png_header()
    guard cp_png_read_header(png, &header) == CP_DONE else { throw failure(png) }
    let (height, width) = (Int(header.height), Int(header.width))
    let isWhole = header.is_interlaced != 0
    if isWhole {
      try order.check(height: height, width: width)
    } else {
      try order.checkRows(height: height, width: width)
    }
    let row = width * Int(header.channels)
    let effort = DecodingOrder.Effort(
      values: height * row * (header.bits > 8 ? 2 : 1) + (isWhole ? height * row : 0),
      held: isWhole ? height * row : 2 * row)
    var paper = WhitePaper(width: width)
    try order.spending(effort, onRowsOf: (height, width)) { () throws(ImageError) in
      try read(png, height, row, isWhole: isWhole) { row in
        if header.channels == 3 { order.sink.take(row) } else { paper.hand(row, to: order.sink) }
      }
    }
    return paper.remarks
      + (cp_png_warnings(png) > 0 ? [PixelRemark(.warning, words(png))] : [])
  }

  /// An interlaced picture brings its rows over and over again, and is read whole.
  private func read(
    _ png: OpaquePointer, _ height: Int, _ size: Int, isWhole: Bool,
    _ take: (UnsafePointer<UInt8>) -> Void
  ) throws(ImageError) {
    let count = isWhole ? height * size : size
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
    defer { room.deallocate() }
    if isWhole {
      guard cp_png_decode(png, room.baseAddress, count) == CP_DONE else { throw failure(png) }
      for row in 0..<height { take(room.baseAddress! + row * size) }
      return
    }
    for _ in 0..<height {
      guard cp_png_read_row(png, room.baseAddress, size) == CP_DONE else { throw failure(png) }
      take(room.baseAddress!)
    }
  }

  /// libpng refuses sizes of zero and beyond its own limit as errors; here they have their names.
  private func checkAnnouncedSize() throws(ImageError) {
    let reader = ByteReader(bytes, isBigEndian: true)
    guard reader.has("IHDR", at: 12), let width = reader.number(at: 16, size: 4),
      let height = reader.number(at: 20, size: 4)
    else { return }
    let isInterlaced = reader.number(at: 28, size: 1) != 0
    if isInterlaced {
      try order.check(height: height, width: width)
    } else {
      try order.checkRows(height: height, width: width)
    }
  }

  private func failure(_ png: OpaquePointer) -> ImageError {
    .unreadable(path: order.path, detail: words(png))
  }

  private func words(_ png: OpaquePointer) -> String { String(cString: cp_png_message(png)) }
}
