import CKernels

/// A product of matrices for each pair of an output pixel and a kernel row inside the image.
///
/// The rows of a product are the images of the batch. Nothing is multiplied by the padding's zeros,
/// which are most of what taps meet where images are as small as the kernel: a 3×3 kernel on 2×2
/// pixels meets 16 pixels inside the image, and im2col multiplies 36.
struct PerPixelConvolution: PreparedForward, ResultSummingKernel {
  let name = ConvolutionKernelName.perPixel
  let problem: ConvolutionProblem

  init(_ problem: ConvolutionProblem) { self.problem = problem }

  /// Fewest images, the rows of a product, for which products are efficient.
  static let leastImages = 16
  /// Largest share of the taps that meet pixels inside the image for which it pays (measured).
  static let mostInside = 0.87

  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self? {
    guard canCompute(problem), problem.batch >= leastImages, problem.inChannels >= 16,
      problem.outChannels >= 16
    else { return nil }
    let all = problem.outPixels * problem.kernelHeight * problem.kernelWidth
    return Double(cost(problem)) <= mostInside * Double(all) ? Self(problem) : nil
  }

  static func variants(for problem: ConvolutionProblem) -> [Self] {
    canCompute(problem) ? [Self(problem)] : []
  }

  /// Multiplications for each pair of channels.
  static func cost(_ problem: ConvolutionProblem) -> Int {
    problem.batch * taps(problem.outWidth, problem.width, problem.kernelWidth, problem)
      * taps(problem.outHeight, problem.height, problem.kernelHeight, problem)
  }

  static func canCompute(_ problem: ConvolutionProblem) -> Bool {
    problem.outHeight > 0 && problem.outWidth > 0 && problem.batch > 0
  }

  func scratchCount(threads: Int) -> Int {
    GatheredConvolution(problem).scratchCount(threads: threads)
  }

