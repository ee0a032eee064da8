import Datasets
import Tensors

/// Influence-balanced loss: cross-entropy first, then examples weigh less the more they move the
/// last layer.
///
///     ℓ = w_y · α / (‖p − onehot(y)‖₁ · ‖h‖₁ + 1e-3) · (−log p_y),  w_c = C·n_c⁻¹ / Σ_k n_k⁻¹
///
/// Park et al., "Influence-Balanced Loss for Imbalanced Visual Classification", ICCV 2021: α = 1000,
/// from the 100th of 200 epochs. As in the authors' code the gradient goes through p and through
/// the features h too. Divided by the examples.
public struct InfluenceBalanced: LossDesign {
  public static let name = "influence-balanced"
  public static let card = StrategyCard(
    family: .loss, summary: "Cross-entropy, then examples weigh less the more they influence.",
    formula: "w_y · alpha/(‖p − onehot(y)‖₁·‖h‖₁ + 0.001) · (−log p_y), w_c ∝ 1/n_c",
    paper: "Park et al., Influence-Balanced Loss for Imbalanced Classification, ICCV 2021",
    parameters: [
      StrategyParameter(
        "alpha", default: "1000", range: "a number, 0 < alpha ≤ 1000000",
        "Scale of the loss; keeps it near cross-entropy's."),
      StrategyParameter(
        "start", default: "0.5", range: "a number, 0 ≤ start < 1",
        "The share of the run that plain cross-entropy trains first."),
    ],
    isNeutralOnBalancedData: false)

  /// Scale of the loss; keeps it near cross-entropy's. Range: 0 < alpha ≤ 1000000.
  public var alpha = 1000.0
  /// The share of the run that plain cross-entropy trains first. Range: 0 ≤ start < 1.
  public var start = 0.5

  /// α = 1000, from half of the run on.
  public init() {}

  /// Its own: inverse, of mean 1.
  public var classWeights: WeightingChoice? {
    var weights = InverseWeights()
    weights.reduction = .meanOverExamples
    return WeightingChoice(weights)
  }

  public func validate() throws(InvalidParameter) {
    try require(alpha > 0 && alpha <= 1e6, "alpha", is: alpha)
    try require(start >= 0 && start < 1, "start", is: start)
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    InfluenceBalancedLoss(
      alpha: alpha, classWeights: setting.classWeights, reduction: setting.reduction)
  }

  public func losses(for setting: LossSetting) throws(InvalidParameter) -> [LossStretch] {
    let last = LossStretch(share: 1 - start, loss: try loss(for: setting))
    return start == 0 ? [last] : [LossStretch(share: start, loss: CrossEntropy()), last]
  }
}

/// The second stage of ``InfluenceBalanced``. Without features ‖h‖₁ is 1.
public struct InfluenceBalancedLoss: LabelLoss {
  /// Scale of the loss; keeps it near cross-entropy's. Range: 0 < alpha ≤ 1000000.
  public let alpha: Double
  /// The weight of each class; `nil` where all are 1.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction
  public var readsFeatures: Bool { true }
  static let epsilon = 1e-3

  /// A loss of this scale.
  public init(
    alpha: Double, classWeights: [Double]? = nil, reduction: LossReduction = .meanOverExamples
  ) {
    (self.alpha, self.classWeights, self.reduction) = (alpha, classWeights, reduction)
  }

  func add(_ row: LossRow, label: Int, scale: Double) -> Double {
    terms(row, label: label, scale: scale, norm: 1).loss
  }

  public func evaluate(_ batch: LossBatch, state: inout [Double]) -> Float {
    guard let features = batch.features else {
      return batch.sumOverLabels(weights: classWeights, reduction: reduction) {
        terms($0, label: $1, scale: $2, norm: 1).loss
      }
    }
    let width = features.shape.count / max(features.shape.n, 1)
    return batch.sumOverLabels(weights: classWeights, reduction: reduction) { row, label, scale in
      let values = UnsafeBufferPointer(
        start: features.pointer + row.index * width, count: width)
      let norm = values.reduce(0) { $0 + abs(Double($1)) }
      let (loss, slope) = terms(row, label: label, scale: scale, norm: norm)
      if let target = batch.dFeatures {
        for (index, value) in values.enumerated() where value != 0 {
          target.pointer[row.index * width + index] += Float(value > 0 ? slope : -slope)
        }
      }
      return loss
    }
  }

  /// The loss, and `scale` times its derivative by ‖h‖₁; adds to the logits' gradient.
  private func terms(
    _ row: LossRow, label: Int, scale: Double, norm: Double
  ) -> (loss: Double, slope: Double) {
    for c in 0..<row.logits.count { row.scratch[c] = row.logits[c] }
    let plain = row.crossEntropyOfScratch(label: label)
    let wrong = row.others(than: label)
    // ‖p − onehot‖₁ = 2(1 − p_y)
    let weight = alpha / (2 * wrong * norm + Self.epsilon)
    let loss = weight * plain
    // dℓ/d(1−p_y) by way of the weight; d(1−p_y)/dz_c = p_y (p_c − [c = y])
    let through = -loss * weight / alpha * 2 * norm * row.scratch[label]
    row.addSoftmaxGradient(label: label, scale: scale * (weight + through))
    return (loss, -scale * loss * weight / alpha * 2 * wrong)
  }
}
