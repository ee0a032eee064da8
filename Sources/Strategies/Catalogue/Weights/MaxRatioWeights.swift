import Datasets

/// Ratio to the largest class: w_c = max(n)/n_c, not scaled.
///
/// The weighting of the study this framework began with ("Study of Class Imbalance in Deep
/// Learning", savan77/transfer-learning), with PyTorch's division by the batch's weights. It is
/// `inverse-weights` on another scale, so the two differ only where the loss is divided by examples:
/// in the study, whose first scheme was 1/n_c with the same division, the two schemes were one.
public struct MaxRatioWeights: LossWeighting {
  public static let name = "max-ratio-weights"
  public static let card = StrategyCard(
    family: .weighting,
    summary: "The largest class weighs 1, the others more: the study's weights.",
    formula: "w_c = max(n)/n_c",
    paper: "savan77/transfer-learning, Study of Class Imbalance in Deep Learning (scheme 2)",
    parameters: [.normalization(default: .none), .reduction],
    remark: StrategyCard.scaleRemark)

  /// How the weights are scaled.
  public var normalization = WeightNormalization.none
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// Not scaled, divided by the batch's weights.
  public init() {}

  public func weight(of count: Int, in census: ClassCensus) -> Double {
    Double(census.counts.max() ?? count) / Double(count)
  }
}
