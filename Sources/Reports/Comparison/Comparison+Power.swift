import Metrics
import Statistics

/// What so many seeds could show.
extension Comparison {
  /// How one seed's difference varies from seed to seed, over all strategies together, in the unit of
  /// ``metric``; `nil` where no strategy has two pairs.
  public var seedVariance: Double? {
    let samples = strategies.compactMap { strategy -> (variance: Double, degrees: Double)? in
      guard let pair = strategy.differences[metric], let deviation = pair.spread.deviation else {
        return nil
      }
      return (deviation * deviation, Double(pair.replicas.count - 1))
    }
    let degrees = samples.reduce(0) { $0 + $1.degrees }
    guard degrees > 0 else { return nil }
    return samples.reduce(0) { $0 + $1.variance * $1.degrees } / degrees
  }

  /// The smallest true difference in ``metric`` that `seeds` seeds find in four of five sweeps: (t at
  /// 1 − α/2 + t at 0.8) √(s²/n), with s² as in ``seedVariance``, its degrees of freedom those of
  /// strategies that share a baseline, and α after Šidák's correction.
  ///
  /// - Returns: `nil` for fewer than two seeds, over folds, and where ``seedVariance`` is.
  public func detectable(seeds: Int) -> Double? {
    guard seeds >= 2, foldCount == 0, comparisons > 0, let variance = seedVariance else {
      return nil
    }
    let independent = Double(comparisons) / (1 + Double(comparisons - 1) / 4)
    let degrees = Double(seeds - 1) * max(1, independent)
    let level = Sidak.level(Comparison.level, count: comparisons)
    let reach =
      -StudentT.quantile(level / 2, degrees: degrees) + StudentT.quantile(0.8, degrees: degrees)
    return reach * (variance / Double(seeds)).squareRoot()
  }

  /// How much one test image of the few classes moves the mean of their recalls, at most; `nil`
  /// without such classes.
  public var imageOfTheFew: Double? {
    let few = classes.filter { $0.group == .few && $0.support.lowerBound > 0 }
    guard let least = few.map(\.support.lowerBound).min() else { return nil }
    return 1 / Double(least * few.count)
  }
}
