/// One BMP of Windows or OS/2: 1 to 32 bits a pixel, with run lengths or masks; rows from the bottom
/// or from the top. Transparent pixels are laid on white where the file declares an alpha channel.
struct BMPDecoder {
  let bytes: [UInt8]
  let order: DecodingOrder

  func decode() throws(ImageError) -> [PixelRemark] {
    let header = try BMPHeader(bytes, order.path)
    let size = (height: header.height, width: header.width)
    if header.compression == .runs {
      try order.check(height: size.height, width: size.width)
    } else {
      try order.checkRows(height: size.height, width: size.width)
      try checkRows(header)
    }
    let area = size.height * size.width
    let effort = DecodingOrder.Effort(
      values: (header.compression == .runs ? 5 : 4) * area,
      held: header.compression == .runs ? area : 0)
    return try order.spending(effort, onRowsOf: size) { () throws(ImageError) in
      switch header.compression {
      case .runs:
        let indices = try BMPRuns(bytes, header).expanded(order.path)
        try handColours(header) { row, line in
          line.withUnsafeMutableBufferPointer {
            for column in 0..<size.width { $0[column] = indices[row * size.width + column] }
          }
        }
        return []
      case .plain where header.bits <= 8:
        try handColours(header) { row, line in unpack(row, into: &line, header) }
        return []
      case .plain where header.bits == 24:
        handPacked(header)
        return []
      case .plain, .masks: return handMasked(header)
      }
    }
  }

  /// Bytes from one row to the next: a multiple of four.
  private func stride(_ header: BMPHeader) -> Int { (header.width * header.bits + 31) / 32 * 4 }

  /// Where the row that is `row`-th from the top begins.
  private func start(of row: Int, _ header: BMPHeader) -> Int {
    let stored = header.isTopDown ? row : header.height - 1 - row
    return header.offset + stored * stride(header)
  }

  /// Whether all bytes of all rows are there.
  private func checkRows(_ header: BMPHeader) throws(ImageError) {
    let last = header.offset + (header.height - 1) * stride(header)
    guard last + (header.width * header.bits + 7) / 8 <= bytes.count else {
      throw .unreadable(path: order.path, detail: "the BMP ends before its last row")
    }
  }

  /// Palette indices of 1, 2, 4 or 8 bits, the highest bits first.
  private func unpack(_ row: Int, into line: inout [UInt8], _ header: BMPHeader) {
    let (bits, mask) = (header.bits, UInt8((1 << header.bits) - 1))
    let start = start(of: row, header)
    for column in 0..<header.width {
      let place = column * bits
      line[column] = bytes[start + place / 8] >> UInt8(8 - bits - place % 8) & mask
    }
  }

  /// Hands on rows whose palette indices `fill` writes.
  private func handColours(
    _ header: BMPHeader, _ fill: (_ row: Int, _ line: inout [UInt8]) -> Void
  ) throws(ImageError) {
    guard !header.palette.isEmpty else {
      throw .unreadable(path: order.path, detail: "the BMP's palette is missing")
    }
    let palette = header.palette
    var line = [UInt8](repeating: 0, count: header.width)
    var colours = [UInt8](repeating: 0, count: 3 * header.width)
    for row in 0..<header.height {
      fill(row, &line)
      for column in 0..<header.width {
        // Colours beyond the table are black.
        let index = Int(line[column])
        let colour = index < palette.count ? palette[index] : (0, 0, 0)
        colours[3 * column] = colour.0
        colours[3 * column + 1] = colour.1
        colours[3 * column + 2] = colour.2
      }
      order.sink.take(colours)
    }
  }

  /// Blue, green, red.
  private func handPacked(_ header: BMPHeader) {
    var colours = [UInt8](repeating: 0, count: 3 * header.width)
    for row in 0..<header.height {
      let start = start(of: row, header)
      for column in 0..<header.width {
        for channel in 0..<3 {
          colours[3 * column + channel] = bytes[start + 3 * column + 2 - channel]
        }
      }
      order.sink.take(colours)
    }
  }

  private func handMasked(_ header: BMPHeader) -> [PixelRemark] {
    let channels = header.masks.map(BMPChannel.init)
    // Programs that declare alpha and leave it at zero everywhere mean an opaque picture.
    let hasAlpha = channels[3].isPresent && hasAnyAlpha(header, channels[3])
    var paper = WhitePaper(width: header.width)
    var colours = [UInt8](repeating: 255, count: 4 * header.width)
    for row in 0..<header.height {
      for column in 0..<header.width {
        let value = value(row, column, header)
        for channel in 0..<3 { colours[4 * column + channel] = channels[channel].value(in: value) }
        if hasAlpha { colours[4 * column + 3] = channels[3].value(in: value) }
      }
      paper.hand(colours, to: order.sink)
    }
    return paper.remarks
  }

  private func hasAnyAlpha(_ header: BMPHeader, _ alpha: BMPChannel) -> Bool {
    (0..<header.height).contains { row in
      (0..<header.width).contains { alpha.value(in: value(row, $0, header)) > 0 }
    }
  }

  /// The bytes of one pixel as a number.
  private func value(_ row: Int, _ column: Int, _ header: BMPHeader) -> Int {
    let size = header.bits / 8
    let start = start(of: row, header) + column * size
    var value = 0
    for byte in 0..<size { value |= Int(bytes[start + byte]) << (8 * byte) }
    return value
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
