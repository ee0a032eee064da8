import Kernels
import Tensors

/// What a pass through a network is given besides tensors.
public struct Pass {
  public let phase: LearningPhase
  /// The optimiser's step, which keys dropout.
  public let step: Int
  /// The run's seed, which keys dropout.
  public let seed: UInt64
  public let workspace: Workspace
  public let pool: ThreadPool

  /// A pass with all its parts.
  public init(
    phase: LearningPhase, step: Int, seed: UInt64, workspace: Workspace, pool: ThreadPool
  ) {
    (self.phase, self.step, self.seed) = (phase, step, seed)
    (self.workspace, self.pool) = (workspace, pool)
  }
}

/// One differentiable step with its backward pass written out, on NHWC tensors that never alias.
public protocol Layer: AnyObject {
  /// Such as `layer2.0`, the torchvision name.
  var path: String { get }
  /// Parameters and, with kind `.buffer`, what is kept beside them, in torchvision's order.
  var parameters: [Parameter] { get }
  /// The implementations that its convolutions use, one name each; known once planned.
  var kernelNames: [String] { get }
  /// Reserves what the passes need and returns the shape of the result.
  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape
  /// Overwrites `dst`.
  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass)
  /// Overwrites `dSrc` and the parameters' gradients, and may use up `dDst`.
  ///
  /// Comes once after a forward pass in the training phase, with the same `src` and `dst`.
  func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass)
  /// Whether its result can be made again before the backward pass of the layer above, which is
  /// then the last that reads it.
  var canRestoreResult: Bool { get }
  /// Overwrites `dst` by what `forward` wrote, bit for bit, from what the layer keeps.
  func restoreResult(_ src: TensorView, into dst: MutableTensorView, pass: Pass)
}

extension Layer {
  public var kernelNames: [String] { [] }
  public var canRestoreResult: Bool { false }
  public func restoreResult(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    preconditionFailure("\(path) cannot restore its result")
  }
}
