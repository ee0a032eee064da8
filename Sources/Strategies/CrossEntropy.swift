import Tensors

/// Softmax cross-entropy with soft targets and class weights.
///
/// loss = Σ_i Σ_c w_c t_ic (−log p_ic) / D, where D is the batch size (`meanOverExamples`) or
/// Σ_i Σ_c w_c t_ic (`meanOverWeights`; PyTorch's `CrossEntropyLoss(weight)` for one-hot targets).
/// Where D is 0, loss and gradient are 0.
public struct CrossEntropy: ClassificationLoss {
  public let reduction: LossReduction
  public let classWeights: [Double]?

  /// Plain cross-entropy, or a weighted one.
  public init(classWeights: [Double]? = nil, reduction: LossReduction = .meanOverExamples) {
    (self.classWeights, self.reduction) = (classWeights, reduction)
  }

  /// Loss and gradient over a batch; in `Double` inside, rows in order.
  public func evaluate(
    _ logits: TensorView, targets: TensorView, into dLogits: MutableTensorView
  ) -> Float {
    let (rows, classes) = (logits.shape.n, logits.shape.c)
    let weights = classWeights ?? Array(repeating: 1, count: classes)
    var sum = 0.0
    var mass = 0.0
    for row in 0..<rows {
      let z = logits.pointer + row * classes
      let t = targets.pointer + row * classes
      let d = dLogits.pointer + row * classes
      var largest = -Double.infinity
      for c in 0..<classes { largest = max(largest, Double(z[c])) }
      var total = 0.0
      for c in 0..<classes { total += exponential(Double(z[c]) - largest) }
      let logTotal = naturalLogarithm(total) + largest
      var rowMass = 0.0
      for c in 0..<classes {
        let weighted = weights[c] * Double(t[c])
        rowMass += weighted
        if weighted != 0 { sum += weighted * (logTotal - Double(z[c])) }
      }
      for c in 0..<classes {
        let p = exponential(Double(z[c]) - logTotal)
        d[c] = Float(rowMass * p - weights[c] * Double(t[c]))
      }
      mass += rowMass
    }
    let divisor = reduction == .meanOverExamples ? Double(rows) : mass
    guard divisor != 0 else {
      dLogits.fill(0)
      return sum.isNaN ? .nan : 0
    }
    for i in 0..<(rows * classes) {
      dLogits.pointer[i] = Float(Double(dLogits.pointer[i]) / divisor)
    }
    return Float(sum / divisor)
  }
}
