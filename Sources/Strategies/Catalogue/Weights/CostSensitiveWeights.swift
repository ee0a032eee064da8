import Datasets

/// Ratio of the smallest class, to a power: w_c = (n_min/n_c)^γ, not scaled.
///
/// The cost-sensitive cross-entropy of Zhang et al., "Bag of Tricks for Long-Tailed Visual
/// Recognition", AAAI 2021 (`CostSensitiveCE`), after Japkowicz, Stephen, 2002. γ = 1 is
/// `inverse-weights` on another scale and γ = ½ `sqrt-inverse-weights`; the scale matters only
/// where the loss is divided by examples: no class weighs more than 1 then.
public struct CostSensitiveWeights: LossWeighting {
  public static let name = "cost-sensitive-weights"
  public static let card = StrategyCard(
    family: .weighting, summary: "The smallest class weighs 1, the others less, by a power.",
    formula: "w_c = (min(n)/n_c)^gamma",
    paper: "Japkowicz, Stephen, 2002; as in Zhang et al., Bag of Tricks, AAAI 2021",
    parameters: [
      StrategyParameter(
        "gamma", default: "1", range: "a number, 0 ≤ gamma ≤ 4",
        "How far sizes are compensated: 0 not at all, 1 wholly."),
      .normalization(default: .none), .reduction,
    ], remark: StrategyCard.scaleRemark)

  /// How far sizes are compensated: 0 not at all, 1 wholly. Range: 0 ≤ gamma ≤ 4.
  public var gamma = 1.0
  /// How the weights are scaled.
  public var normalization = WeightNormalization.none
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// γ = 1, not scaled, divided by the batch's weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 4, "gamma", is: gamma)
  }

  public func weight(of count: Int, in census: ClassCensus) -> Double {
    let least = census.counts.filter { $0 > 0 }.min() ?? count
    return power(Double(least) / Double(count), gamma)
  }
}
