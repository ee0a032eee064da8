/// Wilcoxon's signed-rank test of paired differences, two-sided (Wilcoxon 1945).
///
/// Zeros are dropped first (`zero_method="wilcox"` in SciPy) and tied |d| share their mean rank.
/// Under the null hypothesis each sign is a fair coin; the p-value is exact given the ranks: twice
/// the smaller tail of the positive rank sum over all 2ⁿ sign patterns, at most 1, by counting.
/// Beyond ``exactLimit`` pairs it is the normal approximation with the tie correction and without a
/// continuity correction.
///
/// Differences within `tolerance` of each other count as tied, and within it of 0 as zero: shares
/// of images that are equal on paper differ in the last bit.
public struct WilcoxonSignedRank: Hashable, Sendable {
  /// Pairs left after dropping zeros.
  public let pairs: Int
  /// Differences that were zero.
  public let zeros: Int
  /// Sum of the ranks of positive differences.
  public let positiveRankSum: Double
  /// Two-sided; `nil` when no pair is left.
  public let pValue: Double?

  /// The largest number of pairs that are counted exactly.
  public static let exactLimit = 100

  /// Tests differences, one a pair.
  public init(differences: [Double], tolerance: Double = 1e-12) {
    let left = differences.filter { abs($0) > tolerance }
    let ranks = MidRanks(of: left.map { abs($0) }, tolerance: tolerance)
    pairs = left.count
    zeros = differences.count - left.count
    positiveRankSum = zip(left, ranks.ranks).filter { $0.0 > 0 }.map(\.1).reduce(0, +)
    if left.isEmpty {
      pValue = nil
    } else if left.count <= Self.exactLimit {
      pValue = Self.exact(ranks: ranks.ranks, sum: positiveRankSum)
    } else {
      pValue = Self.approximate(ranks: ranks, sum: positiveRankSum)
    }
  }

  /// Counts sign patterns: `share[s]` is the probability that doubled ranks with a positive sign
  /// sum to s. Doubled mid-ranks are integers.
  private static func exact(ranks: [Double], sum: Double) -> Double {
    let doubled = ranks.map { Int(2 * $0) }
    let total = doubled.reduce(0, +)
    var share = Array(repeating: 0.0, count: total + 1)
    share[0] = 1
    var reached = 0
    for rank in doubled {
      reached += rank
      for value in stride(from: reached, through: 0, by: -1) {
        share[value] = (share[value] + (value >= rank ? share[value - rank] : 0)) / 2
      }
    }
    // The distribution is symmetric: the smaller tail is the one beyond min(W, total − W).
    let observed = Int(2 * sum)
    let tail = share[0...min(observed, total - observed)].reduce(0, +)
    return min(1, 2 * tail)
  }

  private static func approximate(ranks: MidRanks, sum: Double) -> Double {
    let count = Double(ranks.ranks.count)
    let ties = ranks.tieSizes.map { Double($0 * $0 * $0 - $0) }.reduce(0, +)
    let variance = count * (count + 1) * (2 * count + 1) / 24 - ties / 48
    let deviation = (sum - count * (count + 1) / 4) / variance.squareRoot()
    return min(1, 2 * NormalDistribution.cumulative(-abs(deviation)))
  }
}

/// The smallest two-sided p-value that the exact signed-rank test of `pairs` pairs can reach:
/// 2^(1−n). `nil` without pairs.
public func smallestReachableP(pairs: Int) -> Double? {
  guard pairs > 0 else { return nil }
  return (0..<pairs - 1).reduce(1.0) { value, _ in value / 2 }
}

/// How many pairs it takes that one of `comparisons` signed-rank tests can be significant at
/// `alpha` after Holm's correction: the smallest n with m·2^(1−n) ≤ alpha.
public func pairsNeeded(comparisons: Int, alpha: Double = 0.05) -> Int {
  precondition(comparisons > 0 && alpha > 0)
  var pairs = 1
  while Double(comparisons) * smallestReachableP(pairs: pairs)! > alpha { pairs += 1 }
  return pairs
}
