/// The update rule and its settings.
public struct OptimizerConfiguration: Codable, Hashable, Sendable {
  /// Which rule.
  public enum Rule: String, Codable, CaseIterable, Sendable { case sgd, adamw }
  public var rule: Rule
  /// The peak learning rate, of the trunk and of the head unless ``headLearningRate`` is set.
  public var learningRate: Double
  public var headLearningRate: Double?
  /// SGD only.
  public var momentum: Double
  /// SGD only.
  public var nesterov: Bool
  public var weightDecay: Double
  /// Whether biases and the scales and shifts of normalisation decay too (PyTorch: yes).
  public var decaysNormAndBias: Bool
  /// AdamW only.
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// Gradients are scaled down to this norm over all parameters; `nil` for no limit.
  public var clipNorm: Double?

  /// SGD with momentum 0.9 and weight decay 5e-4 at learning rate 0.05.
  public init(
    rule: Rule = .sgd, learningRate: Double = 0.05, headLearningRate: Double? = nil,
    momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 5e-4,
    decaysNormAndBias: Bool = true, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, clipNorm: Double? = nil
  ) {
    (self.rule, self.learningRate) = (rule, learningRate)
    (self.headLearningRate, self.momentum) = (headLearningRate, momentum)
    (self.nesterov, self.weightDecay) = (nesterov, weightDecay)
    (self.decaysNormAndBias, self.beta1, self.beta2) = (decaysNormAndBias, beta1, beta2)
    (self.epsilon, self.clipNorm) = (epsilon, clipNorm)
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
