import Datasets

/// Vector scaling (VS): ℓ = −log softmax(z/Δ + τ · log m)_y, Δ_c = (n_max/n_c)^γ.
///
/// Kini et al., "Label-Imbalanced and Group-Sensitive Classification under Overparameterization",
/// NeurIPS 2021, with the γ = 0.3 and τ = 1 of MONICA; Δ is 1 for the largest class. m is the
/// *sampled* prior. Raw logits are evaluated.
public struct VectorScaling: LossDesign {
  public static let name = "vector-scaling"
  public static let card = StrategyCard(
    family: .loss, summary: "Logits divided and raised by class: temperature and prior.",
    formula: "−log softmax(z/Δ + tau·log m)_y, Δ_c = (max(n)/n_c)^gamma",
    paper: "Kini et al., Label-Imbalanced and Group-Sensitive Classification, NeurIPS 2021",
    parameters: [
      StrategyParameter(
        "gamma", default: "0.3", range: "a number, 0 ≤ gamma ≤ 2",
        "How much colder the logits of rarer classes are; 0 is logit-adjustment."),
      StrategyParameter(
        "tau", default: "1", range: "a number, 0 ≤ tau ≤ 10", "How much of the prior is added."),
      .classWeights,
    ])

  /// How much colder the logits of rarer classes are; 0 is logit-adjustment. Range: 0 ≤ gamma ≤ 2.
  public var gamma = 0.3
  /// How much of the prior is added. Range: 0 ≤ tau ≤ 10.
  public var tau = 1.0
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case gamma, tau
    case classWeights = "class_weights"
  }

  /// γ = 0.3, τ = 1, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 2, "gamma", is: gamma)
    try require(tau >= 0 && tau <= 10, "tau", is: tau)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    AdjustedCrossEntropy(
      temperatures: setting.temperatures(gamma: gamma), offsets: setting.logPrior(times: tau),
      classWeights: setting.classWeights, reduction: setting.reduction)
  }
}

extension LossSetting {
  /// (n_max/n_c)^γ; 1 for classes without images, which are masked out.
  public func temperatures(gamma: Double) -> [Double] {
    let most = extremes.most
    return perClass(otherwise: 1) { power(most / $0, gamma) }
  }

  /// 0, and −∞ for classes without images; `nil` where every class has some.
  var mask: [Double]? {
    census.counts.contains(0) ? census.counts.map { $0 > 0 ? 0 : -.infinity } : nil
  }
}
