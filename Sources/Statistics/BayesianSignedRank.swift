#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How probable it is that one treatment is better than another on a further data set by more than a
/// region of practical equivalence: the Bayesian signed-rank test (Benavoli et al., ICML 2014; Benavoli,
/// Corani, Demšar and Zaffalon, "Time for a change", JMLR 2017).
///
/// The distribution of differences has a Dirichlet-process prior of strength 1/2 at a difference of zero.
/// A draw of the posterior gives the zero z₀ and the differences z₁ … z_n weights w from
/// Dirichlet(1/2, 1, …, 1), and then the shares of
///
///     lower = Σ w_i w_j [z_i + z_j < −2 rope],  higher = Σ w_i w_j [z_i + z_j > 2 rope],  within = the rest
///
/// where a sum at a bound counts half to either side.
/// Each probability is the share of draws in which that region has the most.
public struct BayesianSignedRank: Hashable, Sendable {
  /// P(the difference is below −rope).
  public let lower: Double
  /// P(the difference is within the region); 0 where the region is empty.
  public let within: Double
  /// P(the difference is above rope).
  public let higher: Double

  /// The three sum to 1; their standard error is at most 0.5 / √draws.
  ///
  /// - Parameters:
  ///   - differences: one a data set, not empty.
  ///   - rope: at least 0, in the unit of the differences.
  ///   - generator: the same draws for the same generator.
  public init(
    differences: [Double], rope: Double, draws: Int = 50_000,
    using generator: inout some RandomNumberGenerator
  ) {
    precondition(!differences.isEmpty && rope >= 0 && draws > 0)
    let points = [0] + differences
    var wins = (lower: 0.0, within: 0.0, higher: 0.0)
    var weights = [Double](repeating: 0, count: points.count)
    for _ in 0..<draws {
      Self.draw(into: &weights, using: &generator)
      let (below, above) = Self.shares(points, weights, rope)
      let middle = rope > 0 ? 1 - below - above : 0
      if middle >= max(below, above) {
        wins.within += 1
      } else if below == above {
        wins.lower += 0.5
        wins.higher += 0.5
      } else if below > above {
        wins.lower += 1
      } else {
        wins.higher += 1
      }
    }
    let count = Double(draws)
    (lower, within, higher) = (wins.lower / count, wins.within / count, wins.higher / count)
  }

  /// Weights of Dirichlet(1/2, 1, …, 1): gamma variates over their sum. Gamma(1/2) is Z² / 2 of a normal
  /// Z, by Box and Muller; Gamma(1) is −ln U.
  private static func draw(
    into weights: inout [Double], using generator: inout some RandomNumberGenerator
  ) {
    let cosine = cos(2 * Double.pi * uniform(&generator))
    weights[0] = -log(uniform(&generator)) * cosine * cosine
    for index in 1..<weights.count { weights[index] = -log(uniform(&generator)) }
    let sum = weights.reduce(0, +)
    for index in weights.indices { weights[index] /= sum }
  }

  /// In (0, 1), of 53 bits.
  private static func uniform(_ generator: inout some RandomNumberGenerator) -> Double {
    (Double(generator.next() >> 11) + 0.5) * 0x1p-53
  }

  /// The weight of sums of two below −2 rope and above 2 rope; with an empty region they sum to 1.
  private static func shares(
    _ points: [Double], _ weights: [Double], _ rope: Double
  ) -> (below: Double, above: Double) {
    var (below, above) = (0.0, 0.0)
    for i in points.indices {
      for j in 0...i {
        // Each pair of two counts twice.
        let weight = weights[i] * weights[j] * (i == j ? 1 : 2)
        let sum = points[i] + points[j]
        if sum > 2 * rope { above += weight } else if sum == 2 * rope { above += weight / 2 }
        if sum < -2 * rope { below += weight } else if sum == -2 * rope { below += weight / 2 }
      }
    }
    return (below, above)
  }
}
