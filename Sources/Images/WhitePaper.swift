/// Lays transparent pixels on white, a row at a time.
struct WhitePaper {
  /// Whether values are multiplied by alpha already.
  var isMultiplied = false
  private var least = UInt8(255)
  private var line: [UInt8]

  /// Paper for rows of `width` pixels.
  init(width: Int, isMultiplied: Bool = false) {
    self.isMultiplied = isMultiplied
    line = [UInt8](repeating: 0, count: 3 * width)
  }

  /// A remark where any pixel so far was less than opaque.
  var remarks: [PixelRemark] { least < 255 ? [PixelRemark(.transparency)] : [] }

  /// Hands a row of red, green, blue and alpha bytes on as red, green, blue: (value · alpha +
  /// 255 · (255 − alpha)) / 255, rounded; values that are multiplied already stay so.
  mutating func hand(_ row: UnsafePointer<UInt8>, to sink: any RowSink) {
    let count = line.count / 3
    let isMultiplied = isMultiplied
    var least = least
    line.withUnsafeMutableBufferPointer { line in
      for pixel in 0..<count {
        let alpha = row[4 * pixel + 3]
        least = min(least, alpha)
        let paper = 255 - Int(alpha)
        for channel in 0..<3 {
          let value = Int(row[4 * pixel + channel])
          line[3 * pixel + channel] =
            isMultiplied
            ? UInt8(min(value + paper, 255))
            : UInt8((value * Int(alpha) + 255 * paper + 127) / 255)
        }
      }
      sink.take(line.baseAddress!)
    }
    self.least = least
  }
}
