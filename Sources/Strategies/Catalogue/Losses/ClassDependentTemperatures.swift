import Datasets

/// Class-dependent temperatures (CDT): ℓ = −log softmax(z/a)_y, a_c = (n_max/n_c)^γ.
///
/// Ye et al., "Identifying and Compensating for Feature Deviation in Imbalanced Deep Learning",
/// 2020, with the γ = 0.2 of Bag of Tricks. Raw logits are evaluated.
public struct ClassDependentTemperatures: LossDesign {
  public static let name = "class-dependent-temperatures"
  public static let card = StrategyCard(
    family: .loss, summary: "CDT: the logits of rarer classes are divided by more.",
    formula: "−log softmax(z/a)_y, a_c = (max(n)/n_c)^gamma",
    paper: "Ye et al., Identifying and Compensating for Feature Deviation (CDT), 2020",
    parameters: [
      StrategyParameter(
        "gamma", default: "0.2", range: "a number, 0 ≤ gamma ≤ 2",
        "0 to 0.4 for ten classes, 0 to 0.2 for a hundred."),
      .classWeights,
    ])

  /// Exponent of the temperatures: 0 to 0.4 for ten classes, 0 to 0.2 for a hundred. Range: 0 ≤
  /// gamma ≤ 2.
  public var gamma = 0.2
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case gamma
    case classWeights = "class_weights"
  }

  /// γ = 0.2, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 2, "gamma", is: gamma)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    AdjustedCrossEntropy(
      temperatures: setting.temperatures(gamma: gamma), offsets: setting.mask,
      classWeights: setting.classWeights, reduction: setting.reduction)
  }
}
