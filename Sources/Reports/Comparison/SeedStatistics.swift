import Statistics

/// How reports use the statistics: one level, one kind of interval, the same resamples every time.
enum SeedStatistics {
  /// A p-value at most this large is called significant.
  static let level = 0.05

  static func mean(_ values: [Double]) -> Double? { Sample(values).mean }

  /// Sample standard deviation, divisor n − 1.
  static func deviation(_ values: [Double]) -> Double? { Sample(values).standardDeviation }

  /// 95 % interval of Student's t for the mean; `nil` for fewer than two values. Of three values of a
  /// normal distribution the percentile bootstrap's "95 %" covers the mean in 75 of 100 cases.
  static func interval(_ differences: [Double]) -> ClosedRange<Double>? {
    guard let mean = mean(differences), let deviation = deviation(differences) else { return nil }
    let count = Double(differences.count)
    let reach =
      -StudentT.quantile(level / 2, degrees: count - 1) * deviation / count.squareRoot()
    return mean - reach...mean + reach
  }

  /// Exact two-sided p of Wilcoxon's signed-rank test; `nil` where no difference is left.
  static func signedRankP(_ differences: [Double]) -> Double? {
    WilcoxonSignedRank(differences: differences).pValue
  }

  /// The corrected resampled t test over folds, whose training images overlap; the differences of
  /// one fold's seeds, which share its test images too, are averaged first.
  ///
  /// - Parameter testShare: test images of a fold over its training images.
  /// - Returns: `nil` for runs without folds, and for fewer than two folds.
  static func foldTest(
    _ differences: [Double], of replicas: [Replica], testShare: Double
  ) -> CorrectedResampledT? {
    var byFold: [Int: [Double]] = [:]
    for (difference, replica) in zip(differences, replicas) {
      guard let fold = replica.fold else { return nil }
      byFold[fold, default: []].append(difference)
    }
    let means = byFold.sorted { $0.key < $1.key }.compactMap { mean($0.value) }
    return CorrectedResampledT(differences: means, testShare: testShare)
  }

  /// Holm's step-down correction, in the order of the given values.
  static func holm(_ values: [Double]) -> [Double] { Holm.adjust(values) }

  /// The smallest p that so many pairs can reach after Holm's correction: m · 2^(1−n).
  static func smallestReachableP(pairs: Int, comparisons: Int) -> Double {
    min(1, (Statistics.smallestReachableP(pairs: pairs) ?? 1) * Double(comparisons))
  }

  /// Pairs from which on a difference among so many comparisons can be significant.
  static func pairsNeeded(comparisons: Int) -> Int {
    Statistics.pairsNeeded(comparisons: comparisons, alpha: level)
  }
}
