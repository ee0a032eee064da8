import CKernels

/// A 1×1 convolution, a product of pixels × inChannels with inChannels × outChannels, by one step
/// of Strassen's method: both matrices and the result are cut into quadrants, and seven products of
/// sums of quadrants (*factors*) take the place of eight products of quadrants.
///
///     Strassen, "Gaussian elimination is not optimal", Numerische Mathematik 13, 1969, in
///     Winograd's form with 15 additions
///
/// The upper and the lower half of the left matrix are the even and the odd pixels, so that two
/// neighbours of one image make a pair and an image's result does not depend on the batch that it
/// is in. An eighth of the multiplications is saved. The additions are made where elements pass
/// through registers anyway: those of pixels while rows are copied, those of weights while they are
/// packed, those of products before they are written.
///
/// ``StrassenGradient`` computes the weights' gradient. With a stride of 2 most pixels of dx meet
/// no output; unless the gradient is added to what dx holds, these must be overwritten with zeros,
/// and ``GatheredConvolution`` computes the gradient.
struct StrassenConvolution: PreparedForward, ResultSummingKernel, GradientSummingKernel,
  BlockEndingKernel, JoinedBackward, FusedBackward
{
  let name = ConvolutionKernelName.strassen
  let problem: ConvolutionProblem
  let gathered: GatheredConvolution

  init(_ problem: ConvolutionProblem) {
    self.problem = problem
    gathered = GatheredConvolution(problem)
  }

  static var policies: Set<ConvolutionPolicy> { [.fastest] }

  /// Fewest pixels for which seven products and the additions take less time than eight products.
  static let leastPixels = 128

  static func variants(for problem: ConvolutionProblem) -> [Self] {
    canCompute(problem) ? [Self(problem)] : []
  }

  /// Prepared weights are left to others: kept for many batches, the factors take 7/4 of the memory
  /// of the weights.
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

  /// The forward pass for few pixels. Where pixels have more channels than the result, forming
  /// their factors would take as long as packing those of the weights.
  private var panels: StrassenPanels? {
    guard problem.inChannels <= problem.outChannels else { return nil }
    return StrassenPanels(
      rows: problem.outPixels, depth: problem.inChannels, columns: problem.outChannels)
  }
  /// The same for the data's gradient. Its matrix is transposed while it is packed, which takes
  /// longer, so it pays whatever the channels.
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

  /// Only where no two blocks have rows in common: each would add the residual and write it.
  var endsBlocks: Bool {
    let blocks = StrassenFactors.blocks(rows: problem.outPixels, columns: problem.outChannels)
    return problem.isDense && (panels != nil || blocks.count == blocks.parts.count)
  }

  func forwardPrepared(_ operands: ForwardOperands, in execution: Execution) {
    let (x, y) = (operands.x.float32, operands.y.float32)
    // factors: seven of inChannels / 2 × outChannels / 2
    let factors = StrassenFactors(
      UnsafeMutablePointer(mutating: operands.w.float32), depth: problem.inChannels,
      columns: problem.outChannels)
    var rows = rows(x, through: operands.input)
    rows.residual = operands.input?.residual?.relative(
      to: x, isNonTemporal: problem.inputCount >= PackedMatrix.nonTemporalCount)
    let result = ProductResult(
      start: y, isNonTemporal: problem.outputCount >= PackedMatrix.nonTemporalCount,
      epilogue: operands.epilogue?.relative(to: y), columnSums: operands.sums(problem))
    execution.pool.run(
      factors.work(
        rows, into: result,
        threads: ThreadScratch(execution.scratch, count: StrassenFactors.threadScratch)))
  }

  func forward(_ operands: ForwardOperands, in execution: Execution) {
    let (scratch, pool) = (execution.scratch, execution.pool)
    guard let panels else {
      prepare(to: scratch, w: operands.w.float32, pool: pool)
      var prepared = operands
      prepared.w = Operand(scratch)
      forwardPrepared(prepared, in: execution.after(preparedCount))
      return
    }
    let x = operands.x.float32
    var rows = rows(x, through: operands.input)
    rows.residual = operands.input?.residual?.relative(to: x, isNonTemporal: false)
    // scratch: the left factors, then each thread's right factors of one panel
    panels.form(rows, to: scratch, pool: pool)
    let result = ProductResult(start: operands.y.float32, columnSums: operands.sums(problem))
    pool.run(
      panels.work(
        operands.w.float32, transposed: false, formed: scratch, into: result,
        threads: ThreadScratch(scratch + panels.formedCount, count: panels.threadScratch)))
  }

  /// The pixels that a forward pass reads, outPixels × inChannels.
  private func rows(_ x: UnsafePointer<Float>, through input: InputTransform?) -> StrassenRows {
    var rows = StrassenRows(x, count: problem.outPixels, length: problem.inChannels)
    rows.gather = problem.isDense ? nil : Gather(problem)
    rows.transform = input
    return rows
  }
}
