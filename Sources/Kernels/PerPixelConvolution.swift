/// A product of matrices for each pair of an output pixel and a kernel row inside the image.
///
/// The rows of a product are the images of the batch. Nothing is copied and nothing is multiplied
/// by the padding's zeros, which are most of the patches where images are as small as the kernel:
/// a 3×3 kernel on 2×2 pixels meets 16 pixels, and im2col multiplies 36.
enum PerPixelConvolution: ConvolutionKernel {
  static let name = "per pixel"

  /// Most numbers of an image: rows of a product that lie further apart miss the caches.
  static let mostImageNumbers = 80 << 10
  /// Channels from which each tap is a product of its own in the weights' gradient.
  static let mergedChannels = 32
  /// Images that make a product efficient whatever the kernel meets.
  static let manyImages = 32
  /// Images that make a product efficient enough where much of the kernel meets padding.
  static let someImages = 16

  static func accepts(_ problem: ConvolutionProblem) -> Bool {
    guard canCompute(problem), problem.outChannels >= 16 else { return false }
    // A large kernel on few channels makes too many small products.
    guard problem.inChannels >= 16 || problem.kernelWidth <= 3 else { return false }
    let image = max(
      problem.height * problem.width * problem.inChannels,
      problem.outHeight * problem.outWidth * problem.outChannels)
    guard image <= mostImageNumbers else { return false }
    let all = problem.outPixels * problem.kernelHeight * problem.kernelWidth
    return problem.batch >= manyImages
      || problem.batch >= someImages && cost(problem) <= 0.9 * Double(all)
  }

  /// Multiplications for each pair of channels, a sixth more where products are short.
  static func cost(_ problem: ConvolutionProblem) -> Double {
    let pairs =
      taps(problem.outWidth, problem.width, problem.kernelWidth, problem)
      * taps(problem.outHeight, problem.height, problem.kernelHeight, problem)
    return Double(problem.batch * pairs) * (problem.batch >= manyImages ? 1 : 7 / 6)
  }

  static func canCompute(_ problem: ConvolutionProblem) -> Bool {
    problem.outHeight > 0 && problem.outWidth > 0 && problem.batch > 0
  }

  static func scratchCount(for problem: ConvolutionProblem, threads: Int) -> Int {
    problem.weightCount
  }

  static func forward(
    _ problem: ConvolutionProblem, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let p = problem
    let (c, k) = (p.inChannels, p.outChannels)
    let (inImage, outImage) = (p.height * p.width * c, p.outHeight * p.outWidth * k)
    forEachBlock(pixels: p.outHeight * p.outWidth, columns: k, pool) { pixel, columns in
      let (oy, ox) = pixel.quotientAndRemainder(dividingBy: p.outWidth)
      let left = ox * p.stride - p.padding
      let s = inside(first: left, count: p.kernelWidth, extent: p.width)
      let result = y + pixel * k + columns.lowerBound
      var isFirst = true
      for r in 0..<p.kernelHeight where !s.isEmpty {
        let iy = oy * p.stride + r - p.padding
        guard iy >= 0, iy < p.height else { continue }
        // Neighbouring taps read neighbouring pixels: one product for a whole kernel row.
        Gemm.multiply(
          m: p.batch, n: columns.count, k: s.count * c,
          a: x + (iy * p.width + left + s.lowerBound) * c, lda: inImage,
          b: w + (r * p.kernelWidth + s.lowerBound) * c * k + columns.lowerBound, ldb: k,
          beta: isFirst ? 0 : 1, c: result, ldc: outImage)
        isFirst = false
      }
      if isFirst { clear(result, rows: p.batch, distance: outImage, count: columns.count) }
    }
  }

