import Kernels
import Tensors

/// Learns one factor a class for a linear last layer, and nothing else.
///
///     z_c = s_c (w_c · h + b_c)        ∂ℓ/∂s_c = Σ_f g_cf w_cf + g_c b_c
///
/// w and b are the layer's weights when this begins, g the gradients of the weights in use, s_c w_c
/// and s_c b_c: those stand in the layer after every step, so that nothing else of a network knows of
/// the factors. They start at 1 and do not decay.
///
/// Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020,
/// section 4, learnable weight scaling; as in the authors' code the bias is scaled too.
public final class ClassScaling: Optimizer {
  /// s
  let factors: Parameter
  private let weight: Parameter
  private let bias: Parameter
  private var startWeight: [Float]
  private var startBias: [Float]
  private let rule: any Optimizer

  /// Begins with the model's weights as they are; `nil` where its last layer is not linear.
  public init?(_ configuration: OptimizerConfiguration, of model: ImageClassifier, pool: ThreadPool)
  {
    guard let (weight, bias) = model.classifier else { return nil }
    (self.weight, self.bias) = (weight, bias)
    (startWeight, startBias) = (weight.value.array, bias.value.array)
    factors = Parameter(
      "class_scales", bias.shape, part: .head, kind: .weight, initial: .constant(1), decays: false)
    factors.value.buffer.update(repeating: 1)
    rule = makeOptimizer(configuration, parameters: [factors], pool: pool)
  }

  public func gradientNorm() -> Double {
    findGradient()
    return rule.gradientNorm()
  }

  public func step(learningRateFactor: Double, gradientNorm: Double?) {
    findGradient()
    rule.step(learningRateFactor: learningRateFactor, gradientNorm: gradientNorm)
    apply()
  }

  private func findGradient() {
    let features = weight.count / bias.count
    for c in 0..<bias.count {
      var sum = Double(bias.gradient!.pointer[c]) * Double(startBias[c])
      for index in c * features..<(c + 1) * features {
        sum += Double(weight.gradient!.pointer[index]) * Double(startWeight[index])
      }
      factors.gradient!.pointer[c] = Float(sum)
    }
  }

  private func apply() {
    let features = weight.count / bias.count
    for c in 0..<bias.count {
      let factor = factors.value.pointer[c]
      bias.value.pointer[c] = factor * startBias[c]
      for index in c * features..<(c + 1) * features {
        weight.value.pointer[index] = factor * startWeight[index]
      }
    }
  }

  /// The rule's memory, the factors, and the weights they started with.
  public var state: OptimizerState {
    get {
      var state = rule.state
      state.tensors += [
        NamedTensor(name: "factors", shape: factors.shape, values: factors.value.array),
        NamedTensor(name: "start.weight", shape: weight.shape, values: startWeight),
        NamedTensor(name: "start.bias", shape: bias.shape, values: startBias),
      ]
      return state
    }
    set {
      let tensors = Dictionary(uniqueKeysWithValues: newValue.tensors.map { ($0.name, $0.values) })
      let ownNames = ["factors", "start.weight", "start.bias"]
      rule.state = OptimizerState(
        steps: newValue.steps, tensors: newValue.tensors.filter { !ownNames.contains($0.name) })
      _ = factors.value.buffer.update(fromContentsOf: tensors["factors"]!)
      (startWeight, startBias) = (tensors["start.weight"]!, tensors["start.bias"]!)
      apply()
    }
  }
}
