import Datasets

/// scikit-learn's `class_weight="balanced"`: w_c = N/(C·n_c), C counting classes with images.
///
/// King, Zeng, "Logistic Regression in Rare Events Data", Political Analysis 2001, as
/// scikit-learn's `compute_class_weight` and most Keras code use it. The mean weight of the
/// training images is 1.
public struct BalancedWeights: LossWeighting {
  public static let name = "balanced-weights"
  public static let card = StrategyCard(
    family: .weighting, summary: "scikit-learn's balanced weights: 1 on average over images.",
    formula: "w_c = N/(C·n_c)",
    paper: "King, Zeng, Political Analysis 2001; class_weight=\"balanced\" of scikit-learn",
    parameters: [.normalization(default: .none), .reduction],
    remark: StrategyCard.scaleRemark)

  /// How the weights are scaled.
  public var normalization = WeightNormalization.none
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// Not scaled, divided by the batch's weights.
  public init() {}

  public func weight(of count: Int, in census: ClassCensus) -> Double {
    Double(census.total) / (Double(census.counts.count { $0 > 0 }) * Double(count))
  }
}
