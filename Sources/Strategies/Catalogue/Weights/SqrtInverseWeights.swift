import Datasets

/// Half the compensation of `inverse-weights`: w_c = n_c^(−1/2), scaled to Σ_c w_c = C.
///
/// Mahajan et al., "Exploring the Limits of Weakly Supervised Pretraining", ECCV 2018 (there as
/// square-root sampling); as weights in SubpopBench (Yang et al., ICML 2023) under `SqrtReWeight`.
public struct SqrtInverseWeights: LossWeighting {
  public static let name = "sqrt-inverse-weights"
  public static let card = StrategyCard(
    family: .weighting, summary: "Half-way between no weights and inverse weights.",
    formula: "w_c = n_c^(−1/2)",
    paper: "Mahajan et al., ECCV 2018; SqrtReWeight in SubpopBench, Yang et al., ICML 2023",
    parameters: [.normalization(default: .meanOverClasses), .reduction])

  /// How the weights are scaled.
  public var normalization = WeightNormalization.meanOverClasses
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// Mean weight 1 over classes, divided by the batch's weights.
  public init() {}

  public func weight(of count: Int, in census: ClassCensus) -> Double {
    1 / Double(count).squareRoot()
  }
}
