/// Softmax cross-entropy over adjusted logits: ℓ(z, y) = −log softmax(u)_y with
///
///     u_c = z_c / temperature_c + offset_c − margin_c · [c = y]
///
/// Balanced softmax, logit adjustment, vector scaling, class-dependent temperatures and LDAM are
/// choices of these three rows. A class of offset −∞ is out of the softmax.
public struct AdjustedCrossEntropy: LabelLoss {
  public let reduction: LossReduction
  public let classWeights: [Double]?
  public let logitOffsets: [Double]?
  /// Δ of each class; `nil` where all are 1.
  public let temperatures: [Double]?
  /// What the true class's logit is lowered by; `nil` where by nothing.
  public let margins: [Double]?

  public var isFunctionOfLogits: Bool { true }

  /// A loss of these rows, one number a class each.
  public init(
    temperatures: [Double]? = nil, offsets: [Double]? = nil, margins: [Double]? = nil,
    classWeights: [Double]? = nil, reduction: LossReduction = .meanOverExamples
  ) {
    (self.temperatures, logitOffsets, self.margins) = (temperatures, offsets, margins)
    (self.classWeights, self.reduction) = (classWeights, reduction)
  }

  func add(_ row: LossRow, label: Int, scale: Double) -> Double {
    for c in 0..<row.logits.count {
      let offset = logitOffsets?[c] ?? 0
      row.scratch[c] =
        offset == -.infinity ? -.infinity : row.logits[c] / (temperatures?[c] ?? 1) + offset
    }
    row.scratch[label] -= margins?[label] ?? 0
    let loss = row.crossEntropyOfScratch(label: label)
    guard let temperatures else {
      row.addSoftmaxGradient(label: label, scale: scale)
      return loss
    }
    let others = row.others(than: label)
    for c in 0..<row.logits.count {
      row.gradient[c] += scale * (c == label ? -others : row.scratch[c]) / temperatures[c]
    }
    return loss
  }
}
