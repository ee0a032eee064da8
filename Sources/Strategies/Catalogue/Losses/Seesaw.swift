import Datasets
import Tensors

/// Seesaw loss: examples of class y push down class j ≠ y by S_yj = M_yj · K_yj only.
///
///     ℓ(z, y) = −log( e^{z_y} / (e^{z_y} + Σ_{j≠y} S_yj e^{z_j}) )
///     M_yj = min(1, (N_j/N_y)^p)          mitigation, N counted online
///     K_yj = max(1, (σ_j/σ_y)^q)          compensation, σ = softmax(z), σ_y at least 0.01
///
/// Wang et al., "Seesaw Loss for Long-Tailed Instance Segmentation", CVPR 2021: p = 0.8, q = 2.
/// S is constant for the gradient, as in mmdetection. The counts N are of the examples trained on so
/// far, this batch among them: they follow the sampler, and are saved with checkpoints.
public struct Seesaw: LossDesign {
  public static let name = "seesaw"
  public static let card = StrategyCard(
    family: .loss, summary: "Frequent classes push rare ones down less; mistakes push back.",
    formula: "−log(e^{z_y}/Σ_j S_yj e^{z_j}), S_yj = min(1, N_j/N_y)^p · max(1, σ_j/σ_y)^q",
    paper: "Wang et al., Seesaw Loss for Long-Tailed Instance Segmentation, CVPR 2021",
    parameters: [
      StrategyParameter(
        "p", default: "0.8", range: "a number, 0 ≤ p ≤ 4",
        "How much less rare classes are pushed down."),
      StrategyParameter(
        "q", default: "2", range: "a number, 0 ≤ q ≤ 8",
        "How much misclassified examples make up for it."),
      .classWeights,
    ],
    isNeutralOnBalancedData: false)

  /// How much less rare classes are pushed down. Range: 0 ≤ p ≤ 4.
  public var p = 0.8
  /// How much misclassified examples make up for it. Range: 0 ≤ q ≤ 8.
  public var q = 2.0
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case p, q
    case classWeights = "class_weights"
  }

  /// p = 0.8, q = 2, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(p >= 0 && p <= 4, "p", is: p)
    try require(q >= 0 && q <= 8, "q", is: q)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    SeesawLoss(
      p: p, q: q, classCount: setting.census.classCount, classWeights: setting.classWeights,
      reduction: setting.reduction)
  }
}

/// The loss of ``Seesaw``; its state is the number of examples of each class so far.
public struct SeesawLoss: LabelLoss {
  /// How much less rare classes are pushed down. Range: 0 ≤ p ≤ 4.
  public let p: Double
  /// How much misclassified examples make up for it. Range: 0 ≤ q ≤ 8.
  public let q: Double
  /// How many classes are counted.
  public let classCount: Int
  /// The weight of each class; `nil` where all are 1.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction
  /// Logits that the compensation is computed from instead of the batch's own.
  private var held: [Float]?

  /// A loss of these exponents.
  public init(
    p: Double, q: Double, classCount: Int, classWeights: [Double]? = nil,
    reduction: LossReduction = .meanOverExamples
  ) {
    (self.p, self.q, self.classCount) = (p, q, classCount)
    (self.classWeights, self.reduction) = (classWeights, reduction)
  }

  /// Where what was counted does not matter.
  public var isFunctionOfLogits: Bool { p == 0 && q == 0 }

  public var initialState: [Double] { Array(repeating: 0, count: classCount) }

  public func holdingConstants(of batch: LossBatch) -> any ClassificationLoss {
    var copy = self
    copy.held = Array(batch.logits.buffer)
    return copy
  }

  public func evaluate(_ batch: LossBatch, state: inout [Double]) -> Float {
    for (index, target) in batch.targets.buffer.enumerated() {
      state[index % classCount] += Double(target)
    }
    let counts = state
    return batch.sumOverLabels(weights: classWeights, reduction: reduction) { row, label, scale in
      add(row, label: label, scale: scale, counts: counts)
    }
  }

  func add(_ row: LossRow, label: Int, scale: Double) -> Double {
    add(row, label: label, scale: scale, counts: initialState)
  }

  private func add(_ row: LossRow, label: Int, scale: Double, counts: [Double]) -> Double {
    for c in 0..<classCount {
      row.scratch[c] = held.map { Double($0[row.index * classCount + c]) } ?? row.logits[c]
    }
    _ = row.crossEntropyOfScratch(label: label)
    let own = max(row.scratch[label], 0.01)
    for c in 0..<classCount {
      var factor = 0.0
      if c != label {
        let ratio = max(counts[c], 1) / max(counts[label], 1)
        if ratio < 1 { factor += p * naturalLogarithm(ratio) }
        if row.scratch[c] > own { factor += q * naturalLogarithm(row.scratch[c] / own) }
      }
      row.scratch[c] = row.logits[c] + factor
    }
    let loss = row.crossEntropyOfScratch(label: label)
    row.addSoftmaxGradient(label: label, scale: scale)
    return loss
  }
}
