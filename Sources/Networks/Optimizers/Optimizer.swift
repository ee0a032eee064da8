import Kernels
import Tensors

/// An update rule with its memory of past gradients.
///
/// Every step is one fused pass over each parameter, and the same bits with any number of threads.
public protocol Optimizer: AnyObject {
  /// Updates all parameters with their gradients.
  ///
  /// - Parameters:
  ///   - learningRateFactor: the schedule's, by which the configured learning rate is multiplied.
  ///   - gradientNorm: what ``gradientNorm()`` returns, where the caller has computed it already.
  func step(learningRateFactor: Double, gradientNorm: Double?)
  /// √Σ g² over all parameters, in double precision; NaN or ∞ if a gradient is.
  func gradientNorm() -> Double
  /// Steps done.
  var steps: Int { get }
  /// The moments, to be written before the next step.
  var moments: [WrittenTensor] { get }
  /// Sets what was saved.
  ///
  /// - Precondition: it fits the parameters; ``restore(_:)`` checks that.
  func set(_ state: OptimizerState)
}

/// An optimiser's memory: steps done, and its moments in our own order of elements.
public struct OptimizerState: Equatable, Sendable {
  public var steps: Int
  /// Named `moment.parameter`, such as `momentum.fc.weight`.
  public var tensors: [NamedTensor]

  /// The memory after so many steps.
  public init(steps: Int, tensors: [NamedTensor]) { (self.steps, self.tensors) = (steps, tensors) }
}

extension Optimizer {
  /// What must be saved to continue with the same bits.
  public var state: OptimizerState {
    OptimizerState(steps: steps, tensors: moments.map(\.copied))
  }

  /// Updates all parameters with their gradients.
  public func step(learningRateFactor: Double) {
    step(learningRateFactor: learningRateFactor, gradientNorm: nil)
  }

  /// Sets what was saved.
  ///
  /// - Throws: `CheckpointError` where it belongs to other parameters or another rule; nothing is
  ///   changed then.
  public func restore(_ saved: OptimizerState) throws(CheckpointError) {
    let expected = Dictionary(uniqueKeysWithValues: moments.map { ($0.name, $0.shape) })
    let received = Dictionary(
      saved.tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { $1 })
    for (name, shape) in expected.sorted(by: { $0.key < $1.key }) where received[name] != shape {
      let found = received[name].map { "has shape \($0)" } ?? "is missing"
      throw CheckpointError(
        "the optimiser's state does not fit this network: \(name) should have shape \(shape) "
          + "but \(found). Was the model or the optimiser changed since the checkpoint?")
    }
    guard saved.tensors.count == expected.count, saved.steps >= 0 else {
      throw CheckpointError(
        "the optimiser's state has \(saved.tensors.count) tensors after \(saved.steps) steps; "
          + "expected \(expected.count) tensors and at least 0 steps")
    }
    set(saved)
  }
}

/// The optimiser that a configuration describes, for these parameters only.
public func makeOptimizer(
  _ configuration: OptimizerConfiguration, parameters: [Parameter], pool: ThreadPool
) -> any Optimizer {
  switch configuration.rule {
  case .sgd: SGD(configuration, parameters: parameters, pool: pool)
  case .adamw: AdamW(configuration, parameters: parameters, pool: pool)
  }
}
