import Datasets

/// Inverse class frequency: w_c = 1/n_c, scaled to Σ_c w_c = C.
///
/// Huang et al., "Learning Deep Representation for Imbalanced Classification", CVPR 2016; with
/// mean weight 1 as in Cao et al. (LDAM-DRW), NeurIPS 2019. With another normalisation the same
/// weights are scikit-learn's `balanced` (N/(C·n_c)): `mean_over_examples`.
public struct InverseWeights: LossWeighting {
  public static let name = "inverse-weights"
  public static let card = StrategyCard(
    family: .weighting, summary: "Each class weighs as much as any other in the loss.",
    formula: "w_c = 1/n_c",
    paper: "Huang et al., CVPR 2016; scaled to a mean of 1 over classes as in LDAM-DRW",
    parameters: [.normalization(default: .meanOverClasses), .reduction],
    remark: StrategyCard.scaleRemark)

  /// How the weights are scaled.
  public var normalization = WeightNormalization.meanOverClasses
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// Mean weight 1 over classes, divided by the batch's weights.
  public init() {}

  public func weight(of count: Int, in census: ClassCensus) -> Double { 1 / Double(count) }
}
