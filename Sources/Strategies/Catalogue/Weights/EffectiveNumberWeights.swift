import Datasets

/// Inverse effective number of images: w_c = (1 − β)/(1 − β^n_c), scaled to Σ_c w_c = C.
///
/// Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019, on softmax
/// cross-entropy. β = 0 gives equal weights, β → 1 inverse weights. Divided by the batch's weights
/// as in LDAM-DRW; the authors' own code divides by the examples (`reduction`).
public struct EffectiveNumberWeights: LossWeighting {
  public static let name = "effective-number-weights"
  public static let card = StrategyCard(
    family: .weighting, summary: "Inverse weights that stop growing for large classes.",
    formula: "w_c = (1 − β)/(1 − β^n_c)",
    paper: "Cui et al., Class-Balanced Loss Based on Effective Number of Samples, CVPR 2019",
    parameters: [
      StrategyParameter(
        "beta", default: "0.9999", range: "a number, 0 ≤ beta < 1",
        "How slowly further images of a class stop counting; about 1 − 1/(images that count)."),
      .normalization(default: .meanOverClasses), .reduction,
    ])

  /// How slowly further images of a class stop counting; about 1 − 1/(images that count). Range: 0
  /// ≤ beta < 1.
  public var beta = 0.9999
  /// How the weights are scaled.
  public var normalization = WeightNormalization.meanOverClasses
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// β = 0.9999, mean weight 1 over classes, divided by the batch's weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(beta >= 0 && beta < 1, "beta", is: beta)
  }

  public func weight(of count: Int, in census: ClassCensus) -> Double {
    // 1 − βⁿ loses its digits near βⁿ = 1; expm1 keeps them.
    (1 - beta) / -exponentialMinusOne(Double(count) * naturalLogarithm(beta))
  }
}