  var preparedCount: Int {
    PackedMatrix.count(
      depth: problem.kernelHeight * problem.kernelWidth * problem.inChannels,
      columns: problem.outChannels)
  }

  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let depth = problem.kernelHeight * problem.kernelWidth * problem.inChannels
    PackedMatrix(prepared, depth: depth, columns: problem.outChannels)
      .pack([PackedMatrix.Rows(w, count: depth)], transposed: false, pool: pool)
  }

  /// A part for each output pixel, with a row for each image; none where a pixel may meet nothing
  /// but the border.
  var resultParts: [Int] {
    problem.padding >= min(problem.kernelHeight, problem.kernelWidth)
      ? [] : Array(repeating: problem.batch, count: problem.outHeight * problem.outWidth)
  }

  func forwardPrepared(_ operands: ForwardOperands, in execution: Execution) {
    let (p, x, y) = (problem, operands.x.float32, operands.y.float32)
    let (c, k) = (p.inChannels, p.outChannels)
    // packed: kernelHeight · kernelWidth · inChannels × outChannels
    let packed = PackedMatrix(
      UnsafeMutablePointer(mutating: operands.w.float32),
      depth: p.kernelHeight * p.kernelWidth * c, columns: k)
    let loop = operands.epilogue?.relative(to: y)
    let columnSums = operands.sums(p)
    let threads = ThreadScratch(execution.scratch, count: ProductBlocks.threadScratch)
    let pixels = p.outHeight * p.outWidth
    Self.forEachBlock(pixels: pixels, of: packed, batch: p.batch, execution.pool) {
      pixel, block, thread in
      // The kernel's rows and columns that meet pixels inside the image.
      let (oy, ox) = pixel.quotientAndRemainder(dividingBy: p.outWidth)
      let left = ox * p.stride - p.padding
      let s = Self.inside(first: left, count: p.kernelWidth, extent: p.width)
      let top = oy * p.stride - p.padding
      let kernelRows = Self.inside(first: top, count: p.kernelHeight, extent: p.height)
      let sums = columnSums?.part(pixel, of: y, columns: block.columns(of: k))
      // A product for each kernel row, the later ones added to the first; the last one ends the
      // sums.
      for r in kernelRows where !s.isEmpty {
        let iy = top + r
        let tap = r * p.kernelWidth + s.lowerBound
        let start = x + (iy * p.width + left + s.lowerBound) * c
        let isLast = r == kernelRows.upperBound - 1
        let output = ProductOutput(
          adds: r > kernelRows.lowerBound, epilogue: isLast ? loop : nil, sums: isLast ? sums : nil)
        Self.withImages(block.rows, pixels: s.count, of: start, distance: p.height * p.width * c, c)
        {
          packed.multiply(
            block,
            gathered: .gathered($0, segments: s.count, length: c, transform: operands.input),
            depths: tap * c..<(tap + s.count) * c, output: output, scratch: threads[thread]
          ) { y + ($0 * pixels + pixel) * k }
        }
      }
      guard s.isEmpty || kernelRows.isEmpty else { return }
      Self.clear(block, of: packed, y + pixel * k, distance: pixels * k)
      if let epilogue = operands.epilogue {
        for image in block.rows {
          epilogue.apply(to: y, at: (image * pixels + pixel) * k, panels: block.panels, columns: k)
        }
      }
    }
  }

  func backwardData(_ operands: DataGradientOperands, in execution: Execution) {
    let (p, dx, dy) = (problem, operands.dx.float32, operands.dy.float32)
    precondition(!operands.epilogue.accumulates(dx), "\(problem) cannot add to its result")
    let (c, k) = (p.inChannels, p.outChannels)
    let (outImage, pixels) = (p.outHeight * p.outWidth * k, p.height * p.width)
    // One product for each input pixel, with the transposed weights of its phase's taps.
    let phases = TapPhase.all(p)
    let products = TapPhase.pack(
      phases, w: operands.w.float32, scratch: execution.scratch, pool: execution.pool)
    let threads = ThreadScratch(
      products.last?.end ?? execution.scratch, count: ProductBlocks.threadScratch)
    for (phase, packed) in zip(phases, products) {
      // Neighbouring taps of a phase meet neighbouring output pixels, from right to left.
      let (s, count) = (phase.columnTaps, phase.columnTaps.count)
      Self.forEachBlock(pixels: phase.count / p.batch, of: packed, batch: p.batch, execution.pool) {
        place, block, thread in
        let (_, iy, ix) = phase.place(place)
        let pixel = iy * p.width + ix
        let right = count == 0 ? 0 : (ix + p.padding - s[0]) / p.stride
        let low = max(0, right - (p.outWidth - 1))
        let taps = low..<max(low, min(count, right + 1))
        var isFirst = true
        for (index, r) in phase.rowTaps.enumerated() where !taps.isEmpty {
          let oy = (iy + p.padding - r) / p.stride
          guard iy + p.padding >= r, oy < p.outHeight else { continue }
          let start = dy + (oy * p.outWidth + right - taps.lowerBound) * k
          let first = (index * count + taps.lowerBound) * k
          Self.withImages(block.rows, pixels: taps.count, of: start, distance: outImage, -k) {
            packed.multiply(
              block, gathered: .gathered($0, segments: taps.count, length: k),
              depths: first..<first + taps.count * k, output: ProductOutput(adds: !isFirst),
              scratch: threads[thread]
            ) { dx + ($0 * pixels + pixel) * c }
          }
          isFirst = false
        }
        if isFirst { Self.clear(block, of: packed, dx + pixel * c, distance: pixels * c) }
      }
    }
    operands.epilogue.epilogue(writing: dx)?.apply(
      to: dx, count: p.inputCount, channels: c, pool: execution.pool)
  }

  func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution) {
    GatheredConvolution(problem).backwardWeights(operands, in: execution)
  }

  /// Calls `body` with blocks of every pixel's product, whose rows are the images, for threads to
  /// share.
  private static func forEachBlock(
    pixels: Int, of packed: PackedMatrix, batch: Int, _ pool: ThreadPool,
    _ body: (_ pixel: Int, _ block: ProductBlocks.Block, _ thread: Int) -> Void
  ) {
    guard pixels > 0 else { return }
    // Pixels at the border meet fewer taps: where they differ, threads share smaller blocks.
    let wanted = pixels > 4 ? 2 * ProductBlocks.enough : ProductBlocks.enough
    let across = min(packed.panels, (wanted + pixels - 1) / pixels)
    pool.run(chunks: pixels * across) { chunk, thread in
      let (pixel, index) = chunk.quotientAndRemainder(dividingBy: across)
      let panels = index * packed.panels / across..<(index + 1) * packed.panels / across
      body(pixel, ProductBlocks.Block(part: pixel, rows: 0..<batch, panels: panels), thread)
    }
  }

  /// Calls `body` with `pixels` runs, `step` apart, for each of some images, which are `distance`
  /// apart.
  private static func withImages(
    _ images: Range<Int>, pixels: Int, of start: UnsafePointer<Float>, distance: Int, _ step: Int,
    _ body: (RunStarts) -> Void
  ) {
    withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: images.count * pixels
    ) { table in
      for image in images {
        for i in 0..<pixels {
          table.initializeElement(
            at: (image - images.lowerBound) * pixels + i, to: start + image * distance + i * step)
        }
      }
      body(table.baseAddress!)
    }
  }

  /// Overwrites a block of a pixel's result with zeros; rows begin at `start`, `distance` apart.
  private static func clear(
    _ block: ProductBlocks.Block, of packed: PackedMatrix, _ start: UnsafeMutablePointer<Float>,
    distance: Int
  ) {
    let columns = block.columns(of: packed.columns)
    for row in block.rows {
      (start + row * distance + columns.lowerBound).update(repeating: 0, count: columns.count)
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
}
