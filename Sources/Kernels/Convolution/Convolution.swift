/// A convolution with its implementation chosen: the first in the list that accepts the problem.
///
/// Images are dense NHWC, weights HWIO. Operands of one pass lie apart in memory unless it is said
/// otherwise. Passes allocate nothing and give the same bits with any number of threads.
public struct Convolution: Sendable {
  /// Fastest first; the reference accepts every problem and defines the answer.
  static let implementations: [any PreparedForward.Type] = [
    StemConvolution.self,
    WinogradConvolution.self,
    PerPixelConvolution.self,
    StrassenConvolution.self,
    GatheredConvolution.self,
    ReferenceConvolution.self,
  ]

  /// The extents.
  public let problem: ConvolutionProblem
  private let kernel: any ConvolutionKernel
  private let foldedKernel: any PreparedForward
  // What the kernel can do beyond that; nil where it cannot.
  private let joined: (any JoinedBackward)?
  private let lineReader: (any LineReadingKernel)?
  private let fused: DenseBackward?
  /// Rows of the result in each part that a forward pass forms sums of; none where it forms none.
  public let resultParts: [Int]
  /// How many parts of the rows of dx sums are formed over; 0 where none are formed.
  public let gradientParts: Int
  /// Whether a forward pass can do what ends the block whose last raw result x is:
  /// ``InputTransform/residual``.
  public let endsBlocks: Bool

  /// Chooses an implementation that the policy allows.
  public init(_ problem: ConvolutionProblem, policy: ConvolutionPolicy) {
    func first(isPrepared: Bool) -> any PreparedForward {
      for kind in Self.implementations where kind.policies.contains(policy) {
        if let kernel = kind.accepting(problem, isPrepared: isPrepared) { return kernel }
      }
      return ReferenceConvolution(problem)
    }
    self.init(problem, first(isPrepared: false), folded: first(isPrepared: true))
  }

  private init(
    _ problem: ConvolutionProblem, _ kernel: any ConvolutionKernel,
    folded: any PreparedForward
  ) {
    (self.problem, self.kernel, foldedKernel) = (problem, kernel, folded)
    joined = kernel as? any JoinedBackward
    lineReader = kernel as? any LineReadingKernel
    fused = (kernel as? any FusedBackward)?.fusedBackward
    resultParts = (kernel as? any ResultSummingKernel)?.resultParts ?? []
    let apart = (kernel as? any GradientSummingKernel)?.gradientParts ?? 0
    gradientParts = fused?.gradientParts ?? apart
    endsBlocks = (kernel as? any BlockEndingKernel)?.endsBlocks ?? false
  }

  /// An implementation by its name, if it can compute the problem; for tests and benchmarks.
  package init?(_ problem: ConvolutionProblem, named name: String) {
    guard let found = Self.all(problem).first(where: { $0.kernelName == name }) else { return nil }
    self = found
  }

  /// Every implementation that can compute the problem, fastest first; for tests and benchmarks.
  package static func all(_ problem: ConvolutionProblem) -> [Convolution] {
    func variants<Kernel: PreparedForward>(_ kind: Kernel.Type) -> [Convolution] {
      kind.variants(for: problem).map { Convolution(problem, $0, folded: $0) }
    }
    return implementations.flatMap { variants($0) }
  }

  /// Name of the chosen implementation, a ``ConvolutionKernelName``.
  public var kernelName: String { kernel.name.rawValue }

  /// Name of the implementation that computes with folded weights.
  public var foldedKernelName: String { foldedKernel.name.rawValue }

  /// The type that computes; for tests.
  package var implementation: String { "\(type(of: kernel))" }

  /// Elements of scratch memory that any pass may use with so many threads.
  public func scratchCount(threads: Int) -> Int {
    max(
      kernel.scratchCount(threads: threads),
      foldedKernel.preparedScratchCount(threads: threads),
      fused?.scratchCount(threads: threads) ?? 0)
  }
}

// MARK: - Forward

extension Convolution {
  /// Elements that the sums of a forward pass take; 0 where none are formed.
  public var statisticsCount: Int {
    ColumnSums.count(parts: resultParts.count, channels: problem.outChannels)
  }

  /// y = x ∗ w; overwrites y.
  ///
  /// Only where it ``endsBlocks`` may the input have a residual.
  public func forward(_ operands: ForwardOperands, in execution: Execution) {
    precondition(operands.input?.residual == nil || endsBlocks, "\(problem) cannot end a block")
    kernel.forward(operands, in: execution)
  }

