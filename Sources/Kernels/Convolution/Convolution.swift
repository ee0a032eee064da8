/// One way to compute a convolution.
///
/// All pointers are to dense NHWC images or HWIO weights. Every pass overwrites its result. `input`
/// is what happens to x on the way in. Results do not depend on the pool's thread count.
protocol ConvolutionKernel: Sendable {
  /// The policies under which it may be chosen.
  static var policies: Set<ConvolutionPolicy> { get }
  /// Every variant that can compute the problem at all; the best comes first.
  static func variants(for problem: ConvolutionProblem) -> [Self]
  /// The variant that computes the problem well, if there is one; `isPrepared` where weights are
  /// prepared once for many batches. It is then chosen unless an earlier kernel accepts too.
  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self?
  /// The extents.
  var problem: ConvolutionProblem { get }
  /// Recorded with every run.
  var name: ConvolutionKernelName { get }
  /// Elements of scratch memory that a pass may use with so many threads.
  func scratchCount(threads: Int) -> Int
  /// The same of a forward pass with prepared weights alone.
  func preparedScratchCount(threads: Int) -> Int
  /// Elements that prepared weights take, a multiple of 16.
  var preparedCount: Int { get }
  /// Brings weights into the order that `forward` reads them in.
  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool)
  /// y = epilogue(x ∗ w) with prepared weights, which are not changed.
  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    prepared: UnsafeMutablePointer<Float>, input: InputTransform?, epilogue: Epilogue?,
    sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool)
  /// Rows of the result in each part that a forward pass forms sums of; none where it forms none.
  var resultParts: [Int] { get }
  /// How many parts of dx's rows have sums; 0 where none are formed.
  var gradientParts: Int { get }
  /// Whether `input` may have a residual.
  var endsBlocks: Bool { get }
  /// y = x ∗ w
  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform?, sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool)
  /// dx = the adjoint of the convolution applied to dy, finished
  func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool)
  /// Both gradients in one pass, where that is the faster way.
  var fusedBackward: DenseBackward? { get }
  /// Whether ``backward(dx:dw:dy:x:input:w:epilogue:scratch:pool:)`` computes both at the same time.
  var joinsBackward: Bool { get }
  /// dx, then or meanwhile dw.
  func backward(
    dx: UnsafeMutablePointer<Float>, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool)
  /// dw = Σ over batch and pixels
  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool)
  /// Whether it can do so from lines that are not in memory.
  var readsLines: Bool { get }
  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, lines: GradientLines, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool)
}

extension ConvolutionKernel {
  static var policies: Set<ConvolutionPolicy> { [.fastest, .withoutWinograd] }
  var fusedBackward: DenseBackward? { nil }
  var resultParts: [Int] { [] }
  var gradientParts: Int { 0 }
  var endsBlocks: Bool { false }
  var joinsBackward: Bool { false }
  var readsLines: Bool { false }

  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, lines: GradientLines, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    preconditionFailure("\(problem) needs the whole gradient")
  }

  func backward(
    dx: UnsafeMutablePointer<Float>, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    backwardWeights(dw: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
    backwardData(dx: dx, dy: dy, w: w, epilogue: epilogue, scratch: scratch, pool: pool)
  }

  func preparedScratchCount(threads: Int) -> Int { scratchCount(threads: threads) }

  /// Prepares all weights, then uses them.
  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform?, sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    prepare(to: scratch, w: w, pool: pool)
    forward(
      y: y, x: x, prepared: scratch, input: input, epilogue: nil, sums: sums,
      scratch: scratch + preparedCount, pool: pool)
  }
}

/// A convolution with its implementation chosen: the first in the list that accepts the problem.
public struct Convolution: Sendable {
  /// Fastest first; the reference accepts every problem and defines the answer.
  static let implementations: [any ConvolutionKernel.Type] = [
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
  private let foldedKernel: any ConvolutionKernel
  private let fused: DenseBackward?
  /// Rows of the result in each part that a forward pass forms sums of; none where it forms none.
  public let resultParts: [Int]

  /// Chooses an implementation that the policy allows.
  public init(_ problem: ConvolutionProblem, policy: ConvolutionPolicy) {
    func first(isPrepared: Bool) -> any ConvolutionKernel {
      for kind in Self.implementations where kind.policies.contains(policy) {
        if let kernel = kind.accepting(problem, isPrepared: isPrepared) { return kernel }
      }
      return ReferenceConvolution(problem)
    }
    self.problem = problem
    (kernel, foldedKernel) = (first(isPrepared: false), first(isPrepared: true))
    fused = kernel.fusedBackward
    resultParts = kernel.resultParts
  }

  private init(_ problem: ConvolutionProblem, _ kernel: any ConvolutionKernel) {
    (self.problem, self.kernel, foldedKernel) = (problem, kernel, kernel)
    fused = kernel.fusedBackward
    resultParts = kernel.resultParts
  }

  /// An implementation by its name, if it can compute the problem; for tests and benchmarks.
  package init?(_ problem: ConvolutionProblem, named name: String) {
    guard let found = Self.all(problem).first(where: { $0.kernelName == name }) else { return nil }
    self = found
  }

  /// Every implementation that can compute the problem, fastest first; for tests and benchmarks.
  package static func all(_ problem: ConvolutionProblem) -> [Convolution] {
    implementations.flatMap { kind in
      kind.variants(for: problem).map { Convolution(problem, $0) }
    }
  }

  /// Name of the chosen implementation.
  public var kernelName: String { kernel.name.rawValue }

  /// Name of the implementation that computes with folded weights.
  public var foldedKernelName: String { foldedKernel.name.rawValue }

  /// The type that computes; for tests.
  package var implementation: String { "\(type(of: kernel))" }

  /// Elements of scratch memory that any pass may use.
  public func scratchCount(threads: Int) -> Int {
    max(
      kernel.scratchCount(threads: threads),
      foldedKernel.preparedScratchCount(threads: threads),
      fused?.scratchCount(threads: threads) ?? 0)
  }

  /// Elements that the sums of a forward pass take; 0 where none are formed.
  public var statisticsCount: Int {
    ColumnSums.count(parts: resultParts.count, channels: problem.outChannels)
  }

  /// Elements that the sums of dx take; 0 where none are formed.
  public var gradientSumCount: Int {
    ColumnSums.count(parts: gradientParts, channels: problem.inChannels)
  }

  /// How many parts of dx's rows they are formed over.
  public var gradientParts: Int { fused?.gradientParts ?? kernel.gradientParts }

  /// Whether a forward pass can do what ends the block whose last raw result x is:
  /// ``InputTransform/residual``.
  public var endsBlocks: Bool { kernel.endsBlocks }

  /// y = x ∗ w; overwrites y.
  ///
  /// - Parameter statistics: where not nil, ``statisticsCount`` elements for the sums that
  ///   ``BatchNormKernel`` finds a mean and a variance from.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform? = nil, statistics: UnsafeMutablePointer<Float>? = nil,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    precondition(input?.residual == nil || endsBlocks, "\(problem) cannot end a block")
    let sums = statistics.map {
      ColumnSums.statistics($0, channels: problem.outChannels)
    }
    kernel.forward(y: y, x: x, w: w, input: input, sums: sums, scratch: scratch, pool: pool)
  }

