import Datasets

/// Logit adjustment at training: ℓ = −log softmax(z + τ · log m)_y.
///
/// Menon et al., "Long-Tail Learning via Logit Adjustment", ICLR 2021, the loss of eq. 10 with
/// τ = 1. m is the *sampled* prior. Nothing is subtracted when a run is evaluated: the adjusted
/// training already aims at balanced error.
public struct LogitAdjustment: LossDesign {
  public static let name = "logit-adjustment"
  public static let card = StrategyCard(
    family: .loss, summary: "Cross-entropy with a multiple of the log prior added to the logits.",
    formula: "−log softmax(z + tau·log m)_y, m the classes' shares of the draws",
    paper: "Menon et al., Long-Tail Learning via Logit Adjustment, ICLR 2021, eq. 10",
    parameters: [
      StrategyParameter(
        "tau", default: "1", range: "a number, 0 ≤ tau ≤ 10",
        "How much of the prior is added; 1 aims at balanced error."),
      .classWeights,
    ])

  /// How much of the prior is added; 1 aims at balanced error. Range: 0 ≤ tau ≤ 10.
  public var tau = 1.0
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case tau
    case classWeights = "class_weights"
  }

  /// τ = 1, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(tau >= 0 && tau <= 10, "tau", is: tau)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    AdjustedCrossEntropy(
      offsets: setting.logPrior(times: tau), classWeights: setting.classWeights,
      reduction: setting.reduction)
  }
}
