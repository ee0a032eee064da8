import Datasets

/// Class mass by a power of the class size: m_c ∝ n_c^q, with replacement; q = ½ by default.
///
/// Mahajan et al., "Exploring the Limits of Weakly Supervised Pretraining", ECCV 2018; the family
/// with q in Kang et al., "Decoupling Representation and Classifier", ICLR 2020, eq. 1.
public struct SqrtSampling: Sampling {
  public static let name = "sqrt-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "Oversampling half-way: classes by the root of their size.",
    formula: "m_c ∝ n_c^power, with replacement",
    paper: "Mahajan et al., ECCV 2018; Kang et al., ICLR 2020, eq. 1",
    parameters: [
      StrategyParameter(
        "power", default: "0.5", range: "a number, 0 ≤ power ≤ 1",
        "1 draws images alike, 0 draws classes alike.")
    ])

  /// Exponent of the class sizes: 1 draws images alike, 0 draws classes alike. Range: 0 ≤ power ≤
  /// 1.
  public var power = 0.5

  /// The square root.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(power >= 0 && power <= 1, "power", is: power)
  }

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    ClassMassSampler(
      proportionalTo: census.counts.map { Strategies.power(Double($0), power) }, census: census)
  }
}
