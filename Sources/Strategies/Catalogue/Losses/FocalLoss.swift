import Datasets

/// Focal loss on the softmax: ℓ = (1 − p_y)^γ · (−log p_y), times the class's weight.
///
/// Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, in the softmax form of
/// LDAM-DRW and Bag of Tricks. p_y is that of the unweighted softmax: taking it from the weighted
/// cross-entropy, as LDAM-DRW does, makes it p_y^w (its issue #6). The sigmoid form is
/// `class-balanced-focal`.
public struct FocalLoss: LossDesign {
  public static let name = "focal"
  public static let card = StrategyCard(
    family: .loss, summary: "Examples count less the better they are classified already.",
    formula: "w_y · (1 − p_y)^gamma · (−log p_y), p = softmax(z)",
    paper: "Lin et al., Focal Loss for Dense Object Detection, ICCV 2017 (softmax form)",
    parameters: [
      StrategyParameter(
        "gamma", default: "2", range: "a number, 0 ≤ gamma ≤ 10",
        "How fast well classified examples lose weight; 0 is cross-entropy."),
      .classWeights,
    ],
    isNeutralOnBalancedData: false)

  /// How fast well classified examples lose weight; 0 is cross-entropy. Range: 0 ≤ gamma ≤ 10.
  public var gamma = 2.0
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case gamma
    case classWeights = "class_weights"
  }

  /// γ = 2, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 10, "gamma", is: gamma)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    SoftmaxFocalLoss(
      gamma: gamma, classWeights: setting.classWeights, reduction: setting.reduction)
  }
}

/// (1 − p_y)^γ · (−log p_y) over a softmax.
public struct SoftmaxFocalLoss: LabelLoss {
  /// How fast well classified examples lose weight; 0 is cross-entropy. Range: 0 ≤ gamma ≤ 10.
  public let gamma: Double
  /// The weight of each class; `nil` where all are 1.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction

  public var isFunctionOfLogits: Bool { true }

  /// A loss of this exponent.
  public init(
    gamma: Double, classWeights: [Double]? = nil, reduction: LossReduction = .meanOverExamples
  ) {
    (self.gamma, self.classWeights, self.reduction) = (gamma, classWeights, reduction)
  }

  func add(_ row: LossRow, label: Int, scale: Double) -> Double {
    for c in 0..<row.logits.count { row.scratch[c] = row.logits[c] }
    let loss = row.crossEntropyOfScratch(label: label)
    let wrong = row.others(than: label)
    // At (1 − p) = 0 powers below 1 have infinite slopes, but (1 − p)^(γ−1) · (−log p) tends to
    // (1 − p)^γ, which is 0; so this form has no NaN.
    guard wrong > 0 else { return 0 }
    let modulation = power(wrong, gamma)
    // −dℓ/d log p
    let slope = modulation * (1 + gamma * row.scratch[label] * (loss / wrong))
    row.addSoftmaxGradient(label: label, scale: scale * slope)
    return modulation * loss
  }
}
