import CKernels

/// Pointers to the runs of a row; nil stands for zeros.
typealias RunStarts = UnsafeMutablePointer<UnsafePointer<Float>?>

/// Which pixels of x an output pixel of a convolution meets.
struct Gather {
  let problem: ConvolutionProblem
  /// Whether runs are kernel rows of a copy of x with its border.
  let isBordered: Bool
  /// Runs of a row.
  let segments: Int
  /// Elements of a run.
  let length: Int

  init(_ problem: ConvolutionProblem) {
    self.problem = problem
    isBordered = problem.kernelWidth > 1 && problem.inChannels < GatheredConvolution.thinChannels
    segments = problem.kernelHeight * (isBordered ? 1 : problem.kernelWidth)
    length = problem.inChannels * (isBordered ? problem.kernelWidth : 1)
  }

  /// Elements of a row.
  var depth: Int { segments * length }

  /// Whether rows lie one after the other in x.
  var isDense: Bool { problem.isDense }

  private var borderedHeight: Int { problem.height + 2 * problem.padding }
  private var borderedWidth: Int { problem.width + 2 * problem.padding }

  /// Elements of scratch memory for the copy of x.
  var borderedCount: Int {
    isBordered
      ? roundUp(problem.batch * borderedHeight * borderedWidth * problem.inChannels, 16) : 0
  }

  /// What rows are gathered from, and what is still to be done to it.
  func source(
    _ x: UnsafePointer<Float>, input: InputTransform?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) -> (UnsafePointer<Float>, InputTransform?) {
    guard isBordered else { return (x, input) }
    let (p, c) = (problem, problem.inChannels)
    let line = borderedLine
    pool.run(chunks: p.batch * borderedHeight) { chunk, _ in
      let (n, row) = chunk.quotientAndRemainder(dividingBy: borderedHeight)
      let to = scratch + chunk * line
      let y = row - p.padding
      guard y >= 0, y < p.height else {
        to.update(repeating: 0, count: line)
        return
      }
      let from = x + (n * p.height + y) * p.width * c
      let inside = to + p.padding * c
      to.update(repeating: 0, count: p.padding * c)
      if let input {
        for i in 0..<p.width { input.apply(from + i * c, to: inside + i * c, channels: c) }
      } else {
        inside.update(from: from, count: p.width * c)
      }
      (inside + p.width * c).update(repeating: 0, count: p.padding * c)
    }
    return (UnsafePointer(scratch), nil)
  }

  /// Whether products read the copy of x where it lies.
  var isWindowed: Bool { isBordered && depth <= Int(CK_DEPTH) && problem.outWidth <= Int(CK_DEPTH) }

  /// Elements from a line of the bordered copy to the one below.
  private var borderedLine: Int { borderedWidth * problem.inChannels }

  /// From the windows of a line of output pixels to those of the next.
  var windowLine: Int { problem.stride * borderedLine }

  /// The windows of a line of output pixels, numbered image by image.
  func windows(_ line: Int, of source: UnsafePointer<Float>) -> ck_windows {
    let (image, oy) = line.quotientAndRemainder(dividingBy: problem.outHeight)
    return ck_windows(
      first: source + (image * borderedHeight + oy * problem.stride) * borderedLine,
      pitch: problem.stride * problem.inChannels, runs: problem.kernelHeight, length: length,
      distance: borderedLine)
  }

  /// Calls `body` with the runs of some rows, `segments` for each.
  func withRows<Result>(
    _ rows: Range<Int>, of source: UnsafePointer<Float>, _ body: (RunStarts) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: rows.count * segments
    ) { table in
      var next = table.baseAddress!
      let p = problem
      for row in rows {
        let (image, pixel) = row.quotientAndRemainder(dividingBy: p.outHeight * p.outWidth)
        let (oy, ox) = pixel.quotientAndRemainder(dividingBy: p.outWidth)
        if isBordered {
          let start =
            source
            + ((image * borderedHeight + oy * p.stride) * borderedWidth + ox * p.stride)
            * p.inChannels
          for r in 0..<p.kernelHeight {
            next.initialize(to: start + r * borderedWidth * p.inChannels)
            next += 1
          }
        } else {
          next = taps(image, oy * p.stride - p.padding, ox * p.stride - p.padding, source, next)
        }
      }
      return body(table.baseAddress!)
    }
  }

  @inline(__always)
  private func taps(
    _ image: Int, _ top: Int, _ left: Int, _ source: UnsafePointer<Float>, _ table: RunStarts
  ) -> RunStarts {
    let p = problem
    var next = table
    for y in top..<top + p.kernelHeight {
      let line = source + ((image * p.height + y) * p.width) * p.inChannels
      for x in left..<left + p.kernelWidth {
        let isInside = y >= 0 && y < p.height && x >= 0 && x < p.width
        next.initialize(to: isInside ? line + x * p.inChannels : nil)
        next += 1
      }
    }
    return next
  }
}

/// The input pixels that leave the same remainders by the stride, and the taps that they meet.
struct TapPhase {
  let problem: ConvolutionProblem
  let top: Int
  let left: Int
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

  /// The transposed weights of every phase's taps, one packed matrix after the other.
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
          PackedMatrix.Part(w + (r * phase.problem.kernelWidth + s) * c * k, rows: k)
        }
      }
      packed.pack(taps, transposed: true, pool: pool)
      next = packed.end
      return packed
    }
  }

  /// Whether rows lie one after the other in dy and in dx.
  var isDense: Bool { problem.isDense }

  var segments: Int { rowTaps.count * columnTaps.count }
  /// Elements of a row.
  var depth: Int { segments * problem.outChannels }
  private var height: Int { max(0, (problem.height - top + problem.stride - 1) / problem.stride) }
  private var width: Int { max(0, (problem.width - left + problem.stride - 1) / problem.stride) }
  /// Input pixels of this phase.
  var count: Int { problem.batch * height * width }

  func place(_ row: Int) -> (image: Int, y: Int, x: Int) {
    let (image, pixel) = row.quotientAndRemainder(dividingBy: height * width)
    let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
    return (image, top + y * problem.stride, left + x * problem.stride)
  }

  /// The number of a pixel in dx.
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

extension ConvolutionProblem {
  /// Whether every pixel meets itself only.
  var isDense: Bool {
    kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0
  }
}