  /// Elements that folded weights take.
  public var foldedCount: Int {
    foldedKernel.preparedCount + roundUp(problem.outChannels, Epilogue.shiftStep)
  }

  /// Makes weights for ``forward(folded:in:)`` from w and the normalisation A · (x ∗ w) + B: every
  /// output channel's weights times A, in the order in which products read them, then B.
  ///
  /// They serve any batch until the weights or the normalisation change.
  ///
  /// - Parameters:
  ///   - folded: ``foldedCount`` elements, aligned to 64 bytes, which are overwritten.
  ///   - execution: with `weightCount` elements of scratch memory.
  public func fold(
    _ operands: FoldingOperands, into folded: UnsafeMutablePointer<Float>, in execution: Execution
  ) {
    let (k, scaled) = (problem.outChannels, execution.scratch)
    let chunks = RowChunks(rows: problem.weightCount / k)
    // scaled: kernelHeight · kernelWidth · inChannels × outChannels, w times A column by column
    execution.pool.run(chunks: chunks.count) { chunk, _ in
      for row in chunks.range(chunk) {
        for c in 0..<k { scaled[row * k + c] = operands.w[row * k + c] * operands.scale[c] }
      }
    }
    foldedKernel.prepare(to: folded, w: scaled, pool: execution.pool)
    // B behind them, with zeros up to a whole panel.
    let shifts = folded + foldedKernel.preparedCount
    shifts.update(repeating: 0, count: roundUp(k, Epilogue.shiftStep))
    shifts.update(from: operands.shift, count: k)
  }

  /// y = A · (x ∗ w) + B + addend, then max(0, y) with `relu`; overwrites y.
  public func forward(folded operands: FoldedOperands, in execution: Execution) {
    var prepared = ForwardOperands(y: operands.y, x: operands.x, w: Operand(operands.folded))
    prepared.epilogue = Epilogue(
      shift: operands.folded + foldedKernel.preparedCount, addend: operands.addend,
      relu: operands.relu)
    foldedKernel.forwardPrepared(prepared, in: execution)
  }
}

// MARK: - Backward

extension Convolution {
  /// Elements that the sums of dx take; 0 where none are formed.
  public var gradientSumCount: Int {
    ColumnSums.count(parts: gradientParts, channels: problem.inChannels)
  }

  /// dx from dy, then the epilogue; overwrites dx.
  ///
  /// Only kernels of one tap can add to dx in place, and not ``ConvolutionKernelName/perPixel``.
  public func backwardData(_ operands: DataGradientOperands, in execution: Execution) {
    kernel.backwardData(operands, in: execution)
  }

  /// dw from dy; overwrites dw.
  public func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution) {
    kernel.backwardWeights(operands, in: execution)
  }

  /// Whether ``backward(_:_:in:)`` takes less time than one gradient after the other: threads wait
  /// for each other once.
  public var joinsBackward: Bool { joined?.joinsBackward ?? false }

  /// dw and dx from dy, with the same bits as one after the other; overwrites both.
  public func backward(
    _ data: DataGradientOperands, _ weights: WeightGradientOperands, in execution: Execution
  ) {
    if let joined { return joined.backward(data, weights, in: execution) }
    kernel.backwardWeights(weights, in: execution)
    kernel.backwardData(data, in: execution)
  }

  /// Whether both gradients are computed in one pass, from a gradient that is not yet in memory.
  public var fusesBackward: Bool { fused != nil }

  /// dw and, unless it is nil, dx; overwrites both. Only where it ``fusesBackward``.
  public func backward(_ operands: FusedGradientOperands, in execution: Execution) {
    guard let fused else { preconditionFailure("\(problem) has no way to fuse both gradients") }
    fused.run(operands, in: execution)
  }

  /// Whether ``backwardWeights(lines:in:)`` may be called.
  public var readsLines: Bool { lineReader != nil }

  /// dw from a dy that is formed line by line where it is read; overwrites dw. Only where it
  /// ``readsLines``.
  public func backwardWeights(lines operands: LineGradientOperands, in execution: Execution) {
    guard let lineReader else { preconditionFailure("\(problem) needs the whole gradient") }
    lineReader.backwardWeights(operands, in: execution)
  }
}
