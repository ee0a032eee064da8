import Metrics
import Statistics

/// What so many seeds could show.
extension Comparison {
  /// How the seeds of one strategy differ, all strategies together and what seeds do to all of them
  /// taken out, in the unit of ``metric``; `nil` where nothing is known of it.
  public var seedVariance: Double? {
    SeedBlocks(strategies, replicas).variance { [metric] in $0.headline.flatMap(metric.value) }
  }

  /// The smallest true difference in ``metric`` that `seeds` seeds find in four of five sweeps: (t at
  /// 1 − α/2 + t at 0.8) √(2 s²/n), with s² as in ``seedVariance``, m (n − 1) degrees of freedom for m
  /// strategies, and α after Šidák's correction.
  ///
  /// - Returns: `nil` for fewer than two seeds, over folds, and where ``seedVariance`` is.
  public func detectable(seeds: Int) -> Double? {
    guard seeds >= 2, foldCount == 0, comparisons > 0, let variance = seedVariance else {
      return nil
    }
    let degrees = Double((seeds - 1) * comparisons)
    let level = Sidak.level(Comparison.level, count: comparisons)
    let reach =
      -StudentT.quantile(level / 2, degrees: degrees) + StudentT.quantile(0.8, degrees: degrees)
    return reach * (2 * variance / Double(seeds)).squareRoot()
  }

  /// How much one test image of the few classes moves the mean of their recalls, at most; `nil`
  /// without such classes.
  public var imageOfTheFew: Double? {
    let few = wholeClasses.filter { $0.group == .few && $0.support.lowerBound > 0 }
    guard let least = few.map(\.support.lowerBound).min() else { return nil }
    return 1 / Double(least * few.count)
  }
}
