import Kernels
import Tensors

/// An update rule with its memory of past gradients.
///
/// Every step is one fused pass over each parameter, and the same bits with any number of threads.
public protocol Optimizer: AnyObject {
  /// Updates all parameters with their gradients; `learningRateFactor` is the schedule's.
  ///
  /// `gradientNorm` saves its computation where the caller has it already.
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

  /// A memory of so many steps.
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

  /// Sets what was saved; throws where it belongs to other parameters or another rule.
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

extension OptimizerConfiguration {
  /// The learning rate of a part at the schedule's peak.
  func learningRate(of part: Parameter.Part) -> Double {
    part == .head ? headLearningRate ?? learningRate : learningRate
  }

  /// The decay of one parameter.
  func weightDecay(of parameter: Parameter) -> Double {
    parameter.decays && (decaysNormAndBias || !parameter.kind.isNormOrBias) ? weightDecay : 0
  }

  /// What gradients are multiplied by: torch's `clip_grad_norm_`, min(1, limit / (norm + 1e-6)).
  func gradientScale(norm: @autoclosure () -> Double) -> Float {
    guard let clipNorm else { return 1 }
    let factor = clipNorm / (norm() + 1e-6)
    return factor < 1 || factor.isNaN ? Float(factor) : 1
  }
}

/// Parameters with, for each, as many buffers as a rule has moments.
struct OptimizerMemory {
  let parameters: [Parameter]
  /// Names of the moments, such as `exp_avg`.
  let moments: [String]
  /// moments × parameters
  private let buffers: [[AlignedBuffer]]
  private let partials: [Double]
  private let pool: ThreadPool

  init(_ parameters: [Parameter], moments: [String], pool: ThreadPool) {
    let trained = parameters.filter { $0.gradient != nil }
    self.parameters = trained
    self.moments = moments
    self.pool = pool
    buffers = moments.map { _ in trained.map { AlignedBuffer(count: $0.count) } }
    let largest = trained.map { UpdateRules.partialCount($0.count) }.max() ?? 0
    partials = [Double](repeating: 0, count: largest)
  }

  func buffer(_ moment: Int, of parameter: Int) -> UnsafeMutablePointer<Float> {
    buffers[moment][parameter].pointer
  }

  func gradientNorm() -> Double {
    var partials = partials
    var sum = 0.0
    partials.withUnsafeMutableBufferPointer { partials in
      for parameter in parameters {
        sum += UpdateRules.sumOfSquares(
          parameter.gradient!.pointer, count: parameter.count, partials: partials.baseAddress!,
          pool: pool)
      }
    }
    return sum.squareRoot()
  }

  /// Named `moment.parameter`, in our order of elements.
  var written: [WrittenTensor] {
    zip(moments, buffers).flatMap { moment, buffers in
      zip(parameters, buffers).map { parameter, buffer in
        WrittenTensor("\(moment).\(parameter.name)", shape: parameter.shape, living: buffer)
      }
    }
  }

  /// Puts back what was written.
  func set(_ tensors: [NamedTensor]) {
    let saved = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    for (moment, buffers) in zip(moments, buffers) {
      for (parameter, buffer) in zip(parameters, buffers) {
        let tensor = saved["\(moment).\(parameter.name)"]
        precondition(tensor?.shape == parameter.shape, "no \(moment) of \(parameter.name)")
        _ = buffer.buffer.update(fromContentsOf: tensor!.values)
      }
    }
  }
}
