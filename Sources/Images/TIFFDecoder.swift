import CPictures

/// The first page of a TIFF through libtiff: gray, palette, RGB, CMYK and YCbCr with 1 to 16 bits a
/// channel become 8-bit RGB; transparent pixels are laid on white.
struct TIFFDecoder {
  let bytes: [UInt8]
  let order: DecodingOrder

  func decode() throws(ImageError) -> (remarks: [PixelRemark], orientation: Orientation?) {
    // libtiff keeps the pointer between its calls.
    try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(ImageError) -> (remarks: [PixelRemark], orientation: Orientation?) {
    // A strip or tile may be as large as the whole picture, with 16 bits in four channels.
    let largest = 8 * order.limits.pixels + (1 << 20)
    guard let tiff = cp_tiff_open(bytes.baseAddress, bytes.count, largest) else {
      throw .unreadable(path: order.path, detail: "libtiff does not start")
    }
    defer { cp_tiff_close(tiff) }
    var header = cp_tiff_header()
    let status = cp_tiff_read_header(tiff, &header)
    guard status != CP_UNREADABLE else { throw failure(tiff) }
    let (height, width) = (Int(header.height), Int(header.width))
    try order.check(height: height, width: width)
    cp_tiff_measure(tiff, &header)
    let effort = try effort(of: header, height * width)
    var paper = WhitePaper(width: width, isMultiplied: true)
    try order.spending(effort, onRowsOf: (height, width)) { () throws(ImageError) in
      let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: height * width * 4)
      defer { room.deallocate() }
      room.update(repeating: 0)
      guard cp_tiff_decode(tiff, room.baseAddress) == CP_DONE else { throw failure(tiff) }
      for row in 0..<height { paper.hand(room.baseAddress! + 4 * row * width, to: order.sink) }
    }
    let remarks = paper.remarks + (header.has_more_pages != 0 ? [PixelRemark(.frames)] : [])
    return (remarks, Orientation(rawValue: Int(header.orientation)))
  }

  /// Unpacking, and the colours of every pixel.
  private func effort(
    of header: cp_tiff_header, _ pixels: Int
  ) throws(ImageError) -> DecodingOrder.Effort {
    // Strips and tiles lie beside one another, and each is read once.
    guard header.claimed <= UInt64(4 * bytes.count + (1 << 20)) else {
      throw .unreadable(
        path: order.path,
        detail: "the TIFF's strips or tiles claim \(header.claimed) bytes of a file of"
          + " \(bytes.count)")
    }
    let most = UInt64(Int.max / 16)
    let unpacked = Int(min(header.unpacked, most))
    let piece = Int(min(header.piece, most))
    return DecodingOrder.Effort(
      values: unpacked * (header.is_slow != 0 ? 4 : 1) + 4 * pixels, held: 4 * pixels + piece)
  }

  private func failure(_ tiff: OpaquePointer) -> ImageError {
    let words = String(cString: cp_tiff_message(tiff))
    return .unreadable(
      path: order.path, detail: "libtiff: \(words.isEmpty ? "it gives no reason" : words)")
  }
}
