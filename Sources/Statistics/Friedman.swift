/// Friedman's rank test: do k treatments differ over n blocks (Friedman 1937)?
///
/// Values are ranked within each block, ties share mean ranks. With rank sums R_j,
///
///     χ² = (12 / (n k (k+1)) · Σ R_j² − 3 n (k+1)) / (1 − Σ (t³ − t) / (n k (k² − 1)))
///
/// over all ties of t values, against the chi-square distribution with k − 1 degrees of freedom,
/// which is an approximation: coarse below about ten blocks.
public struct Friedman: Hashable, Sendable {
  /// χ², corrected for ties.
  public let statistic: Double
  /// The probability of a statistic at least as large, were all treatments alike.
  public let pValue: Double
  /// Mean rank of each treatment, 1 for the smallest values.
  public let meanRanks: [Double]

  /// One row a block (a seed, a data set), one value a treatment in it. `nil` for fewer than three
  /// treatments or two blocks, and when every block is one tie.
  public init?(blocks: [[Double]]) {
    guard let treatments = blocks.first?.count, treatments >= 3, blocks.count >= 2 else {
      return nil
    }
    precondition(blocks.allSatisfy { $0.count == treatments })
    let (n, k) = (Double(blocks.count), Double(treatments))
    var sums = Array(repeating: 0.0, count: treatments)
    var ties = 0.0
    for block in blocks {
      let ranks = MidRanks(of: block)
      for (index, rank) in ranks.ranks.enumerated() { sums[index] += rank }
      ties += ranks.tieSizes.map { Double($0 * $0 * $0 - $0) }.reduce(0, +)
    }
    let correction = 1 - ties / (n * k * (k * k - 1))
    guard correction > 0 else { return nil }
    let squares = sums.map { $0 * $0 }.reduce(0, +)
    statistic = (12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)) / correction
    pValue = SpecialFunctions.upperGamma((k - 1) / 2, max(0, statistic) / 2)
    meanRanks = sums.map { $0 / n }
  }
}

/// Holm's step-down correction for several tests (Holm 1979).
public enum Holm {
  /// Adjusted p-values in the given order: the i-th smallest of m is multiplied by m − i + 1, then
  /// made no smaller than those before it, and no larger than 1.
  public static func adjust(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var largest = 0.0
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    for (place, index) in order.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - place) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
