import CKernels

/// Any convolution as products of matrices whose rows are gathered from the image while they are
/// multiplied: what im2col does, without its memory.
///
/// A row is an output pixel, its runs are the pixels that the taps of the kernel meet, and a run
/// outside the image is zeros. In backward data a row is an input pixel; input pixels that leave
/// the same remainder by the stride meet the same taps and form a product of their own. Where
/// pixels are thin, x is copied with its border first, so that a run is a whole kernel row and rows are
/// read where they lie (``WindowedProducts``).
struct GatheredConvolution: ConvolutionKernel {
  let name = ConvolutionKernelName.gathered
  let problem: ConvolutionProblem

  init(_ problem: ConvolutionProblem) { self.problem = problem }

  /// Channels below which runs are kernel rows.
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
    to prepared: UnsafeMutablePointer<Float>,
    w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let depth = Gather(problem).depth
    PackedMatrix(prepared, depth: depth, columns: problem.outChannels)
      .pack([PackedMatrix.Part(w, rows: depth)], transposed: false, pool: pool)
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

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    prepared: UnsafeMutablePointer<Float>, input: InputTransform?, epilogue: Epilogue?,
    sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let k = problem.outChannels
    let gather = Gather(problem)
    let (source, transform) = gather.source(x, input: input, scratch: scratch, pool: pool)
    let packed = PackedMatrix(prepared, depth: gather.depth, columns: k)
    let threads = scratch + gather.borderedCount
    let epilogue = epilogue?.loop(y)
    if gather.isWindowed {
      WindowedProducts(gather).multiply(
        packed, y: y, source: source, epilogue: epilogue, sums: sums, pool: pool)
      return
    }
    let blocks = ProductBlocks(rows: problem.outPixels, columns: k)
    pool.run(chunks: blocks.count) { chunk, thread in
      let block = blocks[chunk]
      let sums = sums?.part(block.part, of: y, columns: block.columns(of: k))
      if gather.isDense {
        packed.multiply(
          block, a: source, count: problem.outPixels, transform: transform,
          isNonTemporal: problem.outputCount >= PackedMatrix.nonTemporalCount, epilogue: epilogue,
          sums: sums,
          scratch: threads + thread * ProductBlocks.threadScratch, result: y)
        return
      }
      let rows = block.rows.lowerBound..<blocks.end(ofNext: block)
      gather.withRows(rows, of: source) { starts in
        packed.multiply(
          block, starts: starts, segments: gather.segments,
          following: rows.upperBound - block.rows.upperBound, transform: transform,
          isNonTemporal: problem.outputCount >= PackedMatrix.nonTemporalCount, epilogue: epilogue,
          sums: sums,
          scratch: threads + thread * ProductBlocks.threadScratch
        ) { y + $0 * k }
      }
    }
  }

  func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, epilogue: GradientEpilogue,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let c = problem.inChannels
    let phases = TapPhase.all(problem)
    let products = TapPhase.pack(phases, w: w, scratch: scratch, pool: pool)
    let threads = products.last?.end ?? scratch
    let (adds, sums) = (epilogue.accumulates(dx), epilogue.sums)
    let epilogue = epilogue.epilogue(dx)
    let loop = epilogue?.loop(dx)
    for (phase, packed) in zip(phases, products) {
      let blocks = ProductBlocks(rows: phase.count, columns: c)
      pool.run(chunks: blocks.count) { chunk, thread in
        let block = blocks[chunk]
        if phase.isDense {
          packed.multiply(
            block, a: dy, count: phase.count, transform: nil,
            adds: adds, isNonTemporal: problem.inputCount >= PackedMatrix.nonTemporalCount,
            epilogue: loop,
            sums: sums?.part(block.part, of: dx, columns: block.columns(of: c)),
            scratch: threads + thread * ProductBlocks.threadScratch, result: dx)
          return
        }
        if phase.depth == 0 {
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
          packed.multiply(
            block, starts: starts, segments: phase.segments,
            following: rows.upperBound - block.rows.upperBound, transform: nil, adds: adds,
            epilogue: loop,
            scratch: threads + thread * ProductBlocks.threadScratch
          ) { dx + phase.pixel($0) * c }
        }
      }
    }
  }

  var fusedBackward: DenseBackward? { DenseBackward(problem) }

  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let gather = Gather(problem)
    let (source, transform) = gather.source(x, input: input, scratch: scratch, pool: pool)
    if WindowedProducts.givesGradient(gather) {
      WindowedProducts(gather).gradient(
        dw: dw, source: source, dy: dy, scratch: scratch + gather.borderedCount, pool: pool)
      return
    }
    ProductGradient(problem).write(
      to: dw, gather: gather, source: source, transform: transform, dy: dy,
      scratch: scratch + gather.borderedCount, pool: pool)
  }
}
