/// A phase of the pass backward to the data: the input pixels whose rows and columns leave the same
/// remainders by the stride, and the taps that they meet. They form one product, whose rows are the
/// output pixels that they meet.
struct TapPhase {
  let problem: ConvolutionProblem
  /// The first row and column of an image with these remainders.
  let top: Int
  let left: Int
  /// The rows and columns of the kernel that the pixels meet, in order.
  let rowTaps: [Int]
  let columnTaps: [Int]

  /// Every phase of a convolution, in order.
  static func all(_ problem: ConvolutionProblem) -> [TapPhase] {
    (0..<problem.stride).flatMap { top in
      (0..<problem.stride).map { left in
        TapPhase(
          problem: problem, top: top, left: left,
          rowTaps: (0..<problem.kernelHeight).filter {
            (top + problem.padding - $0) % problem.stride == 0
          },
          columnTaps: (0..<problem.kernelWidth).filter {
            (left + problem.padding - $0) % problem.stride == 0
          })
      }
    }
  }

  /// Packs the transposed weights of every phase's taps, (taps · outChannels) × inChannels, one
  /// matrix after the other from the beginning of `scratch`.
  static func pack(
    _ phases: [TapPhase], w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) -> [PackedMatrix] {
    var next = scratch
    return phases.map { phase in
      let (c, k) = (phase.problem.inChannels, phase.problem.outChannels)
      let packed = PackedMatrix(next, depth: phase.depth, columns: c)
      let taps = phase.rowTaps.flatMap { r in
        phase.columnTaps.map { s in
          PackedMatrix.Rows(w + (r * phase.problem.kernelWidth + s) * c * k, count: k)
        }
      }
      packed.pack(taps, transposed: true, pool: pool)
      next = packed.end
      return packed
    }
  }

  /// Whether rows lie one after the other in dy and in dx.
  var isDense: Bool { problem.isDense }

  /// Runs of a row: taps.
  var segments: Int { rowTaps.count * columnTaps.count }
  /// Elements of a row.
  var depth: Int { segments * problem.outChannels }
  private var height: Int { max(0, (problem.height - top + problem.stride - 1) / problem.stride) }
  private var width: Int { max(0, (problem.width - left + problem.stride - 1) / problem.stride) }
  /// Input pixels of this phase.
  var count: Int { problem.batch * height * width }

  /// The pixel that a row of the product belongs to.
  func place(_ row: Int) -> (image: Int, y: Int, x: Int) {
    let (image, pixel) = row.quotientAndRemainder(dividingBy: height * width)
    let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
    return (image, top + y * problem.stride, left + x * problem.stride)
  }

  /// The index of that pixel in dx.
  func pixel(_ row: Int) -> Int {
    let (image, y, x) = place(row)
    return (image * problem.height + y) * problem.width + x
  }

  /// Calls `body` with the output pixels that some input pixels meet, `segments` for each.
  func withRows(_ rows: Range<Int>, dy: UnsafePointer<Float>, _ body: (RunStarts) -> Void) {
    let p = problem
    withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: rows.count * segments
    ) { table in
      var next = table.baseAddress!
      rowTaps.withUnsafeBufferPointer { rowTaps in
        columnTaps.withUnsafeBufferPointer { columnTaps in
          for row in rows {
            let (image, y, x) = place(row)
            for r in rowTaps {
              let oy = (y + p.padding - r) / p.stride
              let isRow = y + p.padding >= r && oy < p.outHeight
              let line = dy + (image * p.outHeight + oy) * p.outWidth * p.outChannels
              for s in columnTaps {
                let ox = (x + p.padding - s) / p.stride
                let isInside = isRow && x + p.padding >= s && ox < p.outWidth
                next.initialize(to: isInside ? line + ox * p.outChannels : nil)
                next += 1
              }
            }
          }
        }
      }
      body(table.baseAddress!)
    }
  }
}
