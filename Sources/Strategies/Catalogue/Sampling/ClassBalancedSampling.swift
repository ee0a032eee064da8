import Datasets

/// Every class is drawn as often as any other: class mass 1/C, with replacement.
///
/// Shen et al., "Relay Backpropagation", ECCV 2016 (class-aware sampling); q = 0 in Kang et al.,
/// "Decoupling Representation and Classifier", ICLR 2020. Drawn independently, as a
/// `WeightedRandomSampler(1/n_c)`, not by cycling through the classes.
public struct ClassBalancedSampling: Sampling {
  public static let name = "class-balanced-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "Oversampling: every class is drawn equally often.",
    formula: "m_c = 1/C, with replacement",
    paper: "Shen et al., Relay Backpropagation, ECCV 2016; Kang et al., ICLR 2020")

  /// There is nothing to choose.
  public init() {}

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    ClassMassSampler(proportionalTo: census.counts.map { _ in 1 }, census: census)
  }
}
