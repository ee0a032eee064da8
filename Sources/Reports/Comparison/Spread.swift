/// Mean and spread of one figure over the seeds that have it.
public struct Spread: Hashable, Sendable {
  /// How many seeds.
  public let count: Int
  /// Mean over the seeds.
  public let mean: Double
  /// Sample standard deviation (divisor n − 1); `nil` for one seed.
  public let deviation: Double?
  /// The smallest value.
  public let lowest: Double
  /// The largest value.
  public let highest: Double

  /// The spread of these values; `nil` if there are none.
  public init?(_ values: [Double]) {
    guard let mean = SeedStatistics.mean(values), let lowest = values.min(),
      let highest = values.max()
    else { return nil }
    (self.count, self.mean, self.lowest, self.highest) = (values.count, mean, lowest, highest)
    deviation = SeedStatistics.deviation(values)
  }
}

/// A strategy minus the baseline, seed by seed and fold by fold.
public struct PairedDifference: Hashable, Sendable {
  /// Seeds and folds that both finished, ascending; one a pair.
  public let replicas: [Replica]
  /// Strategy minus baseline, in the order of ``replicas``.
  public let differences: [Double]
  /// The strategy's and the baseline's mean over ``replicas`` alone.
  public let ownMean: Double
  public let baselineMean: Double
  /// Mean and spread of ``differences``.
  public let spread: Spread
  /// Pairs in which the strategy is better than the baseline.
  public let wins: Int
  /// Pairs in which both are equal, up to rounding.
  public let ties: Int
  /// Pairs in which the strategy is worse.
  public let losses: Int
  /// 95 % interval of Student's t for the mean, by these pairs alone, `nil` below two pairs; over folds
  /// that of the corrected resampled t test, `nil` below two folds.
  public let interval: ClosedRange<Double>?
  /// Exact two-sided signed-rank p, `nil` where all differences are zero; over folds that of the
  /// corrected resampled t test.
  public let p: Double?
  /// ``p`` after Holm's correction over all strategies of the comparison; `nil` where so few pairs
  /// could not reach 0.05 whatever they were.
  public internal(set) var adjustedP: Double?
  /// 1/n + n_test/n_train over the folds; `nil` where the data are divided once.
  public let varianceFactor: Double?

  /// The seed of each pair, ascending; with several folds a seed stands there several times.
  public var seeds: [UInt64] { replicas.map(\.seed) }

  /// The mean difference.
  public var mean: Double { spread.mean }

  /// - Parameters:
  ///   - pairs: the strategy's and the baseline's value of each pair.
  ///   - testShare: test images of a fold over its training images.
  init?(
    replicas: [Replica], pairs: [(own: Double, baseline: Double)], lowerIsBetter: Bool,
    detailed: Bool, testShare: Double
  ) {
    let differences = pairs.map { $0.own - $0.baseline }
    guard let spread = Spread(differences), let own = SeedStatistics.mean(pairs.map(\.own)),
      let baseline = SeedStatistics.mean(pairs.map(\.baseline))
    else { return nil }
    (ownMean, baselineMean) = (own, baseline)
    (self.replicas, self.differences, self.spread) = (replicas, differences, spread)
    // A difference below the rounding of the means is a tie.
    let up = differences.count { $0 > 1e-12 }
    let down = differences.count { $0 < -1e-12 }
    (wins, losses) = lowerIsBetter ? (down, up) : (up, down)
    ties = differences.count - up - down
    let isFolded = replicas.contains { $0.fold != nil }
    let test =
      detailed && isFolded
      ? SeedStatistics.foldTest(differences, of: replicas, testShare: testShare) : nil
    varianceFactor = test?.varianceFactor
    adjustedP = nil
    if isFolded {
      (interval, p) = (test?.interval(), test?.pValue)
      return
    }
    interval = detailed ? SeedStatistics.interval(differences) : nil
    p = detailed ? SeedStatistics.signedRankP(differences) : nil
  }
}
