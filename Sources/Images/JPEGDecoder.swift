import CPictures

/// One JPEG through libjpeg: accurate DCT, smooth chroma, a bounded number of scans.
///
/// Warnings after which all pixels are still those of the file, such as bytes too many between
/// segments, are remarks. Where the decoder met damage and filled the gap with a guess, the picture
/// is unreadable: pixels of that kind do not belong into an experiment.
struct JPEGDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  /// Decodes; with a target a large picture at a reduced size.
  func decode(target: (height: Int, width: Int)?) throws(ImageError) -> DecodedPicture {
    // libjpeg keeps the pointer between its calls.
    try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes, target) }
    }.get()
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ target: (height: Int, width: Int)?
  ) throws(ImageError) -> DecodedPicture {
    guard let jpeg = cp_jpeg_open(bytes.baseAddress, bytes.count) else {
      throw .unreadable(path: path, detail: "libjpeg does not start")
    }
    defer { cp_jpeg_close(jpeg) }
    var header = cp_jpeg_header()
    try check(cp_jpeg_read_header(jpeg, &header), jpeg)
    let (height, width) = (Int(header.height), Int(header.width))
    try limits.check(height: height, width: width, path: path)
    let shrink = Self.shrink(height, width, target)
    let scans = limits.scans(height: height, width: width)
    let rows = (height + shrink - 1) / shrink
    let columns = (width + shrink - 1) / shrink
    func read(_ room: UnsafeMutableBufferPointer<UInt8>) throws(ImageError) {
      let status = cp_jpeg_decode(
        jpeg, Int32(shrink), Int32(scans), room.baseAddress, room.count)
      try check(status, jpeg)
    }
    let image: RGBImage
    if header.is_cmyk != 0 {
      let inks = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rows * columns * 4)
      defer { inks.deallocate() }
      try read(inks)
      image = toRGB(inks, rows, columns, isInverted: header.is_adobe != 0)
    } else {
      image = try RGBImage(height: rows, width: columns, filling: read)
    }
    let remarks = cp_jpeg_warnings(jpeg) > 0 ? [PixelRemark(.warning, words(jpeg))] : []
    return DecodedPicture(image, remarks)
  }

  /// The largest of 8, 4, 2, 1 that leaves twice the target on both sides.
  private static func shrink(
    _ height: Int, _ width: Int, _ target: (height: Int, width: Int)?
  ) -> Int {
    guard let target else { return 1 }
    return [8, 4, 2].first { shrink in
      (height + shrink - 1) / shrink >= 2 * target.height
        && (width + shrink - 1) / shrink >= 2 * target.width
    } ?? 1
  }

  /// red = (255 - cyan)(255 - black) / 255 and so on. Adobe's programs store 255 - ink and say who
  /// they are in an APP14 segment.
  private func toRGB(
    _ inks: UnsafeMutableBufferPointer<UInt8>, _ height: Int, _ width: Int, isInverted: Bool
  ) -> RGBImage {
    RGBImage(height: height, width: width) { pixels in
      for pixel in 0..<(height * width) {
        func light(_ channel: Int) -> Int {
          let value = Int(inks[4 * pixel + channel])
          return isInverted ? value : 255 - value
        }
        let paper = light(3)
        for channel in 0..<3 {
          pixels[3 * pixel + channel] = UInt8((light(channel) * paper + 127) / 255)
        }
      }
    }
  }

  private func check(_ status: cp_status, _ jpeg: OpaquePointer) throws(ImageError) {
    switch status {
    case CP_DONE: return
    case CP_EMPTY: throw .empty(path: path, detail: words(jpeg))
    case CP_TOO_MANY_SCANS:
      throw .oversized(
        path: path, detail: "\(words(jpeg)), the limit for a picture of so many pixels")
    default: throw .unreadable(path: path, detail: words(jpeg))
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
