/// Resizes a picture while its rows come: the same numbers, added in the same order, as
/// ``RGBImage/resized(height:width:)``, so that the bits are the same; but of a picture that is at
/// least twice as high as its target only a few rows are held.
final class ResizingSink: RowSink {
  private let output: UnsafeMutablePointer<UInt8>
  private let height: Int
  private let width: Int
  private let whole = ImageSink()
  private var stream: ResizingStream?

  /// A sink that writes height × width × 3 bytes to `output`, which must outlive it.
  init(into output: UnsafeMutablePointer<UInt8>, height: Int, width: Int) {
    (self.output, self.height, self.width) = (output, height, width)
  }

  private func streams(_ sourceHeight: Int) -> Bool { sourceHeight >= 2 * height }

  func held(height: Int, width: Int) -> Int {
    streams(height)
      ? ResizingStream.held(width: width) : whole.held(height: height, width: width)
  }

  func begin(height: Int, width: Int) {
    if streams(height) {
      stream = ResizingStream(
        from: (height, width), to: (self.height, self.width), into: output)
    } else {
      whole.begin(height: height, width: width)
    }
  }

  func take(_ row: UnsafePointer<UInt8>) {
    if let stream { stream.take(row) } else { whole.take(row) }
  }

  /// Writes what is not written yet; called after the last row.
  func finish() {
    if stream == nil { whole.image.resize(into: output, height: height, width: width) }
  }
}

/// Sums of rows in progress: of each output row one, from its first source row to its last.
private final class ResizingStream {
  private let rows: ResamplingWeights
  private let columns: ResamplingWeights
  private let output: UnsafeMutablePointer<UInt8>
  private let width: Int
  private let rowSize: Int
  /// Room for `open` sums of a source row each.
  private let sums: UnsafeMutableBufferPointer<Float>
  /// The next source row.
  private var row = 0
  /// The first output row that is not written yet.
  private var first = 0

  /// Output rows in progress at a time. With a scale s ≥ 2 an output row is made of no more than
  /// 2s + 1 source rows, and the next but three begins 3s after it.
  private static let open = 4

  /// Bytes held for a picture of that width: the sums, and the weights of its columns.
  static func held(width: Int) -> Int { (open + 1) * 3 * width * MemoryLayout<Float>.size }

  init(
    from source: (height: Int, width: Int), to target: (height: Int, width: Int),
    into output: UnsafeMutablePointer<UInt8>
  ) {
    rows = ResamplingWeights(from: source.height, to: target.height)
    columns = ResamplingWeights(from: source.width, to: target.width)
    (self.output, width, rowSize) = (output, target.width, source.width * 3)
    sums = .allocate(capacity: Self.open * rowSize)
  }

  deinit { sums.deallocate() }

  func take(_ pixels: UnsafePointer<UInt8>) {
    var target = first
    while target < rows.starts.count, rows.starts[target] <= row {
      let sum = sums.baseAddress! + target % Self.open * rowSize
      let place = row - rows.starts[target]
      let weight = rows.weights[target * rows.stride + place]
      if place == 0 {
        setScaled(sum, pixels, weight, rowSize)
      } else if place < rows.counts[target] {
        addScaled(sum, pixels, weight, rowSize)
      }
      if place == rows.counts[target] - 1 {
        write(target, sum)
        first = target + 1
      }
      target += 1
    }
    row += 1
  }

  private func write(_ target: Int, _ sum: UnsafePointer<Float>) {
    columns.weights.withUnsafeBufferPointer { weights in
      for column in 0..<width {
        sumOfPixels(
          sum + columns.starts[column] * 3, weights.baseAddress! + column * columns.stride,
          columns.counts[column], output + (target * width + column) * 3)
      }
    }
  }
}
