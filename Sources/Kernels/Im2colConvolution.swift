/// Any convolution as products with a matrix of patches, a block of output pixels at a time.
///
/// A block's patches (rows × kernel·kernel·inChannels) are gathered into a lane's scratch memory;
/// where the kernel is 1×1 with stride 1 the images themselves are that matrix and nothing is
/// gathered. The extents of blocks and the number of partial sums depend on the problem only.
enum Im2colConvolution: ConvolutionKernel {
  static let name = "im2col"

  static func accepts(_ problem: ConvolutionProblem) -> Bool { true }

  static func scratchCount(for problem: ConvolutionProblem, threads: Int) -> Int {
    let patches = threads * problem.patchRows * problem.patchCount
    return patches + problem.partialSums * problem.weightCount
  }

  static func forward(
    _ problem: ConvolutionProblem, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let block = problem.patchRows
    pool.run(chunks: (problem.outputRows + block - 1) / block) { chunk, lane in
      let first = chunk * block
      let rows = min(block, problem.outputRows - first)
      let patches = problem.patches(
        x, first: first, rows: rows, scratch: scratch + lane * block * problem.patchCount)
      Gemm.multiply(
        y + first * problem.outChannels, patches, w, m: rows, n: problem.outChannels,
        k: problem.patchCount)
    }
  }

  static func backwardData(
    _ problem: ConvolutionProblem, dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let block = problem.patchRows
    if problem.isMatrixProduct {
      pool.run(chunks: (problem.outputRows + block - 1) / block) { chunk, _ in
        let first = chunk * block
        let rows = min(block, problem.outputRows - first)
        Gemm.multiplyTransposingB(
          dx + first * problem.inChannels, dy + first * problem.outChannels, w, m: rows,
          n: problem.inChannels, k: problem.outChannels)
      }
      return
    }
    // An image belongs to one chunk, so overlapping patches are added without a race.
    let image = problem.height * problem.width * problem.inChannels
    let pixels = problem.outHeight * problem.outWidth
    pool.run(chunks: problem.batch) { n, lane in
      (dx + n * image).update(repeating: 0, count: image)
      let patches = scratch + lane * block * problem.patchCount
      var done = 0
      while done < pixels {
        let rows = min(block, pixels - done)
        let first = n * pixels + done
        Gemm.multiplyTransposingB(
          patches, dy + first * problem.outChannels, w, m: rows, n: problem.patchCount,
          k: problem.outChannels)
        problem.addPatches(patches, first: first, rows: rows, to: dx)
        done += rows
      }
    }
  }

  static func backwardWeights(
    _ problem: ConvolutionProblem, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let block = problem.patchRows
    let blocks = (problem.outputRows + block - 1) / block
    let sums = problem.partialSums
    let count = problem.weightCount
    let partial = scratch + pool.threads * block * problem.patchCount
    pool.run(chunks: sums) { sum, lane in
      let (start, end) = (blocks * sum / sums, blocks * (sum + 1) / sums)
      let target = partial + sum * count
      if start == end { target.update(repeating: 0, count: count) }
      for index in start..<end {
        let first = index * block
        let rows = min(block, problem.outputRows - first)
        let patches = problem.patches(
          x, first: first, rows: rows, scratch: scratch + lane * block * problem.patchCount)
        Gemm.multiplyTransposingA(
          target, patches, dy + first * problem.outChannels, m: problem.patchCount,
          n: problem.outChannels, k: rows, beta: index == start ? 0 : 1)
      }
    }
    pool.run(chunks: (count + 4095) / 4096) { chunk, _ in
      for i in (chunk * 4096)..<min(chunk * 4096 + 4096, count) {
        var total = dw[i]
        for sum in 0..<sums { total += partial[sum * count + i] }
        dw[i] = total
      }
    }
  }
}

extension ConvolutionProblem {
  /// Output pixels of the whole batch.
  var outputRows: Int { batch * outHeight * outWidth }
  /// Numbers in one patch.
  var patchCount: Int { kernelHeight * kernelWidth * inChannels }
  /// Whether the images already are the matrix of patches.
  var isMatrixProduct: Bool { kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0 }
  /// Rows of one block of patches: a multiple of 12, about 256 KB.
  var patchRows: Int { max(24, min(384, 65_536 / patchCount / 12 * 12)) }
  /// Sums that a weight gradient is split into, so that lanes need not share one.
  var partialSums: Int { weightCount > 1_000_000 ? 2 : weightCount > 100_000 ? 4 : 8 }

  /// The patches of `rows` output pixels from `first` on, gathered unless they already lie there.
  func patches(
    _ x: UnsafePointer<Float>, first: Int, rows: Int, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if isMatrixProduct { return x + first * inChannels }
    let line = kernelWidth * inChannels
    for row in 0..<rows {
      let (n, oy, ox) = place(of: first + row)
      let target = scratch + row * patchCount
      for r in 0..<kernelHeight {
        let iy = oy * stride + r - padding
        let out = target + r * line
        guard iy >= 0, iy < height else {
          out.update(repeating: 0, count: line)
          continue
        }
        let left = ox * stride - padding
        let (from, to) = (max(0, -left), min(kernelWidth, width - left))
        if from > 0 { out.update(repeating: 0, count: from * inChannels) }
        if to > from {
          (out + from * inChannels).update(
            from: x + ((n * height + iy) * width + left + from) * inChannels,
            count: (to - from) * inChannels)
        }
        let end = max(to, from)
        if end < kernelWidth {
          (out + end * inChannels).update(repeating: 0, count: (kernelWidth - end) * inChannels)
        }
      }
    }
    return UnsafePointer(scratch)
  }

  /// Adds patches back to the pixels that they were gathered from.
  func addPatches(
    _ patches: UnsafePointer<Float>, first: Int, rows: Int, to dx: UnsafeMutablePointer<Float>
  ) {
    let line = kernelWidth * inChannels
    for row in 0..<rows {
      let (n, oy, ox) = place(of: first + row)
      for r in 0..<kernelHeight {
        let iy = oy * stride + r - padding
        guard iy >= 0, iy < height else { continue }
        let left = ox * stride - padding
        let (from, to) = (max(0, -left), min(kernelWidth, width - left))
        guard to > from else { continue }
        let source = patches + row * patchCount + r * line + from * inChannels
        let target = dx + ((n * height + iy) * width + left + from) * inChannels
        for i in 0..<((to - from) * inChannels) { target[i] += source[i] }
      }
    }
  }

  private func place(of row: Int) -> (n: Int, oy: Int, ox: Int) {
    let pixels = outHeight * outWidth
    let (n, pixel) = row.quotientAndRemainder(dividingBy: pixels)
    let (oy, ox) = pixel.quotientAndRemainder(dividingBy: outWidth)
    return (n, oy, ox)
  }
}
