import Metrics
import Statistics

/// Strategies over several data sets, by their ranks on each (Demšar, JMLR 2006).
///
/// A data set counts once, however many seeds it has: what is said is said of other data sets like
/// these, and not of other seeds on them.
public struct RankComparison: Sendable {
  /// One strategy.
  public struct Entry: Sendable {
    /// The strategy's label, whichever variant stands for it on a data set; label and variant where each
    /// variant is ranked.
    public let name: String
    /// Whether the others are compared with it.
    public let isBaseline: Bool
    /// Means over seeds, in the order of ``RankComparison/datasets``.
    public let values: [Double]
    /// On each data set, 1 for the best; ties share mean ranks.
    public let ranks: [Double]
    /// Mean of ``ranks``.
    public let meanRank: Double
    /// Against the baseline, corrected by Holm; `nil` for the baseline, and where there is none.
    public internal(set) var p: Double?
    /// Against the baseline, not corrected; `nil` as ``p``, and where nobody asked.
    public internal(set) var practicality: Practicality?
  }

  /// What cannot be ranked.
  public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    case oneDataset(String)
    case fewStrategies(common: [String], datasets: Int)

    /// One sentence with what to do.
    public var description: String {
      switch self {
      case .oneDataset(let name):
        "ranks need several data sets, and there is one: \(name); name another sweep"
      case .fewStrategies(let common, let datasets):
        "ranks need three strategies with a figure on all of \(datasets) data sets, and there "
          + (common.isEmpty ? "is none" : "are: \(common.joined(separator: ", "))")
      }
    }
  }

  /// Differences up to this one are the same in practice; `nil` where nobody asked.
  public let rope: Double?
  /// What is ranked.
  public let metric: HeadlineFigure
  /// In the order in which they were named.
  public let datasets: [String]
  /// By mean rank, the best first.
  public let entries: [Entry]
  /// Friedman's χ² and its p; `nil` where all strategies tie everywhere.
  public let friedman: Friedman?
  /// Nemenyi's at 5 %; mean ranks that are farther apart differ.
  public let criticalDifference: Double?
  /// Places in ``entries`` of strategies that are not told apart, as ``RankDifferences/cliques(level:)``.
  public let cliques: [[Int]]
  /// Strategies that some data set does not have.
  public let incomplete: [String]
  /// What a reader should know, one sentence each.
  public let remarks: [String]

  /// Ranks of the strategies that all of the comparisons have.
  ///
  /// - Parameters:
  ///   - comparisons: one a data set, with the same metric.
  ///   - byVariant: whether variants of one strategy are ranked by themselves. Else a strategy is what has
  ///     its label, as far as that is one variant on a data set (``Comparison/representing(by:)``).
  ///   - rope: in the metric's own unit, at least 0.
  public init(
    _ comparisons: [Comparison], byVariant: Bool = false, rope: Double? = nil
  ) throws(Problem) {
    guard let first = comparisons.first, comparisons.count > 1 else {
      throw .oneDataset(comparisons.first?.dataset ?? "none")
    }
    (metric, self.rope) = (first.metric, rope)
    datasets = Self.titles(of: comparisons)
    let metric = metric
    let means = comparisons.map { comparison in
      Dictionary(
        comparison.strategies.compactMap { strategy in
          strategy.metrics[metric].map { (comparison.key(of: strategy, byVariant), $0.mean) }
        }, uniquingKeysWith: { first, _ in first })
    }
    let all = comparisons.reduce(into: [String]()) { names, comparison in
      for name in comparison.strategies.map({ comparison.key(of: $0, byVariant) })
      where !names.contains(name) {
        names.append(name)
      }
    }
    let names = all.filter { name in means.allSatisfy { $0[name] != nil } }
    incomplete = all.filter { !names.contains($0) }
    guard names.count >= 3 else {
      throw .fewStrategies(common: names, datasets: comparisons.count)
    }
    let values = means.map { row in names.map { row[$0] ?? 0 } }
    let signed = values.map { row in row.map { metric.lowerIsBetter ? $0 : -$0 } }
    friedman = Friedman(blocks: signed)
    let ranks = signed.map { MidRanks(of: $0).ranks }
    let baselines = Set(comparisons.map(\.baseline))
    let baseline = baselines.count == 1 ? baselines.first ?? nil : nil
    let differences = friedman.map { RankDifferences($0, blocks: comparisons.count) }
    let control = baseline.flatMap { names.firstIndex(of: $0) }
    let p = control.flatMap { differences?.holm(against: $0) }
    let unsorted = names.indices.map { place in
      let own = ranks.map { $0[place] }
      return Entry(
        name: names[place], isBaseline: place == control, values: values.map { $0[place] },
        ranks: own, meanRank: own.reduce(0, +) / Double(own.count), p: p?[place])
    }
    let order = names.indices.sorted {
      (unsorted[$0].meanRank, $0) < (unsorted[$1].meanRank, $1)
    }
    entries = Self.judged(order.map { unsorted[$0] }, rope)
    criticalDifference = differences?.criticalDifference()
    let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    cliques = differences?.cliques().map { $0.compactMap { place[$0] } } ?? []
    remarks = Self.remarks(comparisons, baselines: baselines, incomplete: incomplete)
  }

  /// The same with what is probable of each against the baseline.
  private static func judged(_ entries: [Entry], _ rope: Double?) -> [Entry] {
    guard let rope, let base = entries.first(where: \.isBaseline) else { return entries }
    return entries.map { entry in
      var judged = entry
      if !entry.isBaseline {
        judged.practicality = Practicality(
          differences: zip(entry.values, base.values).map { $0 - $1 }, rope: rope)
      }
      return judged
    }
  }

  /// The sweep alone where it has one data set, else both.
  private static func titles(of comparisons: [Comparison]) -> [String] {
    comparisons.map { one in
      comparisons.count { $0.sweep == one.sweep } > 1 ? "\(one.sweep): \(one.dataset)" : one.sweep
    }
  }

  private static func remarks(
    _ comparisons: [Comparison], baselines: Set<String?>, incomplete: [String]
  ) -> [String] {
    var remarks: [String] = []
    let names = comparisons.map(\.dataset)
    let repeated = Set(names.filter { name in names.count { $0 == name } > 1 }).sorted()
    if !repeated.isEmpty {
      remarks.append(
        "several sweeps are on \(repeated.joined(separator: ", ")): the test takes data sets for "
          + "independent of one another, and these are not")
    }
    if comparisons.count < 10 {
      remarks.append(
        "\(comparisons.count) data sets are few: the tests' approximations are for ten or more, and "
          + "hardly anything can be shown with fewer than five")
    }
    if baselines.count > 1 {
      remarks.append("the sweeps have different baselines: none is compared with")
    }
    if !incomplete.isEmpty {
      remarks.append(
        "left out, since some data set does not have them: \(incomplete.joined(separator: ", "))")
    }
    let seeds = comparisons.map(\.seeds.count)
    if Set(seeds).count > 1 {
      remarks.append(
        "means are over \(seeds.map(String.init).joined(separator: ", ")) seeds: each data set counts "
          + "the same all the same")
    }
    for (title, comparison) in zip(titles(of: comparisons), comparisons) {
      remarks += comparison.own.filter { $0.kind == .variants }.map { "\(title): \($0.text)" }
    }
    return remarks
  }
}

extension Comparison {
  /// What a strategy is called on every data set.
  fileprivate func key(of strategy: StrategySummary, _ byVariant: Bool) -> String {
    let isAlone = strategies.count { $0.strategy == strategy.strategy } == 1
    return isAlone && !byVariant ? strategy.strategy : strategy.name
  }
}
