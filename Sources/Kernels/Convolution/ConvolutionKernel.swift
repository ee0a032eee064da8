/// How an implementation of convolutions is chosen for a problem.
protocol ConvolutionCandidate {
  /// The policies under which it may be chosen.
  static var policies: Set<ConvolutionPolicy> { get }
  /// Every variant that can compute the problem at all; the best comes first.
  static func variants(for problem: ConvolutionProblem) -> [Self]
  /// The variant that computes the problem well, if there is one. It is then chosen, unless an
  /// implementation that stands earlier in ``Convolution/implementations`` accepts the problem too.
  ///
  /// - Parameter isPrepared: whether weights are prepared once for many batches.
  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self?
}

extension ConvolutionCandidate {
  static var policies: Set<ConvolutionPolicy> { [.fastest, .exact] }
}

/// One way to compute a convolution: what every implementation can do. What only some can do is in
/// protocols of its own, which ``Convolution`` asks for once, when it is made.
///
/// Images are dense NHWC, weights HWIO. Results do not depend on the number of threads.
protocol ConvolutionKernel: ConvolutionCandidate, Sendable {
  /// The extents.
  var problem: ConvolutionProblem { get }
  /// Recorded with every run.
  var name: ConvolutionKernelName { get }
  /// Elements of scratch memory that any pass may use with so many threads.
  func scratchCount(threads: Int) -> Int
  /// y = x ∗ w
  func forward(_ operands: ForwardOperands, in execution: Execution)
  /// dx = the adjoint of the convolution applied to dy, then the epilogue. Only kernels of one tap
  /// can add to dx in place.
  func backwardData(_ operands: DataGradientOperands, in execution: Execution)
  /// dw = Σ over batch and pixels
  func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution)
}

/// An implementation whose forward pass brings the weights into another order first, which can be
/// done once for many batches: all that folded weights need.
protocol PreparedForward: ConvolutionKernel {
  /// Elements that prepared weights take, a multiple of 16.
  var preparedCount: Int { get }
  /// Elements of scratch memory that ``forwardPrepared(_:in:)`` may use.
  func preparedScratchCount(threads: Int) -> Int
  /// Brings weights into the order that ``forwardPrepared(_:in:)`` reads them in.
  ///
  /// - Parameters:
  ///   - prepared: ``preparedCount`` elements, which are overwritten.
  ///   - w: kernelHeight × kernelWidth × inChannels × outChannels.
  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool)
  /// y = epilogue(x ∗ w), w being prepared; it is not changed.
  func forwardPrepared(_ operands: ForwardOperands, in execution: Execution)
}

extension PreparedForward {
  func preparedScratchCount(threads: Int) -> Int { scratchCount(threads: threads) }

  /// Prepares all weights at the beginning of the scratch memory, then uses them.
  func forward(_ operands: ForwardOperands, in execution: Execution) {
    var operands = operands
    prepare(to: execution.scratch, w: operands.w.float32, pool: execution.pool)
    operands.w = Operand(execution.scratch)
    forwardPrepared(operands, in: execution.after(preparedCount))
  }
}

/// An implementation whose forward pass can form ``ColumnSums`` of the result.
protocol ResultSummingKernel: ConvolutionKernel {
  /// Rows of the result in each part that sums are formed over; none where it forms none for this
  /// problem.
  var resultParts: [Int] { get }
}

/// An implementation whose pass backward to the data can form ``ColumnSums`` of dx.
protocol GradientSummingKernel: ConvolutionKernel {
  /// How many parts of the rows of dx sums are formed over; 0 where it forms none for this problem.
  var gradientParts: Int { get }
}

/// An implementation whose input may have a residual, ``InputTransform/residual``.
protocol BlockEndingKernel: ConvolutionKernel {
  /// Whether it may for this problem.
  var endsBlocks: Bool { get }
}

/// An implementation that can compute both gradients at the same time.
protocol JoinedBackward: ConvolutionKernel {
  /// Whether that takes less time than one after the other for this problem.
  var joinsBackward: Bool { get }
  /// dx and dw, with the bits of one pass after the other; both operands have the same dy.
  func backward(
    _ data: DataGradientOperands, _ weights: WeightGradientOperands, in execution: Execution)
}

/// An implementation that can compute both gradients from a dy that is formed while it is read.
protocol FusedBackward: ConvolutionKernel {
  /// How; nil where that takes longer for this problem.
  var fusedBackward: DenseBackward? { get }
}

/// An implementation that can compute the weights' gradient from lines of dy that are not in
/// memory.
protocol LineReadingKernel: ConvolutionKernel {
  func backwardWeights(_ operands: LineGradientOperands, in execution: Execution)
}
