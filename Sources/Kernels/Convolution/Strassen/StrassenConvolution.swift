import CKernels

/// A 1×1 convolution as seven products of quarters in place of eight.
///
///     Strassen, "Gaussian elimination is not optimal", Numerische Mathematik 13, 1969, in
///     Winograd's form with 15 additions: `Sources/CKernels/strassen.h`
///
/// Rows are pixels, two neighbours of an image a pair, so that an image's result does not depend on
/// the batch that it is in. An eighth of the multiplications is saved; additions of rows are made while these
/// are copied, those of weights while they are packed, those of products in registers. Weights' gradients are
/// ``StrassenGradient``'s. What a stride of 2 sends back is ``GatheredConvolution``'s unless it is added to
/// what is there: else most pixels are zeros to be written.
struct StrassenConvolution: ConvolutionKernel {
  let name = ConvolutionKernelName.strassen
  let problem: ConvolutionProblem
  let gathered: GatheredConvolution

  init(_ problem: ConvolutionProblem) {
    self.problem = problem
    gathered = GatheredConvolution(problem)
  }

  static var policies: Set<ConvolutionPolicy> { [.fastest] }

  /// Pixels from which on additions are worth their while.
  static let leastPixels = 128

  static func variants(for problem: ConvolutionProblem) -> [Self] {
    canCompute(problem) ? [Self(problem)] : []
  }

  /// Folded weights, which memory is short for, are left to others.
  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self? {
    guard canCompute(problem), !isPrepared, problem.outPixels >= leastPixels else { return nil }
    return Self(problem)
  }

  private static func canCompute(_ problem: ConvolutionProblem) -> Bool {
    let (c, k) = (problem.inChannels, problem.outChannels)
    return problem.kernelHeight == 1 && problem.kernelWidth == 1 && problem.padding == 0
      && problem.batch > 0 && problem.outHeight > 0 && problem.outWidth > 0
      && problem.outHeight * problem.outWidth % 2 == 0
      && StrassenFactors.canCut(depth: c, columns: k)
      && StrassenFactors.canCut(depth: k, columns: c)
  }

  /// The way of few rows, unless they are longer than what becomes of them: then forming their factors
  /// takes what packing does.
  private var panels: StrassenPanels? {
    guard problem.inChannels <= problem.outChannels else { return nil }
    return StrassenPanels(
      rows: problem.outPixels, depth: problem.inChannels, columns: problem.outChannels)
  }
  /// The same of the data's gradient, whose matrix is transposed while it is packed, which takes longer.
  var panelsBack: StrassenPanels? {
    StrassenPanels(
      rows: problem.outPixels, depth: problem.outChannels, columns: problem.inChannels)
  }

  func scratchCount(threads: Int) -> Int {
    let packed = preparedCount + threads * StrassenFactors.threadScratch
    return max(
      preparedScratchCount(threads: threads), panels?.scratchCount(threads: threads) ?? packed,
      panelsBack?.scratchCount(threads: threads) ?? packed,
      joinedScratchCount(threads: threads),
      StrassenGradient(problem).scratchCount(threads: threads),
      gathered.scratchCount(threads: threads))
  }

  func preparedScratchCount(threads: Int) -> Int { threads * StrassenFactors.threadScratch }

  var preparedCount: Int {
    StrassenFactors.count(depth: problem.inChannels, columns: problem.outChannels)
  }

  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    StrassenFactors(prepared, depth: problem.inChannels, columns: problem.outChannels)
      .pack(w, .plain, pool: pool)
  }

  var resultParts: [Int] {
    guard panels == nil else { return [problem.outPixels] }
    return StrassenFactors.blocks(rows: problem.outPixels, columns: problem.outChannels).parts.map {
      2 * $0
    }
  }

  var gradientParts: Int {
    guard problem.isDense else { return 0 }
    guard panelsBack == nil else { return 1 }
    return StrassenFactors.blocks(rows: problem.outPixels, columns: problem.inChannels).parts.count
  }

  /// Blocks side by side would each form the rows, and write them.
  var endsBlocks: Bool {
    let blocks = StrassenFactors.blocks(rows: problem.outPixels, columns: problem.outChannels)
    return problem.isDense && (panels != nil || blocks.count == blocks.parts.count)
  }

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    prepared: UnsafeMutablePointer<Float>, input: InputTransform?, epilogue: Epilogue?,
    sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let factors = StrassenFactors(
      prepared, depth: problem.inChannels, columns: problem.outChannels)
    let isNonTemporal = problem.outputCount >= PackedMatrix.nonTemporalCount
    let residual = input?.residual?.loop(
      x, isNonTemporal: problem.inputCount >= PackedMatrix.nonTemporalCount)
    pool.run(
      work(
        factors, into: y, isNonTemporal: isNonTemporal, transform: input, residual: residual,
        epilogue: epilogue?.loop(y), sums: sums, threads: scratch,
        pitch: StrassenFactors.threadScratch
      ) { withRows($0, of: x, body: $1) })
  }

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform?, sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    guard let panels else {
      prepare(to: scratch, w: w, pool: pool)
      forward(
        y: y, x: x, prepared: scratch, input: input, epilogue: nil, sums: sums,
        scratch: scratch + preparedCount, pool: pool)
      return
    }
    panels.form(
      to: scratch, transform: input, residual: input?.residual?.loop(x, isNonTemporal: false),
      pool: pool
    ) { withRows($0, of: x, body: $1) }
    pool.run(
      panels.work(
        w, transposed: false, formed: scratch, into: y, epilogue: nil, sums: sums,
        threads: scratch + panels.formedCount, pitch: panels.threadScratch))
  }

  /// Calls `body` with pixels that a forward pass reads.
  private func withRows(
    _ rows: Range<Int>, of x: UnsafePointer<Float>, body: (StrassenFactors.Rows) -> Void
  ) {
    let gather = Gather(problem)
    guard !gather.isDense else { return body(.dense(x + rows.lowerBound * problem.inChannels)) }
    gather.withRows(rows, of: x) { body(.gathered($0)) }
  }

  /// All blocks of a product. `withRows` calls its second argument with some rows.
  func work(
    _ factors: StrassenFactors, into result: UnsafeMutablePointer<Float>,
    starts: StrassenFactors.ResultStarts? = nil, isNonTemporal: Bool,
    transform: InputTransform?, residual: ck_residual? = nil, adds: Bool = false,
    epilogue: ck_epilogue?, sums: ColumnSums?, threads: UnsafeMutablePointer<Float>, pitch: Int,
    withRows: @escaping (_ rows: Range<Int>, _ body: (StrassenFactors.Rows) -> Void) -> Void
  ) -> PooledWork {
    let blocks = StrassenFactors.blocks(rows: problem.outPixels, columns: factors.columns)
    return PooledWork(chunks: blocks.count) { chunk, thread in
      let block = blocks[chunk]
      let (low, high) = factors.columns(of: block)
      let end = blocks.end(ofNext: block)
      withRows(2 * block.rows.lowerBound..<2 * end) { rows in
        factors.multiply(
          block, rows, following: 2 * (end - block.rows.upperBound), transform: transform,
          residual: residual, adds: adds, isNonTemporal: isNonTemporal, epilogue: epilogue,
          sums: sums?.part(block.part, of: result, columns: low, high),
          scratch: threads + thread * pitch,
          result: result + 2 * block.rows.lowerBound * factors.columns,
          starts: starts.map { $0 + 2 * block.rows.lowerBound })
      }
    }
  }
}
