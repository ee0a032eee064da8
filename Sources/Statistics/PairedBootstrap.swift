/// Where the mean of paired differences lies, by resampling the pairs (Efron 1979).
///
/// With few pairs an interval is narrower than it should be: five seeds have 126 different
/// resamples in all. It describes these pairs; it is no test.
public struct PairedBootstrap: Sendable {
  /// How an interval is read off the resampled means.
  public enum Method: String, Codable, CaseIterable, Sendable {
    /// Between the quantiles of the resampled means.
    case percentile
    /// Bias-corrected and accelerated (Efron 1987): quantiles shifted for median bias and skew.
    case bca
  }

  /// A range that covers the mean with about the stated confidence.
  public struct Interval: Hashable, Sendable {
    /// The lower end, in the unit of the differences.
    public let lower: Double
    /// The upper end.
    public let upper: Double
    /// The stated coverage, above 0 and below 1.
    public let confidence: Double
  }

  /// One a pair, as given.
  public let differences: [Double]
  /// The resampled means in rising order.
  private let means: [Double]

  /// Draws `resamples` samples with replacement. `nil` for fewer than two differences.
  public init?(
    differences: [Double], resamples: Int = 10_000,
    using generator: inout some RandomNumberGenerator
  ) {
    precondition(resamples > 0)
    guard differences.count >= 2 else { return nil }
    self.differences = differences
    let count = UInt64(differences.count)
    means = (0..<resamples).map { _ in
      var sum = 0.0
      // The high half of a product instead of the standard library's draw, whose algorithm may
      // change; its bias is below n · 2⁻⁶⁴.
      for _ in 0..<count {
        sum += differences[Int(generator.next().multipliedFullWidth(by: count).high)]
      }
      return sum / Double(count)
    }.sorted()
  }

  /// The share of resamples with a mean above 0, ties counted half.
  public var shareAboveZero: Double {
    let above = means.count { $0 > 0 }
    let equal = means.count { $0 == 0 }
    return (Double(above) + Double(equal) / 2) / Double(means.count)
  }

  /// An interval for the mean difference. Where BCa is undefined (all differences are equal) it is
  /// the percentile interval.
  public func interval(confidence: Double = 0.95, method: Method = .percentile) -> Interval {
    precondition(confidence > 0 && confidence < 1)
    var shares = ((1 - confidence) / 2, (1 + confidence) / 2)
    if method == .bca, let corrected = corrected(shares) { shares = corrected }
    return Interval(
      lower: Sample.quantile(shares.0, ofSorted: means),
      upper: Sample.quantile(shares.1, ofSorted: means), confidence: confidence)
  }

  /// Φ(z₀ + (z₀ + z_α) / (1 − a (z₀ + z_α))) with z₀ from the share of means below the observed one
  /// (ties half) and a from the jackknife.
  private func corrected(_ shares: (Double, Double)) -> (Double, Double)? {
    let observed = Sample(differences).mean!
    let below = Double(means.count { $0 < observed })
    let equal = Double(means.count { $0 == observed })
    let share = (below + equal / 2) / Double(means.count)
    guard share > 0, share < 1 else { return nil }
    let bias = NormalDistribution.quantile(share)
    let count = Double(differences.count)
    // Leaving one out moves the mean by (mean − d) / (n − 1); only ratios matter.
    let pulls = differences.map { ($0 - observed) / (count - 1) }
    let squares = pulls.map { $0 * $0 }.reduce(0, +)
    guard squares > 0 else { return nil }
    let cubes = pulls.map { $0 * $0 * $0 }.reduce(0, +)
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    func shifted(_ share: Double) -> Double {
      let sum = bias + NormalDistribution.quantile(share)
      return NormalDistribution.cumulative(bias + sum / (1 - acceleration * sum))
    }
    return (shifted(shares.0), shifted(shares.1))
  }
}
