import CKernels

/// Which pixels of x an output pixel of a convolution meets, as the runs of a row of
/// kernelHeight · kernelWidth · inChannels elements: im2col without its copy.
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

  /// What rows are gathered from, and what is still to happen to it on the way: x itself or, where
  /// `isBordered`, a transformed copy of x with its border in the first ``borderedCount`` elements
  /// of the scratch memory.
  func source(
    _ x: UnsafePointer<Float>, input: InputTransform?, in execution: Execution
  ) -> (UnsafePointer<Float>, InputTransform?) {
    guard isBordered else { return (x, input) }
    let (p, c, scratch) = (problem, problem.inChannels, execution.scratch)
    let line = borderedLine
    // scratch: batch × borderedHeight × borderedWidth × inChannels
    execution.pool.run(chunks: p.batch * borderedHeight) { chunk, _ in
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

  /// Elements from the windows of a line of output pixels to those of the next.
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

extension ConvolutionProblem {
  /// Whether every pixel meets itself only.
  var isDense: Bool {
    kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0
  }
}
