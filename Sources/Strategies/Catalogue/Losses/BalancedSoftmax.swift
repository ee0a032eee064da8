import Datasets

/// Cross-entropy of logits that are raised by the log of the prior: ℓ = −log softmax(z + log m)_y.
///
/// Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual Recognition", NeurIPS 2020: z + log
/// n_c, where the constant log N cancels. m is the *sampled* prior, so that with a class-balanced
/// sampler nothing is added. The same function as `logit-adjustment` with τ = 1.
public struct BalancedSoftmax: LossDesign {
  public static let name = "balanced-softmax"
  public static let card = StrategyCard(
    family: .loss, summary: "Cross-entropy with the classes' prior added to the logits.",
    formula: "−log softmax(z + log m)_y, m the classes' shares of the draws",
    paper: "Ren et al., Balanced Meta-Softmax for Long-Tailed Visual Recognition, NeurIPS 2020",
    parameters: [.classWeights])

  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey { case classWeights = "class_weights" }

  /// No weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    AdjustedCrossEntropy(
      offsets: setting.logPrior(), classWeights: setting.classWeights,
      reduction: setting.reduction)
  }
}
