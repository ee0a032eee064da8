import Datasets

/// Images are drawn by the inverse effective number of their class:
/// m_c ∝ n_c·(1 − β)/(1 − β^n_c), with replacement.
///
/// The weights of Cui et al., CVPR 2019, as probabilities; as in RSG (Wang et al., CVPR 2021).
public struct EffectiveNumberSampling: Sampling {
  public static let name = "effective-number-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "Oversampling that stops at classes large enough.",
    formula: "m_c ∝ n_c·(1 − beta)/(1 − beta^n_c), with replacement",
    paper: "Cui et al., CVPR 2019, as a sampler in RSG, Wang et al., CVPR 2021",
    parameters: [
      StrategyParameter(
        "beta", default: "0.9999", range: "a number, 0 ≤ beta < 1",
        "0 draws images alike, near 1 draws classes alike.")
    ])

  /// β of the effective number: 0 draws images alike, near 1 draws classes alike. Range: 0 ≤ beta <
  /// 1.
  public var beta = 0.9999

  /// β = 0.9999.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(beta >= 0 && beta < 1, "beta", is: beta)
  }

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    var weights = EffectiveNumberWeights()
    weights.beta = beta
    return ClassMassSampler(
      proportionalTo: census.counts.map {
        $0 > 0 ? Double($0) * weights.weight(of: $0, in: census) : 0
      }, census: census)
  }
}
