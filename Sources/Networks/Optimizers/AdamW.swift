import Kernels

/// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019) as PyTorch defines it.
public final class AdamW: Optimizer {
  private let configuration: OptimizerConfiguration
  private let memory: OptimizerMemory
  private let pool: ThreadPool
  public private(set) var steps = 0

  /// A rule for these parameters, with zero moments.
  public init(_ configuration: OptimizerConfiguration, parameters: [Parameter], pool: ThreadPool) {
    (self.configuration, self.pool) = (configuration, pool)
    memory = OptimizerMemory(parameters, moments: ["exp_avg", "exp_avg_sq"], pool: pool)
  }

  public var moments: [WrittenTensor] { memory.written }

  public func set(_ state: OptimizerState) {
    memory.set(state.tensors)
    steps = state.steps
  }

  public func gradientNorm() -> Double { memory.gradientNorm() }

  public func step(learningRateFactor: Double, gradientNorm: Double?) {
    let scale = configuration.gradientScale(norm: gradientNorm ?? self.gradientNorm())
    steps += 1
    for (index, parameter) in memory.parameters.enumerated() {
      let rule = UpdateRules.AdamW(
        learningRate: configuration.learningRate(of: parameter.part) * learningRateFactor,
        beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon,
        weightDecay: configuration.weightDecay(of: parameter), step: steps,
        gradientScale: scale)
      UpdateRules.adamW(
        rule, w: parameter.value.pointer, g: parameter.trainedGradient.pointer,
        first: memory.buffer(0, of: index), second: memory.buffer(1, of: index),
        count: parameter.count, pool: pool)
    }
  }
}