  /// Elements that folded weights take.
  public var foldedCount: Int {
    foldedKernel.preparedCount + roundUp(problem.outChannels, Epilogue.shiftStep)
  }

  /// Makes weights for `forward(y:x:folded:…)` from w and the normalisation A · (x ∗ w) + B:
  /// every output channel's weights times A, in the order in which products read them, then B.
  ///
  /// They serve any batch until the weights or the normalisation change.
  ///
  /// - Parameter scratch: `weightCount` elements.
  public func fold(
    into folded: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>,
    scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let k = problem.outChannels
    let rows = problem.weightCount / k
    let chunks = RowChunks(rows: rows)
    pool.run(chunks: chunks.count) { chunk, _ in
      for row in chunks.range(chunk) {
        for c in 0..<k { scratch[row * k + c] = w[row * k + c] * scale[c] }
      }
    }
    foldedKernel.prepare(to: folded, w: scratch, pool: pool)
    let shifts = folded + foldedKernel.preparedCount
    shifts.update(repeating: 0, count: roundUp(k, Epilogue.shiftStep))
    shifts.update(from: shift, count: k)
  }

  /// y = A · (x ∗ w) + B + addend, then max(0, y) with `relu`; overwrites y.
  ///
  /// - Parameter addend: as y, elsewhere in memory.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    folded: UnsafeMutablePointer<Float>, addend: UnsafePointer<Float>? = nil, relu: Bool,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let shift = folded + foldedKernel.preparedCount
    foldedKernel.forward(
      y: y, x: x, prepared: folded, input: nil,
      epilogue: Epilogue(shift: shift, addend: addend, relu: relu), sums: nil, scratch: scratch,
      pool: pool)
  }

  /// dx from dy, finished as told; overwrites dx.
  public func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue = GradientEpilogue(), scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    kernel.backwardData(
      dx: dx, dy: dy, w: w, epilogue: epilogue, scratch: scratch, pool: pool)
  }

  /// Whether both gradients are computed in one pass, from a gradient that is not yet in memory.
  public var fusesBackward: Bool { fused != nil }

  /// dw and, unless it is nil, dx; overwrites both.
  ///
  /// Only where it ``fusesBackward``.
  public func backward(
    dx: UnsafeMutablePointer<Float>?, dw: UnsafeMutablePointer<Float>, dy: NormalizedGradient,
    x: UnsafePointer<Float>, input: InputTransform? = nil, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue = GradientEpilogue(), scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    guard let fused else { preconditionFailure("\(problem) has no way to fuse both gradients") }
    fused.run(
      dx: dx, dw: dw, dy: dy, x: x, input: input, w: w, epilogue: epilogue, scratch: scratch,
      pool: pool)
  }

  /// Whether ``backward(dx:dw:dy:x:input:w:epilogue:scratch:pool:)`` takes less time than one gradient
  /// after the other: threads wait for each other once.
  public var joinsBackward: Bool { kernel.joinsBackward }

  /// dw and dx from dy, with the same bits as one after the other; overwrites both.
  public func backward(
    dx: UnsafeMutablePointer<Float>, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform? = nil, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue = GradientEpilogue(), scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    kernel.backward(
      dx: dx, dw: dw, dy: dy, x: x, input: input, w: w, epilogue: epilogue, scratch: scratch,
      pool: pool)
  }

  /// dw from dy; overwrites dw.
  public func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform? = nil, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    kernel.backwardWeights(
      dw: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
  }

  /// Whether ``backwardWeights(dw:lines:x:input:scratch:pool:)`` may be called.
  public var readsLines: Bool { kernel.readsLines }

  /// dw from a dy that is formed line by line where it is read; overwrites dw. Only where it
  /// ``readsLines``.
  public func backwardWeights(
    dw: UnsafeMutablePointer<Float>, lines: GradientLines, x: UnsafePointer<Float>,
    input: InputTransform? = nil, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    kernel.backwardWeights(
      dw: dw, lines: lines, x: x, input: input, scratch: scratch, pool: pool)
  }
}
