import CKernels

/// Any convolution as products of matrices whose rows are gathered from the image while they are
/// multiplied: what im2col does, without its memory.
///
/// A row is an output pixel, its runs are the pixels that the taps of the kernel meet, and a run
/// outside the image is zeros. In the pass backward to the data a row is an input pixel; input
/// pixels that leave the same remainder by the stride meet the same taps and form a product of
/// their own (``TapPhase``). Where pixels have few channels, x is copied with its border first, so
/// that a run is a whole kernel row and rows are read where they lie (``WindowedProducts``).
struct GatheredConvolution: PreparedForward, ResultSummingKernel, GradientSummingKernel,
  FusedBackward
{
  let name = ConvolutionKernelName.gathered
  let problem: ConvolutionProblem

  init(_ problem: ConvolutionProblem) { self.problem = problem }

  /// Input channels below which runs are kernel rows.
  static let thinChannels = 32

  static func variants(for problem: ConvolutionProblem) -> [Self] {
    accepting(problem, isPrepared: false).map { [$0] } ?? []
  }

  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self? {
    guard problem.outHeight > 0, problem.outWidth > 0, problem.outChannels > 0,
      problem.inChannels > 0
    else { return nil }
    return Self(problem)
  }

  func scratchCount(threads: Int) -> Int {
    let forward = Gather(problem)
    let packed = max(
      PackedMatrix.count(depth: forward.depth, columns: problem.outChannels),
      TapPhase.all(problem).reduce(0) {
        $0 + PackedMatrix.count(depth: $1.depth, columns: problem.inChannels)
      })
    let gradient = ProductGradient(problem)
    return forward.borderedCount
      + max(
        packed + threads * ProductBlocks.threadScratch,
        gradient.partialCount + threads * gradient.threadScratch,
        WindowedProducts(forward).partialCount)
  }

  var preparedCount: Int {
    PackedMatrix.count(depth: Gather(problem).depth, columns: problem.outChannels)
  }

  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let depth = Gather(problem).depth
    PackedMatrix(prepared, depth: depth, columns: problem.outChannels)
      .pack([PackedMatrix.Rows(w, count: depth)], transposed: false, pool: pool)
  }

  var resultParts: [Int] {
    let gather = Gather(problem)
    return gather.isWindowed
      ? WindowedProducts(gather).resultParts
      : ProductBlocks(rows: problem.outPixels, columns: problem.outChannels).parts
  }

  var gradientParts: Int {
    problem.isDense
      ? ProductBlocks(rows: problem.outPixels, columns: problem.inChannels).parts.count : 0
  }

  func forwardPrepared(_ operands: ForwardOperands, in execution: Execution) {
    let (k, y, pool) = (problem.outChannels, operands.y.float32, execution.pool)
    let gather = Gather(problem)
    let (source, transform) = gather.source(
      operands.x.float32, input: operands.input, in: execution)
    // packed: kernelHeight · kernelWidth · inChannels × outChannels
    let packed = PackedMatrix(
      UnsafeMutablePointer(mutating: operands.w.float32), depth: gather.depth, columns: k)
    let threads = ThreadScratch(
      execution.scratch + gather.borderedCount, count: ProductBlocks.threadScratch)
    let columnSums = operands.sums(problem)
    let result = ProductResult(
      start: y, isNonTemporal: problem.outputCount >= PackedMatrix.nonTemporalCount,
      epilogue: operands.epilogue?.relative(to: y), columnSums: columnSums)
    if gather.isWindowed {
      WindowedProducts(gather).multiply(packed, source: source, into: result, pool: pool)
      return
    }
    let blocks = ProductBlocks(rows: problem.outPixels, columns: k)
    pool.run(chunks: blocks.count) { chunk, thread in
      let block = blocks[chunk]
      let sums = columnSums?.part(block.part, of: y, columns: block.columns(of: k))
      let output = result.rows(from: block.rows.lowerBound, pitch: k, sums: sums)
      if gather.isDense {
        let rows = ck_rows.dense(
          source + block.rows.lowerBound * gather.depth, pitch: gather.depth,
          length: gather.depth, transform: transform,
          following: problem.outPixels - block.rows.upperBound)
        packed.multiply(block, rows, output: output, scratch: threads[thread])
        return
      }
      let rows = block.rows.lowerBound..<blocks.end(ofNext: block)
      gather.withRows(rows, of: source) { starts in
        let gathered = ck_rows.gathered(
          starts, segments: gather.segments, length: gather.length, transform: transform,
          following: rows.upperBound - block.rows.upperBound)
        packed.multiply(block, gathered: gathered, output: output, scratch: threads[thread]) {
          y + $0 * k
        }
      }
    }
  }

  func backwardData(_ operands: DataGradientOperands, in execution: Execution) {
    let (c, dx, dy) = (problem.inChannels, operands.dx.float32, operands.dy.float32)
    // One product for each phase of dx, with the transposed weights of its taps.
    let phases = TapPhase.all(problem)
    let products = TapPhase.pack(
      phases, w: operands.w.float32, scratch: execution.scratch, pool: execution.pool)
    let threads = ThreadScratch(
      products.last?.end ?? execution.scratch, count: ProductBlocks.threadScratch)
    let adds = operands.epilogue.accumulates(dx)
    let epilogue = operands.epilogue.epilogue(writing: dx)
    let loop = epilogue?.relative(to: dx)
    for (phase, packed) in zip(phases, products) {
      let blocks = ProductBlocks(rows: phase.count, columns: c)
      execution.pool.run(chunks: blocks.count) { chunk, thread in
        let block = blocks[chunk]
        var output = ProductOutput(adds: adds, epilogue: loop)
        if phase.isDense {
          let (first, k) = (block.rows.lowerBound, phase.depth)
          let rows = ck_rows.dense(
            dy + first * k, pitch: k, length: k, following: phase.count - block.rows.upperBound)
          (output.first, output.pitch) = (dx + first * c, c)
          output.isNonTemporal = problem.inputCount >= PackedMatrix.nonTemporalCount
          output.sums = operands.epilogue.sums?.part(
            block.part, of: dx, columns: block.columns(of: c))
          packed.multiply(block, rows, output: output, scratch: threads[thread])
          return
        }
        if phase.depth == 0 {
          // Pixels that no tap meets.
          guard !adds else { return }
          let columns = block.columns(of: c)
          for row in block.rows {
            let start = phase.pixel(row) * c
            (dx + start + columns.lowerBound).update(repeating: 0, count: columns.count)
            epilogue?.apply(to: dx, at: start, panels: block.panels, columns: c)
          }
          return
        }
        let rows = block.rows.lowerBound..<blocks.end(ofNext: block)
        phase.withRows(rows, dy: dy) { starts in
          let gathered = ck_rows.gathered(
            starts, segments: phase.segments, length: problem.outChannels,
            following: rows.upperBound - block.rows.upperBound)
          packed.multiply(block, gathered: gathered, output: output, scratch: threads[thread]) {
            dx + phase.pixel($0) * c
          }
        }
      }
    }
  }

  var fusedBackward: DenseBackward? { DenseBackward(problem) }

  func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution) {
    let gather = Gather(problem)
    let (source, transform) = gather.source(
      operands.x.float32, input: operands.input, in: execution)
    let rest = execution.after(gather.borderedCount)
    if WindowedProducts.givesGradient(gather) {
      WindowedProducts(gather).gradient(
        dw: operands.dw.float32, source: source, dy: operands.dy.float32, in: rest)
      return
    }
    // x is the copy with its border where there is one, transformed already.
    let gathered = WeightGradientOperands(
      dw: operands.dw, dy: operands.dy, x: Operand(source), input: transform)
    ProductGradient(problem).write(gathered, in: rest)
  }
}
