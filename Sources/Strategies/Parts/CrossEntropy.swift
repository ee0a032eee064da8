import Tensors

/// Softmax cross-entropy with soft targets and class weights.
///
/// loss = Σ_i Σ_c w_c t_ic (−log p_ic) / D, where D is the batch size (`meanOverExamples`) or
/// Σ_i Σ_c w_c t_ic (`meanOverWeights`). Where D is 0, loss and gradient are 0.
///
/// Against PyTorch's `CrossEntropyLoss(weight, reduction="mean")`:
/// - one-hot targets: `meanOverWeights` is its loss for class indices; `meanOverExamples` its
///   `reduction="sum"` divided by the batch.
/// - soft targets: `meanOverExamples` is its loss for class probabilities, which it divides by the
///   batch; `meanOverWeights` divides by the weights there too.
/// - `label_smoothing` with class indices and weights: its numerator is ours for smoothed targets,
///   but it divides by Σ_i w_{y_i}, the weights of the unsmoothed labels; `meanOverWeights` divides
///   by the weights of the smoothed ones.
///
/// A logit of −∞ takes its class out of the softmax. A logit of NaN or +∞ makes the loss NaN, also
/// where all weights of the batch are 0, so that a diverged run is seen.
public struct CrossEntropy: ClassificationLoss {
  public let reduction: LossReduction
  public let classWeights: [Double]?

  public var isFunctionOfLogits: Bool { true }

  /// Plain cross-entropy, or a weighted one.
  public init(classWeights: [Double]? = nil, reduction: LossReduction = .meanOverExamples) {
    (self.classWeights, self.reduction) = (classWeights, reduction)
  }

  /// Loss and gradient over a batch; sums in `Double`, rows in order. One exponential a logit.
  public func evaluate(
    _ logits: TensorView, targets: TensorView, into dLogits: MutableTensorView
  ) -> Float {
    let (rows, classes) = (logits.shape.n, logits.shape.c)
    precondition(targets.shape == logits.shape && dLogits.shape == logits.shape, "unequal shapes")
    let weights = classWeights ?? Array(repeating: 1, count: classes)
    precondition(weights.count == classes, "\(weights.count) weights for \(classes) classes")
    return weights.withUnsafeBufferPointer { weights in
      let masses = (0..<rows).map { row in
        weightedMass(weights, targets.pointer + row * classes)
      }
      let divisor = reduction == .meanOverExamples ? Double(rows) : masses.reduce(0, +)
      let scale = divisor == 0 ? 0 : 1 / divisor
      var sum = 0.0
      for row in 0..<rows {
        sum += evaluateRow(
          logits.pointer + row * classes, targets.pointer + row * classes, weights,
          mass: masses[row], scale: scale, into: dLogits.pointer + row * classes)
      }
      return Float(sum * scale)
    }
  }

  /// Σ_c w_c t_c
  private func weightedMass(
    _ weights: UnsafeBufferPointer<Double>, _ targets: UnsafePointer<Float>
  ) -> Double {
    var mass = 0.0
    for c in 0..<weights.count { mass += weights[c] * Double(targets[c]) }
    return mass
  }

  /// A row's Σ_c w_c t_c (−log p_c), not scaled; writes (`mass` · p_c − w_c t_c) · `scale`.
  private func evaluateRow(
    _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>,
    _ weights: UnsafeBufferPointer<Double>, mass: Double, scale: Double,
    into dLogits: UnsafeMutablePointer<Float>
  ) -> Double {
    let classes = weights.count
    var largest = -Float.infinity
    for c in 0..<classes where logits[c] > largest { largest = logits[c] }
    var total = 0.0
    for c in 0..<classes {
      // Rounding e to Float costs p half an ulp; where p is near 1 the largest e is exactly 1.
      let e = exponential(Double(logits[c]) - Double(largest))
      total += e
      dLogits[c] = Float(e)
    }
    var loss = mass * naturalLogarithm(total)
    let share = mass * scale / total
    for c in 0..<classes {
      let weighted = weights[c] * Double(targets[c])
      // 0 · ∞ would be NaN for a class that is masked out.
      if weighted != 0 { loss += weighted * (Double(largest) - Double(logits[c])) }
      dLogits[c] = Float(share * Double(dLogits[c]) - weighted * scale)
    }
    return loss
  }
}
