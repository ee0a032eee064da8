import CPictures

/// The first page of a TIFF through libtiff: gray, palette, RGB, CMYK and YCbCr with 1 to 16 bits a
/// channel become 8-bit RGB; transparent pixels are laid on white.
struct TIFFDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode() throws(ImageError) -> (picture: DecodedPicture, orientation: Orientation?) {
    // libtiff keeps the pointer between its calls.
    try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(ImageError) -> (picture: DecodedPicture, orientation: Orientation?) {
    // A strip or tile may be as large as the whole picture, with 16 bits in four channels.
    let largest = 8 * limits.pixels + (1 << 20)
    guard let tiff = cp_tiff_open(bytes.baseAddress, bytes.count, largest) else {
      throw .unreadable(path: path, detail: "libtiff does not start")
    }
    defer { cp_tiff_close(tiff) }
    var header = cp_tiff_header()
    let status = cp_tiff_read_header(tiff, &header)
    guard status != CP_UNREADABLE else { throw failure(tiff) }
    let (height, width) = (Int(header.height), Int(header.width))
    try limits.check(height: height, width: width, path: path)
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: height * width * 4)
    defer { room.deallocate() }
    room.update(repeating: 0)
    guard cp_tiff_decode(tiff, room.baseAddress) == CP_DONE else { throw failure(tiff) }
    let (image, isTransparent) = RGBImage.onWhite(
      UnsafeBufferPointer(room), height: height, width: width, isMultiplied: true)
    var remarks = isTransparent ? [PixelRemark(.transparency)] : []
    if header.has_more_pages != 0 { remarks.append(PixelRemark(.frames)) }
    return (DecodedPicture(image, remarks), Orientation(rawValue: Int(header.orientation)))
  }

  private func failure(_ tiff: OpaquePointer) -> ImageError {
    let words = String(cString: cp_tiff_message(tiff))
    return .unreadable(
      path: path, detail: "libtiff: \(words.isEmpty ? "it gives no reason" : words)")
  }
}
