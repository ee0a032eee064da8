/// One way to compute a convolution.
///
/// All pointers are to dense NHWC images or HWIO weights. `forward` and `backwardData` overwrite
/// their result; `backwardWeights` adds to it. `input` is what happens to x on the way in. Results do not depend on the pool's thread count.
protocol ConvolutionKernel: SendableMetatype {
  /// Recorded with every run.
  static var name: String { get }
  /// The policies under which it may be chosen.
  static var policies: Set<ConvolutionPolicy> { get }
  /// Whether this implementation can compute the problem at all.
  static func canCompute(_ problem: ConvolutionProblem) -> Bool
  /// Whether it computes the problem well; it is then chosen unless an earlier one accepts too.
  static func accepts(_ problem: ConvolutionProblem) -> Bool
  /// Numbers of scratch memory that a pass may use with so many threads.
  static func scratchCount(for problem: ConvolutionProblem, threads: Int) -> Int
  /// y = x ∗ w
  static func forward(
    _ problem: ConvolutionProblem, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, input: InputTransform?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool)
  /// dx = the adjoint of the convolution applied to dy
  static func backwardData(
    _ problem: ConvolutionProblem, dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool)
  /// dw += Σ over batch and pixels
  static func backwardWeights(
    _ problem: ConvolutionProblem, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool)
}

extension ConvolutionKernel {
  static var policies: Set<ConvolutionPolicy> { [.fastest, .withoutWinograd] }
  static func canCompute(_ problem: ConvolutionProblem) -> Bool { accepts(problem) }
}

/// A convolution with its implementation chosen: the first in the list that accepts the problem.
public struct Convolution: Sendable {
  /// Fastest first; the reference accepts every problem and defines the answer.
  static let implementations: [any ConvolutionKernel.Type] = [
    WinogradConvolution.self,
    PerPixelConvolution.self,
    GatheredConvolution.self,
    ReferenceConvolution.self,
  ]

  /// The extents.
  public let problem: ConvolutionProblem
  private let kernel: any ConvolutionKernel.Type

  /// Chooses an implementation that the policy allows.
  public init(_ problem: ConvolutionProblem, policy: ConvolutionPolicy) {
    self.problem = problem
    kernel =
      Self.implementations.first { $0.policies.contains(policy) && $0.accepts(problem) }
      ?? ReferenceConvolution.self
  }

  /// An implementation by its name, if it can compute the problem; for tests and benchmarks.
  package init?(_ problem: ConvolutionProblem, named name: String) {
    guard let kernel = Self.implementations.first(where: { $0.name == name }),
      kernel.canCompute(problem)
    else { return nil }
    (self.problem, self.kernel) = (problem, kernel)
  }

  /// Names of all implementations, fastest first.
  public static var kernelNames: [String] { implementations.map { $0.name } }

  /// Name of the chosen implementation.
  public var kernelName: String { kernel.name }

  /// Numbers of scratch memory that any pass may use.
  public func scratchCount(threads: Int) -> Int {
    kernel.scratchCount(for: problem, threads: threads)
  }

  /// y = x ∗ w; overwrites y.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform? = nil, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    kernel.forward(problem, y: y, x: x, w: w, input: input, scratch: scratch, pool: pool)
  }

  /// dx from dy; overwrites dx.
  public func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    kernel.backwardData(problem, dx: dx, dy: dy, w: w, scratch: scratch, pool: pool)
  }

  /// Adds the weights' gradient to dw.
  public func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform? = nil, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    kernel.backwardWeights(
      problem, dw: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
  }
}
