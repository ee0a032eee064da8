import Tensors

/// One factor a class on the weights of a network's last layer: w̃_c = s_c · w_c, of which only s
/// learns (Kang et al., ICLR 2020, learnable weight scaling).
///
/// The layer holds w̃ all the time, so that evaluation, checkpoints and exports need nothing of it.
public final class ClassScales {
  /// s, one a class; 1 at first. Decays where scales of normalisation do.
  public let parameter: Parameter
  /// w: classes × features.
  public let frozen: [Float]
  private let weight: Parameter

  /// Factors of 1 on the weights as they are.
  public convenience init(of weight: Parameter) {
    self.init(
      of: weight, frozen: weight.value.array, scales: Array(repeating: 1, count: weight.shape[0]))
  }

  /// Factors on weights that were kept.
  ///
  /// - Precondition: there are as many weights as in the layer, and a factor a row.
  public init(of weight: Parameter, frozen: [Float], scales: [Float]) {
    precondition(frozen.count == weight.count && scales.count == weight.shape[0], "a factor a row")
    (self.weight, self.frozen) = (weight, frozen)
    parameter = Parameter(
      "scales", [weight.shape[0]], part: .head, kind: .normScale, initial: .constant(1))
    parameter.setTorchValues(scales)
  }

  private var width: Int { weight.count / parameter.count }

  /// ∂L/∂s_c = Σ_f ∂L/∂w̃_cf · w_cf, from the layer's gradient.
  public func takeGradient() {
    guard let gradient = weight.gradient, let own = parameter.gradient else { return }
    for row in 0..<parameter.count {
      var sum = 0.0
      for index in row * width..<(row + 1) * width {
        sum += Double(gradient.pointer[index]) * Double(frozen[index])
      }
      own.pointer[row] = Float(sum)
    }
  }

  /// Writes w̃ into the layer.
  public func apply() {
    for row in 0..<parameter.count {
      let scale = parameter.value.pointer[row]
      for index in row * width..<(row + 1) * width {
        weight.value.pointer[index] = scale * frozen[index]
      }
    }
  }
}
