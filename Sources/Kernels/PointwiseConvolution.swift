/// 1×1 convolutions as products of matrices: pixels × in channels by in × out channels.
///
/// With stride 2 the pixels that count are gathered first, and the gradient of the others is 0.
enum PointwiseConvolution: ConvolutionKernel {
  static let name = "pointwise"

  static func accepts(_ problem: ConvolutionProblem) -> Bool {
    problem.kernelHeight == 1 && problem.kernelWidth == 1 && problem.padding == 0
      && problem.stride >= 1
  }

  static func scratchCount(for problem: ConvolutionProblem, threads: Int) -> Int {
    gatheredCount(problem)
      + max(gradient(problem).scratchCount, backwardGrid(problem).transposedCount)
  }

  static func forward(
    _ problem: ConvolutionProblem, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let grid = GemmGrid(
      rows: problem.outPixels, columns: problem.outChannels, depth: problem.inChannels)
    let pixels = problem.gather(x, into: scratch, pool: pool)
    pool.run(chunks: grid.count) { block, _ in grid.multiply(block, c: y, a: pixels, b: w) }
  }

  static func backwardData(
    _ problem: ConvolutionProblem, dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let target = problem.stride == 1 ? dx : scratch
    backwardGrid(problem).multiplyTransposedB(
      c: target, a: dy, b: w, scratch: scratch + gatheredCount(problem), pool: pool)
    if problem.stride > 1 { problem.scatter(target, into: dx, pool: pool) }
  }

  static func backwardWeights(
    _ problem: ConvolutionProblem, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let pixels = problem.gather(x, into: scratch, pool: pool)
    gradient(problem).add(
      to: dw, a: pixels, b: dy, scratch: scratch + gatheredCount(problem), pool: pool)
  }

  private static func backwardGrid(_ problem: ConvolutionProblem) -> GemmGrid {
    GemmGrid(rows: problem.outPixels, columns: problem.inChannels, depth: problem.outChannels)
  }

  private static func gradient(_ problem: ConvolutionProblem) -> GemmGradient {
    GemmGradient(rows: problem.outPixels, m: problem.inChannels, n: problem.outChannels)
  }

  private static func gatheredCount(_ problem: ConvolutionProblem) -> Int {
    problem.stride == 1 ? 0 : roundUp(problem.outPixels * problem.inChannels, 16)
  }
}

extension ConvolutionProblem {
  /// Pixels of all output images.
  var outPixels: Int { batch * outHeight * outWidth }

  /// The pixels of x that a strided 1×1 convolution reads, gathered in `scratch`; x itself when it
  /// reads all.
  fileprivate func gather(
    _ x: UnsafePointer<Float>, into scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) -> UnsafePointer<Float> {
    if stride == 1 { return x }
    let (oh, ow, c) = (outHeight, outWidth, inChannels)
    pool.run(chunks: batch) { n, _ in
      for oy in 0..<oh {
        for ox in 0..<ow {
          (scratch + ((n * oh + oy) * ow + ox) * c).update(
            from: x + ((n * height + oy * stride) * width + ox * stride) * c, count: c)
        }
      }
    }
    return UnsafePointer(scratch)
  }

  /// Puts the gathered pixels' gradient in their places in dx and 0 everywhere else.
  fileprivate func scatter(
    _ gathered: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (oh, ow, c) = (outHeight, outWidth, inChannels)
    pool.run(chunks: batch) { n, _ in
      let image = dx + n * height * width * c
      image.update(repeating: 0, count: height * width * c)
      for oy in 0..<oh {
        for ox in 0..<ow {
          (image + (oy * stride * width + ox * stride) * c).update(
            from: gathered + ((n * oh + oy) * ow + ox) * c, count: c)
        }
      }
    }
  }
}
