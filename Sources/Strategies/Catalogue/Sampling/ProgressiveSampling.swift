import Datasets

/// From ordinary to class-balanced draws over the run: m_c = (1 − λ)·π_c + λ/C.
///
/// Kang et al., "Decoupling Representation and Classifier", ICLR 2020, eq. 2. λ rises linearly from
/// 0 in the first epoch to 1 in the last (`linspace(0, 1, epochs)` of their code); a run of one epoch
/// stays at 0. An epoch here is a pass of as many draws as there are training images.
public struct ProgressiveSampling: Sampling {
  public static let name = "progressive-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "Ordinary draws at first, class-balanced ones at the end.",
    formula: "m_c = (1 − λ)·n_c/N + λ/C, λ from 0 to 1 over the epochs",
    paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, eq. 2")

  /// There is nothing to choose.
  public init() {}

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    ProgressiveSampler()
  }
}

/// Draws with masses between the classes' shares and equal ones.
public struct ProgressiveSampler: ChangingSampler {
  /// A sampler that starts at the shares.
  public init() {}

  /// λ of a pass.
  public func balance(at moment: SamplingMoment) -> Double {
    // Passes do not divide a run evenly, hence the bound.
    moment.epochShare < 1 ? min(moment.progress / (1 - moment.epochShare), 1) : 0
  }

  func masses(at moment: SamplingMoment, for census: ClassCensus) -> [Double] {
    masses(balance: balance(at: moment), for: census)
  }

  private func masses(balance: Double, for census: ClassCensus) -> [Double] {
    let shares = EveryExampleOnce().classMass(for: census)
    let equal = census.counts.map { $0 > 0 ? 1 : 0 }.normalized()
    return zip(shares, equal).map { (1 - balance) * $0 + balance * $1 }
  }

  /// Of λ = ½, its mean over a run.
  public func classMass(for census: ClassCensus) -> [Double] {
    masses(balance: 0.5, for: census)
  }
}
