import Datasets

/// Generalised re-weighting (GRW): w_c = π_c^(−ρ), scaled to Σ_c w_c = C.
///
/// Zhang et al., "Distribution Alignment" (DisAlign), CVPR 2021, with its ρ = 1.2; LIFT (Shi et
/// al., ICML 2024) takes 1. Above 1 rare classes count more than frequent ones, which a note says.
public struct GeneralizedWeights: LossWeighting {
  public static let name = "generalized-weights"
  public static let card = StrategyCard(
    family: .weighting, summary: "Inverse frequency to a power, as DisAlign's re-weighting.",
    formula: "w_c = (N/n_c)^rho",
    paper: "Zhang et al., Distribution Alignment (DisAlign), CVPR 2021: rho = 1.2",
    parameters: [
      StrategyParameter(
        "rho", default: "1.2", range: "a number, 0 ≤ rho ≤ 4",
        "1 is inverse-weights; above it rare classes count more than frequent ones."),
      .normalization(default: .meanOverClasses), .reduction,
    ])

  /// Exponent of the class sizes: 1 is inverse weights; above it rare classes count more than
  /// frequent ones. Range: 0 ≤ rho ≤ 4.
  public var rho = 1.2
  /// How the weights are scaled.
  public var normalization = WeightNormalization.meanOverClasses
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// ρ = 1.2, mean weight 1 over classes, divided by the batch's weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(rho >= 0 && rho <= 4, "rho", is: rho)
  }

  public func weight(of count: Int, in census: ClassCensus) -> Double {
    power(Double(census.total) / Double(count), rho)
  }
}
