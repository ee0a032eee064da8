/// One BMP of Windows or OS/2: 1 to 32 bits a pixel, with run lengths or masks; rows from the bottom
/// or from the top. Transparent pixels are laid on white where the file declares an alpha channel.
struct BMPDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode() throws(ImageError) -> DecodedPicture {
    let header = try BMPHeader(bytes, path)
    try limits.check(height: header.height, width: header.width, path: path)
    switch header.compression {
    case .runs:
      let indices = try BMPRuns(bytes, header).expanded(path)
      return DecodedPicture(try image(of: indices, header))
    case .plain where header.bits <= 8:
      return DecodedPicture(try image(of: try unpacked(header), header))
    case .plain where header.bits == 24: return DecodedPicture(try packed(header))
    case .plain, .masks: return try masked(header)
    }
  }

  /// Bytes from one row to the next: a multiple of four.
  private func stride(_ header: BMPHeader) -> Int { (header.width * header.bits + 31) / 32 * 4 }

  /// Where the row that is `row`-th from the top begins; all of its bytes are there.
  private func start(of row: Int, _ header: BMPHeader) throws(ImageError) -> Int {
    let stored = header.isTopDown ? row : header.height - 1 - row
    let start = header.offset + stored * stride(header)
    guard start + (header.width * header.bits + 7) / 8 <= bytes.count else {
      throw .unreadable(path: path, detail: "the BMP ends before its last row")
    }
    return start
  }

  /// Palette indices of 1, 2, 4 or 8 bits, the highest bits first.
  private func unpacked(_ header: BMPHeader) throws(ImageError) -> [UInt8] {
    var indices = [UInt8]()
    indices.reserveCapacity(header.height * header.width)
    let (bits, mask) = (header.bits, UInt8((1 << header.bits) - 1))
    for row in 0..<header.height {
      let start = try start(of: row, header)
      for column in 0..<header.width {
        let place = column * bits
        indices.append(bytes[start + place / 8] >> UInt8(8 - bits - place % 8) & mask)
      }
    }
    return indices
  }

  private func image(of indices: [UInt8], _ header: BMPHeader) throws(ImageError) -> RGBImage {
    guard !header.palette.isEmpty else {
      throw .unreadable(path: path, detail: "the BMP's palette is missing")
    }
    let palette = header.palette
    return RGBImage(height: header.height, width: header.width) { pixels in
      for (pixel, index) in indices.enumerated() {
        // Colours beyond the table are black.
        let colour = Int(index) < palette.count ? palette[Int(index)] : (0, 0, 0)
        pixels[3 * pixel] = colour.0
        pixels[3 * pixel + 1] = colour.1
        pixels[3 * pixel + 2] = colour.2
      }
    }
  }

  /// Blue, green, red.
  private func packed(_ header: BMPHeader) throws(ImageError) -> RGBImage {
    try RGBImage(height: header.height, width: header.width) { pixels throws(ImageError) in
      var target = 0
      for row in 0..<header.height {
        var source = try start(of: row, header)
        for _ in 0..<header.width {
          for channel in 0..<3 { pixels[target + channel] = bytes[source + 2 - channel] }
          (source, target) = (source + 3, target + 3)
        }
      }
    }
  }

  private func masked(_ header: BMPHeader) throws(ImageError) -> DecodedPicture {
    let channels = header.masks.map(BMPChannel.init)
    let count = header.height * header.width
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count * 4)
    defer { room.deallocate() }
    var greatestAlpha = UInt8(0)
    var target = 0
    for row in 0..<header.height {
      var source = try start(of: row, header)
      for _ in 0..<header.width {
        var value = 0
        for byte in 0..<(header.bits / 8) { value |= Int(bytes[source + byte]) << (8 * byte) }
        for channel in 0..<3 { room[target + channel] = channels[channel].value(in: value) }
        let alpha = channels[3].isPresent ? channels[3].value(in: value) : 255
        room[target + 3] = alpha
        greatestAlpha = max(greatestAlpha, alpha)
        (source, target) = (source + header.bits / 8, target + 4)
      }
    }
    // Programs that declare alpha and leave it at zero everywhere mean an opaque picture.
    if greatestAlpha == 0 { for pixel in 0..<count { room[4 * pixel + 3] = 255 } }
    let (image, isTransparent) = RGBImage.onWhite(
      UnsafeBufferPointer(room), height: header.height, width: header.width)
    return DecodedPicture(image, isTransparent ? [PixelRemark(.transparency)] : [])
  }
}

/// A channel's bits within a pixel, scaled to a byte.
private struct BMPChannel {
  let mask: Int
  let shift: Int
  let greatest: Int

  init(_ mask: Int) {
    self.mask = mask
    shift = mask == 0 ? 0 : mask.trailingZeroBitCount
    greatest = mask >> shift
  }

  var isPresent: Bool { mask != 0 }

  func value(in pixel: Int) -> UInt8 {
    greatest == 0 ? 0 : UInt8(((pixel & mask) >> shift * 255 + greatest / 2) / greatest)
  }
}
