import Kernels

/// Stochastic gradient descent as PyTorch defines it: decay is added to the gradient, velocity is
/// μ·v + g without dampening, Nesterov looks ahead by μ·v.
public final class SGD: Optimizer {
  private let configuration: OptimizerConfiguration
  private let memory: OptimizerMemory
  private let pool: ThreadPool
  public private(set) var steps = 0

  /// A rule for these parameters, with zero velocity.
  public init(_ configuration: OptimizerConfiguration, parameters: [Parameter], pool: ThreadPool) {
    (self.configuration, self.pool) = (configuration, pool)
    let moments = configuration.momentum == 0 ? [] : ["momentum"]
    memory = OptimizerMemory(parameters, moments: moments, pool: pool)
  }

  public var moments: [WrittenTensor] { memory.written }

  public func set(_ state: OptimizerState) {
    memory.set(state.tensors)
    steps = state.steps
  }

  public func gradientNorm() -> Double { memory.gradientNorm() }

  public func step(learningRateFactor: Double, gradientNorm: Double?) {
    let scale = configuration.gradientScale(norm: gradientNorm ?? self.gradientNorm())
    for (index, parameter) in memory.parameters.enumerated() {
      let rule = UpdateRules.SGD(
        learningRate: Float(configuration.learningRate(of: parameter.part) * learningRateFactor),
        momentum: Float(configuration.momentum), nesterov: configuration.nesterov,
        weightDecay: Float(configuration.weightDecay(of: parameter)), gradientScale: scale)
      UpdateRules.sgd(
        rule, w: parameter.value.pointer, g: parameter.trainedGradient.pointer,
        velocity: memory.moments.isEmpty ? nil : memory.buffer(0, of: index),
        count: parameter.count, pool: pool)
    }
    steps += 1
  }
}
