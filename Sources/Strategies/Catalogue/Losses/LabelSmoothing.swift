import Datasets

/// Label smoothing: ℓ = (1 − ε)·(−log p_y) + ε·mean_j(−log p_j).
///
/// Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, ε = 0.1. With class weights
/// the whole of ℓ weighs w_y; PyTorch's `label_smoothing` weighs each −log p_j by its own class.
/// Comes on top of the experiment's own `training.label_smoothing`.
public struct LabelSmoothing: LossDesign {
  public static let name = "label-smoothing"
  public static let card = StrategyCard(
    family: .loss, summary: "The control of label-aware smoothing: one ε for all classes.",
    formula: "(1 − epsilon)·(−log p_y) + epsilon·mean_j(−log p_j)",
    paper: "Szegedy et al., Rethinking the Inception Architecture, CVPR 2016",
    parameters: [
      StrategyParameter(
        "epsilon", default: "0.1", range: "a number, 0 ≤ epsilon < 1",
        "What the true class gives to all."),
      .classWeights,
    ],
    isNeutralOnBalancedData: false)

  /// What the true class gives to all. Range: 0 ≤ epsilon < 1.
  public var epsilon = 0.1
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case epsilon
    case classWeights = "class_weights"
  }

  /// ε = 0.1, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(epsilon >= 0 && epsilon < 1, "epsilon", is: epsilon)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    SmoothedCrossEntropy(
      smoothing: setting.census.counts.map { _ in epsilon },
      classWeights: setting.classWeights, reduction: setting.reduction)
  }
}

/// (1 − ε_y)·(−log p_y) + ε_y·mean_j(−log p_j), ε by the example's class.
public struct SmoothedCrossEntropy: LabelLoss {
  /// ε of each class.
  public let smoothing: [Double]
  /// The weight of each class; `nil` where all are 1.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction

  public var isFunctionOfLogits: Bool { true }

  /// A loss of one ε a class.
  public init(
    smoothing: [Double], classWeights: [Double]? = nil,
    reduction: LossReduction = .meanOverExamples
  ) {
    (self.smoothing, self.classWeights, self.reduction) = (smoothing, classWeights, reduction)
  }

  func add(_ row: LossRow, label: Int, scale: Double) -> Double {
    for c in 0..<row.logits.count { row.scratch[c] = row.logits[c] }
    let epsilon = smoothing[label]
    let own = row.crossEntropyOfScratch(label: label)
    row.addSoftmaxGradient(label: label, scale: scale)
    guard epsilon > 0 else { return own }
    // mean_j(−log p_j) − (−log p_y) = z_y − mean_j z_j
    let classes = Double(row.logits.count)
    var gap = 0.0
    for c in 0..<row.logits.count {
      gap += (row.logits[label] - row.logits[c]) / classes
      row.gradient[c] -= scale * epsilon / classes
    }
    row.gradient[label] += scale * epsilon
    return own + epsilon * gap
  }
}
