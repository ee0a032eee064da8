import Datasets

/// Rare classes more often than frequent ones: m_c ∝ 1/n_c, with replacement.
///
/// The reversed sampler of Zhou et al., "BBN: Bilateral-Branch Network", CVPR 2020, where it feeds a
/// second branch only; alone it over-compensates (a = 2), which a note says.
public struct ReverseSampling: Sampling {
  public static let name = "reverse-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "The imbalance turned round: rare classes most often.",
    formula: "m_c ∝ 1/n_c, with replacement",
    paper: "Zhou et al., BBN: Bilateral-Branch Network, CVPR 2020 (its reversed sampler)")

  /// There is nothing to choose.
  public init() {}

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    ClassMassSampler(
      proportionalTo: census.counts.map { $0 > 0 ? 1 / Double($0) : 0 }, census: census)
  }
}
