/// Which treatments differ in their mean ranks over several data sets, after Friedman's test (Demšar,
/// "Statistical comparisons of classifiers over multiple data sets", JMLR 2006).
///
/// With k treatments on n data sets the standard error of a difference of mean ranks is
/// σ = √(k (k+1) / (6 n)).
public struct RankDifferences: Hashable, Sendable {
  /// Of each treatment.
  public let meanRanks: [Double]
  /// Data sets.
  public let blocks: Int
  private let error: Double

  /// The differences after a test on as many data sets.
  public init(_ friedman: Friedman, blocks: Int) {
    (meanRanks, self.blocks) = (friedman.meanRanks, blocks)
    let k = Double(friedman.meanRanks.count)
    error = (k * (k + 1) / (6 * Double(blocks))).squareRoot()
  }

  /// Nemenyi's critical difference: mean ranks that are farther apart differ, all pairs together at
  /// `level`: q_α σ / √2 with the studentized range of k values.
  public func criticalDifference(level: Double = 0.05) -> Double {
    StudentizedRange.quantile(tail: level, of: meanRanks.count) / 2.0.squareRoot() * error
  }

  /// Nemenyi's p of a pair, corrected for all pairs.
  public func nemenyi(_ a: Int, _ b: Int) -> Double {
    let q = abs(meanRanks[a] - meanRanks[b]) / error * 2.0.squareRoot()
    return StudentizedRange.tail(q, of: meanRanks.count)
  }

  /// Each treatment against one of them by a normal approximation, corrected by Holm for k − 1
  /// comparisons; `nil` for the control itself.
  public func holm(against control: Int) -> [Double?] {
    let others = meanRanks.indices.filter { $0 != control }
    let raw = others.map { index in
      2 * NormalDistribution.cumulative(-abs(meanRanks[index] - meanRanks[control]) / error)
    }
    var adjusted = [Double?](repeating: nil, count: meanRanks.count)
    for (index, p) in zip(others, Holm.adjust(raw)) { adjusted[index] = p }
    return adjusted
  }

  /// Groups of treatments that are no farther apart than the critical difference, in the order of ranks,
  /// each as large as it can be and none part of another: the bars of a critical-difference diagram.
  /// Groups of one are left out.
  public func cliques(level: Double = 0.05) -> [[Int]] {
    let order = meanRanks.indices.sorted { (meanRanks[$0], $0) < (meanRanks[$1], $1) }
    let limit = criticalDifference(level: level)
    var groups: [[Int]] = []
    var reached = -1
    for start in order.indices {
      var end = start
      while end + 1 < order.count,
        meanRanks[order[end + 1]] - meanRanks[order[start]] <= limit
      {
        end += 1
      }
      guard end > reached, end > start else { continue }
      groups.append(order[start...end].map(\.self))
      reached = end
    }
    return groups
  }
}