  static func backwardData(
    _ problem: ConvolutionProblem, dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let p = problem
    let (c, k) = (p.inChannels, p.outChannels)
    let (inImage, outImage) = (p.height * p.width * c, p.outHeight * p.outWidth * k)
    // Taps that the same input pixel meets lie `stride` apart and read neighbouring outputs from
    // right to left: in this order they make one product.
    let taps = TapClasses(kernel: p.kernelWidth, stride: p.stride)
    problem.transposeTaps(w, to: scratch, pool: pool) {
      $0 / p.kernelWidth * p.kernelWidth + taps.place($0 % p.kernelWidth)
    }
    forEachBlock(pixels: p.height * p.width, columns: c, pool) { pixel, columns in
      let (iy, ix) = pixel.quotientAndRemainder(dividingBy: p.width)
      let result = dx + pixel * c + columns.lowerBound
      let tapClass = (ix + p.padding) % p.stride
      let count = taps.count(tapClass)
      let left = (ix + p.padding) / p.stride - (count - 1)
      let s = inside(first: left, count: count, extent: p.outWidth)
      var isFirst = true
      for r in 0..<p.kernelHeight where !s.isEmpty {
        let (oy, rest) = (iy + p.padding - r).quotientAndRemainder(dividingBy: p.stride)
        guard rest == 0, oy >= 0, oy < p.outHeight else { continue }
        Gemm.multiply(
          m: p.batch, n: columns.count, k: s.count * k,
          a: dy + (oy * p.outWidth + left + s.lowerBound) * k, lda: outImage,
          b: scratch + (r * p.kernelWidth + taps.first(tapClass) + s.lowerBound) * c * k
            + columns.lowerBound,
          ldb: c, beta: isFirst ? 0 : 1, c: result, ldc: inImage)
        isFirst = false
      }
      if isFirst { clear(result, rows: p.batch, distance: inImage, count: columns.count) }
    }
  }

  static func backwardWeights(
    _ problem: ConvolutionProblem, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let p = problem
    let (c, k) = (p.inChannels, p.outChannels)
    let (inImage, outImage) = (p.height * p.width * c, p.outHeight * p.outWidth * k)
    // Thin taps of a kernel row together, wide ones on their own.
    let group = c < mergedChannels ? p.kernelWidth : 1
    let groups = (p.kernelWidth + group - 1) / group
    forEachBlock(pixels: p.kernelHeight * groups, columns: k, pool) { unit, columns in
      let (r, first) = (unit / groups, unit % groups * group)
      for oy in 0..<p.outHeight {
        let iy = oy * p.stride + r - p.padding
        guard iy >= 0, iy < p.height else { continue }
        for ox in 0..<p.outWidth {
          let left = ox * p.stride - p.padding + first
          let s = inside(first: left, count: group, extent: p.width)
          guard !s.isEmpty else { continue }
          Gemm.multiplyTransposedA(
            m: s.count * c, n: columns.count, k: p.batch,
            a: x + (iy * p.width + left + s.lowerBound) * c, lda: inImage,
            b: dy + (oy * p.outWidth + ox) * k + columns.lowerBound, ldb: outImage, beta: 1,
            c: dw + (r * p.kernelWidth + first + s.lowerBound) * c * k + columns.lowerBound,
            ldc: k)
        }
      }
    }
  }

  /// The taps of a kernel row, those that are `stride` apart together, from the last to the first.
  private struct TapClasses {
    let kernel: Int
    let stride: Int

    /// Taps of a class: those that leave the remainder `tapClass` by the stride.
    func count(_ tapClass: Int) -> Int { max(0, (kernel - tapClass + stride - 1) / stride) }

    /// Taps of the classes before.
    func first(_ tapClass: Int) -> Int { (0..<tapClass).reduce(0) { $0 + count($1) } }

    /// Where a tap comes in this order.
    func place(_ tap: Int) -> Int {
      let tapClass = tap % stride
      return first(tapClass) + count(tapClass) - 1 - tap / stride
    }
  }

  /// Shares out blocks of columns of every pixel or tap.
  private static func forEachBlock(
    pixels: Int, columns: Int, _ pool: ThreadPool,
    _ body: (_ pixel: Int, _ columns: Range<Int>) -> Void
  ) {
    let wanted = max((columns + 127) / 128, (6 + pixels - 1) / pixels)
    let step = max(32, roundUp((columns + wanted - 1) / wanted, 16))
    let blocks = (columns + step - 1) / step
    pool.run(chunks: pixels * blocks) { chunk, _ in
      let first = chunk % blocks * step
      body(chunk / blocks, first..<min(first + step, columns))
    }
  }

  /// The taps whose pixel `first + tap` lies inside the extent.
  private static func inside(first: Int, count: Int, extent: Int) -> Range<Int> {
    let low = min(max(0, -first), count)
    return low..<max(low, min(count, extent - first))
  }

  /// Pairs of an output and a tap along one side that fall inside the image.
  private static func taps(
    _ outputs: Int, _ extent: Int, _ kernel: Int, _ problem: ConvolutionProblem
  ) -> Int {
    (0..<outputs).reduce(0) {
      let first = $1 * problem.stride - problem.padding
      return $0 + inside(first: first, count: kernel, extent: extent).count
    }
  }

  private static func clear(
    _ start: UnsafeMutablePointer<Float>, rows: Int, distance: Int, count: Int
  ) {
    for row in 0..<rows { (start + row * distance).update(repeating: 0, count: count) }
  }
}
