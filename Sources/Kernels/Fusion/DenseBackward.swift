import CKernels

/// Both gradients of a convolution that is one product of matrices, y = x · w, and is followed by
/// a normalisation: the gradient of y is formed block by block and read by both products at once.
///
///     dw = xᵀ · t,  dx = epilogue(t · wᵀ),  t = scale · dy + (slope · y + constant)
///
/// Pixels are cut into groups, each with sums of its own for dw, which are added in group order.
/// The cut depends only on the extents. By Strassen's method (``StrassenConvolution``) the same
/// factors of t serve both products.
struct DenseBackward {
  /// Fewest pixels of a group; with fewer, adding up the groups' sums costs what the fusion saves.
  static let leastPixels = 256
  /// Most groups, more than enough for the threads to share evenly.
  static let mostGroups = 32
  /// Most elements that the sums of all groups may have to stay in the caches.
  static let mostSums = 1 << 20
  /// Fewest weights for which adding up the groups' sums takes longer than writing t to memory and
  /// reading it twice; fewer where the convolution has fewer output than input channels, since t is
  /// then the smaller matrix (measured).
  static let tooManyWeights = 1 << 20
  static let tooManyNarrowing = 1 << 15

  private let problem: ConvolutionProblem
  private let byStrassen: Bool
  /// Groups of pixels.
  private let groups: Int

  /// Nil where the convolution is no product of dense matrices, has few pixels or many weights.
  ///
  /// - Parameter byStrassen: only for what ``StrassenConvolution`` can compute.
  init?(_ problem: ConvolutionProblem, byStrassen: Bool = false) {
    guard problem.isDense, problem.weightCount > 0 else { return nil }
    (self.problem, self.byStrassen) = (problem, byStrassen)
    let wanted = max(2, min(Self.mostGroups, Self.mostSums / problem.weightCount))
    groups = min(wanted, problem.outPixels / Self.leastPixels)
    let narrows = problem.inChannels > problem.outChannels
    let tooMany = narrows ? Self.tooManyNarrowing : Self.tooManyWeights
    guard groups >= 2, problem.weightCount < tooMany else { return nil }
  }

  /// Parts of the rows of dx that column sums are formed over: the pixels of each group.
  var gradientParts: Int { groups }

  /// Elements of a group's sums for dw.
  private var sumCount: Int {
    let (c, k) = (problem.inChannels, problem.outChannels)
    return roundUp(byStrassen ? ck_strassen_backward_sums(c, k) : ck_backward_sums(c, k), 16)
  }
  private var threadScratch: Int {
    let (c, k) = (problem.inChannels, problem.outChannels)
    return roundUp(byStrassen ? ck_strassen_backward_scratch(c, k) : ck_gradient_scratch(c, k), 16)
  }
  private var packedCount: Int {
    let (c, k) = (problem.inChannels, problem.outChannels)
    return byStrassen
      ? StrassenFactors.count(depth: k, columns: c) : PackedMatrix.count(depth: k, columns: c)
  }

  /// Packs wᵀ.
  private func pack(
    _ w: UnsafePointer<Float>, to packed: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (c, k) = (problem.inChannels, problem.outChannels)
    if byStrassen {
      StrassenFactors(packed, depth: k, columns: c).pack(w, .turned, pool: pool)
    } else {
      PackedMatrix(packed, depth: k, columns: c)
        .pack([PackedMatrix.Rows(w, count: k)], transposed: true, pool: pool)
    }
  }

  /// Elements of scratch memory with so many threads.
  func scratchCount(threads: Int) -> Int {
    packedCount + groups * sumCount + threads * threadScratch
  }

  /// Overwrites dw and dx, which is nil where nobody wants it.
  ///
  /// - Parameter execution: with ``scratchCount(threads:)`` elements of scratch memory.
  func run(_ operands: FusedGradientOperands, in execution: Execution) {
    let (c, k, pool) = (problem.inChannels, problem.outChannels, execution.pool)
    let (x, dx, dw) = (operands.x.float32, operands.dx?.float32, operands.dw.float32)
    // packed: wᵀ, k × c; sums: groups × c × k; then each thread's memory
    let packed = execution.scratch
    if dx != nil { pack(operands.w.float32, to: packed, pool: pool) }
    let sums = packed + packedCount
    let threads = ThreadScratch(sums + groups * sumCount, count: threadScratch)
    let epilogue = operands.epilogue
    let output = ProductOutput(
      pitch: c, adds: dx.map { epilogue.accumulates($0) } ?? false,
      isNonTemporal: problem.inputCount >= PackedMatrix.nonTemporalCount,
      epilogue: dx.flatMap { epilogue.epilogue(writing: $0)?.relative(to: $0) })
    pool.run(chunks: groups) { group, thread in
      let unit = byStrassen ? 2 : 1
      let units = problem.outPixels / unit
      let (first, end) = (unit * (group * units / groups), unit * ((group + 1) * units / groups))
      let rows = ck_rows.dense(
        x + first * c, pitch: c, length: c, transform: operands.input,
        following: problem.outPixels - end)
      var output = output
      output.first = dx.map { $0 + first * c }
      output.sums = dx.flatMap { epilogue.sums?.part(group, of: $0, columns: 0..<c) }
      output.withResult { result in
        let backward = byStrassen ? ck_strassen_backward : ck_backward
        backward(
          end - first, rows, k, operands.dy.rows(from: first, channels: k), packed, result,
          output.adds ? 1 : 0, sums + group * sumCount, threads[thread])
      }
    }
    // dw = the groups' sums, in group order, panel by panel.
    let columns = byStrassen ? k / 2 : k
    pool.run(chunks: (columns + PackedMatrix.width - 1) / PackedMatrix.width) { panel, _ in
      let add = byStrassen ? ck_strassen_backward_add : ck_backward_add
      add(c, k, panel, panel + 1, sums, groups, sumCount, dw)
    }
  }
}
