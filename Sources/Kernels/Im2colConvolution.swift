/// Any convolution as products of matrices over patches of the input.
///
/// Patches are made for a span of whole images at a time, so that they stay in cache: all lanes
/// pack the span, then all lanes multiply it, in blocks that depend on the problem only.
enum Im2colConvolution: ConvolutionKernel {
  static let name = "im2col"

  /// Most numbers of patches at a time (8 MB), unless one image has more.
  static let spanCount = 1 << 21
  /// Numbers of patches that a lane packs at a time.
  static let chunkCount = 1 << 15

  static func accepts(_ problem: ConvolutionProblem) -> Bool {
    problem.outHeight > 0 && problem.outWidth > 0 && problem.outChannels > 0
  }

  static func scratchCount(for problem: ConvolutionProblem, threads: Int) -> Int {
    let span = Span(problem)
    return span.patchCount
      + max(
        span.gradient(images: span.images).scratchCount,
        span.backwardGrid(images: span.images).transposedCount)
  }

  static func forward(
    _ problem: ConvolutionProblem, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let span = Span(problem)
    span.forEach { first, images in
      span.pack(first: first, images: images, x: x, patches: scratch, pool: pool)
      let grid = GemmGrid(
        rows: images * span.pixels, columns: problem.outChannels, depth: span.depth)
      let result = y + first * span.pixels * problem.outChannels
      pool.run(chunks: grid.count) { block, _ in
        grid.multiply(block, c: result, a: scratch, b: w)
      }
    }
  }

  static func backwardData(
    _ problem: ConvolutionProblem, dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let span = Span(problem)
    let imageCount = problem.height * problem.width * problem.inChannels
    span.forEach { first, images in
      span.backwardGrid(images: images).multiplyTransposedB(
        c: scratch, a: dy + first * span.pixels * problem.outChannels, b: w,
        scratch: scratch + span.patchCount, pool: pool)
      pool.run(chunks: images) { image, _ in
        (dx + (first + image) * imageCount).update(repeating: 0, count: imageCount)
        let pixels = (first + image) * span.pixels..<(first + image + 1) * span.pixels
        span.im2col.unpack(
          pixels, patches: scratch + image * span.pixels * span.depth, dx: dx)
      }
    }
  }

  static func backwardWeights(
    _ problem: ConvolutionProblem, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let span = Span(problem)
    span.forEach { first, images in
      span.pack(first: first, images: images, x: x, patches: scratch, pool: pool)
      span.gradient(images: images).add(
        to: dw, a: scratch, b: dy + first * span.pixels * problem.outChannels,
        scratch: scratch + span.patchCount, pool: pool)
    }
  }

  /// How the batch is cut into spans of whole images.
  private struct Span {
    let im2col: Im2col
    let images: Int
    let pixels: Int
    let depth: Int

    init(_ problem: ConvolutionProblem) {
      im2col = Im2col(problem: problem)
      depth = im2col.depth
      pixels = problem.outHeight * problem.outWidth
      // Equal spans: the last one must not be a sliver.
      let most = max(1, min(problem.batch, Im2colConvolution.spanCount / max(1, pixels * depth)))
      let spans = max(1, (problem.batch + most - 1) / most)
      images = max(1, (problem.batch + spans - 1) / spans)
    }

    var patchCount: Int { roundUp(images * pixels * depth, 16) }

    func forEach(_ body: (_ first: Int, _ images: Int) -> Void) {
      for first in Swift.stride(from: 0, to: im2col.problem.batch, by: images) {
        body(first, min(images, im2col.problem.batch - first))
      }
    }

    func backwardGrid(images: Int) -> GemmGrid {
      GemmGrid(rows: images * pixels, columns: depth, depth: im2col.problem.outChannels)
    }

    func gradient(images: Int) -> GemmGradient {
      GemmGradient(rows: images * pixels, m: depth, n: im2col.problem.outChannels)
    }

    func pack(
      first: Int, images: Int, x: UnsafePointer<Float>, patches: UnsafeMutablePointer<Float>,
      pool: ThreadPool
    ) {
      let step = max(1, Im2colConvolution.chunkCount / max(1, depth))
      let (begin, end) = (first * pixels, (first + images) * pixels)
      pool.run(chunks: (end - begin + step - 1) / step) { chunk, _ in
        let low = begin + chunk * step
        im2col.pack(
          low..<min(low + step, end), x: x, patches: patches + (low - begin) * depth)
      }
    }
  }
}
