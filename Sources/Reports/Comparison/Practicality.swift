import Randomness
import Statistics

/// How probable it is that a difference matters: that it is larger than what one would call the same in
/// practice, the region of practical equivalence (ROPE; Benavoli, Corani, Demšar and Zaffalon, "Time for
/// a change", JMLR 2017).
///
/// With a flat prior on the mean and the variance as the comparison knows it, the mean over all seeds is
/// distributed as Student's t around the measured one, with its standard error and degrees of freedom.
/// The three shares sum to 1; they are of one strategy by itself, not corrected for looking at several.
public struct Practicality: Hashable, Sendable {
  /// P(Δ < −rope).
  public let lower: Double
  /// P(−rope ≤ Δ ≤ rope).
  public let within: Double
  /// P(Δ > rope).
  public let higher: Double

  /// `nil` where nothing is known of how seeds differ.
  ///
  /// - Parameter rope: in the figure's own unit, such as 0.01 for a point of recall; at least 0.
  public init?(of contrast: Contrast, rope: Double) {
    guard let (error, degrees) = contrast.spread else { return nil }
    self.init(mean: contrast.mean, error: error, degrees: degrees, rope: rope)
  }

  /// Of a measured mean with its standard error, above 0.
  package init(mean: Double, error: Double, degrees: Double, rope: Double) {
    lower = StudentT.cumulative((-rope - mean) / error, degrees: degrees)
    higher = StudentT.cumulative((mean - rope) / error, degrees: degrees)
    within = max(0, 1 - lower - higher)
  }

  /// On a further data set, by the Bayesian signed-rank test; the same draws every time.
  ///
  /// - Parameter differences: one a data set, not empty.
  init(differences: [Double], rope: Double) {
    var generator = SeededGenerator(seed: 0, purpose: .resampling)
    let found = BayesianSignedRank(differences: differences, rope: rope, using: &generator)
    (lower, within, higher) = (found.lower, found.within, found.higher)
  }
}

extension PairedDifference {
  /// Hedges' g of the pairs: the mean difference in standard deviations of differences over seeds,
  /// times J(n − 1) = Γ(m/2) / (√(m/2) Γ((m−1)/2)) with m = n − 1, which takes away its bias (Hedges,
  /// Journal of Educational Statistics 1981). `nil` for fewer than three pairs, and where all are alike.
  public var effectSize: Double? {
    guard replicas.count >= 3, let deviation = spread.deviation, deviation > 1e-12 else {
      return nil
    }
    return mean / deviation * EffectSize.correction(degrees: replicas.count - 1)
  }
}
