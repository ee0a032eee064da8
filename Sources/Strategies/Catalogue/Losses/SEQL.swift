import Datasets
import Randomness
import Tensors

/// Softmax equalisation: rare classes are not always pushed down by other classes' examples.
///
///     ℓ(z, y) = −log( e^{z_y} / Σ_k v_k e^{z_k} ),  v_k = 0 with probability γ where π_k < λ, k ≠ y
///
/// Tan et al., "Equalization Loss for Long-Tailed Object Recognition", CVPR 2020, the softmax form
/// for classification: γ = 0.9, λ = 0.005 (0.05 on CIFAR-10). Written with log-sum-exp, where the
/// code read for this had bare exponentials. The share π_k is that of the training images.
public struct SEQL: LossDesign {
  public static let name = "softmax-equalization"
  public static let card = StrategyCard(
    family: .loss, summary: "SEQL: rare classes are often left out of other classes' softmax.",
    formula: "−log(e^{z_y}/Σ_k v_k e^{z_k}), v_k = 0 with probability gamma where n_k/N < lambda",
    paper: "Tan et al., Equalization Loss for Long-Tailed Object Recognition, CVPR 2020",
    parameters: [
      StrategyParameter(
        "gamma", default: "0.9", range: "a number, 0 ≤ gamma ≤ 1",
        "How often a rare class is left out."),
      StrategyParameter(
        "lambda", default: "0.05", range: "a number, 0 < lambda ≤ 1",
        "Classes of a smaller share of the images are rare; 0.005 for a thousand classes."),
      .classWeights,
    ],
    isNeutralOnBalancedData: true)

  /// How often a rare class is left out. Range: 0 ≤ gamma ≤ 1.
  public var gamma = 0.9
  /// Classes of a smaller share of the images are rare; 0.005 for a thousand classes. Range: 0 <
  /// lambda ≤ 1.
  public var lambda = 0.05
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case gamma, lambda
    case classWeights = "class_weights"
  }

  /// γ = 0.9, λ = 0.05, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 1, "gamma", is: gamma)
    try require(lambda > 0 && lambda <= 1, "lambda", is: lambda)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    let shares = EveryExampleOnce().classMass(for: setting.census)
    return EqualizationLoss(
      isRare: shares.map { $0 < lambda }, isMasked: setting.census.counts.map { $0 == 0 },
      gamma: gamma, classWeights: setting.classWeights, reduction: setting.reduction)
  }
}

/// Cross-entropy whose denominators drop rare classes at random, keyed by the batch's step.
public struct EqualizationLoss: LabelLoss {
  /// Classes that are left out of the denominators at random, one entry a class.
  public let isRare: [Bool]
  /// Classes that are always out.
  public let isMasked: [Bool]
  /// How often a rare class is left out. Range: 0 ≤ gamma ≤ 1.
  public let gamma: Double
  /// The weight of each class; `nil` where all are 1.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction

  /// Where no class is ever left out.
  public var isFunctionOfLogits: Bool { gamma == 0 || !isRare.contains(true) }

  /// A loss with these rare classes.
  public init(
    isRare: [Bool], isMasked: [Bool]? = nil, gamma: Double, classWeights: [Double]? = nil,
    reduction: LossReduction = .meanOverExamples
  ) {
    (self.isRare, self.isMasked) = (isRare, isMasked ?? isRare.map { _ in false })
    (self.gamma, self.classWeights, self.reduction) = (gamma, classWeights, reduction)
  }

  func add(_ row: LossRow, label: Int, scale: Double) -> Double {
    add(row, label: label, scale: scale, seed: 0, step: 0)
  }

  public func evaluate(_ batch: LossBatch, state: inout [Double]) -> Float {
    batch.sumOverLabels(weights: classWeights, reduction: reduction) { row, label, scale in
      add(row, label: label, scale: scale, seed: batch.seed, step: batch.step)
    }
  }

  private func add(_ row: LossRow, label: Int, scale: Double, seed: UInt64, step: Int) -> Double {
    let dropped = dropped(row: row.index, seed: seed, step: step)
    for c in 0..<row.logits.count {
      row.scratch[c] = c != label && (isMasked[c] || dropped[c]) ? -.infinity : row.logits[c]
    }
    let loss = row.crossEntropyOfScratch(label: label)
    row.addSoftmaxGradient(label: label, scale: scale)
    return loss
  }

  /// Which classes an example leaves out, unless it is of that class itself.
  package func dropped(row: Int, seed: UInt64, step: Int) -> [Bool] {
    var generator = SeededGenerator(
      seed: seed, purpose: .loss, epoch: step, item: UInt64(row))
    return isRare.map { $0 && generator.chance(gamma) }
  }
}
