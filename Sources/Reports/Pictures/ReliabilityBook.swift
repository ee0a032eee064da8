import Metrics

/// How far the confidence of strategies can be believed.
struct ReliabilityBook {
  /// One strategy's guesses, of all its runs that kept them.
  struct Entry {
    let strategy: StrategySummary
    /// How many runs they are of.
    let runs: Int
    let groups: [ShotGroup: ReliabilityBins]
  }

  /// Groups that have diagrams, in their order.
  static let groups: [ShotGroup] = [.many, .medium, .few]
  /// A bin of fewer images is not drawn.
  static let leastImages = 8

  let comparison: Comparison
  /// Strategies with kept guesses, in the order of the comparison.
  let entries: [Entry]
  /// Finished runs without them.
  let lacking: [String]
  /// Strategies by their expected calibration error, the smallest first.
  let ranked: [StrategySummary]

  init(_ context: PageContext) {
    comparison = context.comparison
    var entries: [Entry] = []
    var lacking: [String] = []
    let damaged = Set(context.evidence.damaged[.reliability] ?? [])
    for strategy in context.comparison.strategies {
      var sums: [ShotGroup: ReliabilityBins] = [:]
      var runs = 0
      for run in strategy.runs where !damaged.contains(run.id) {
        guard let groups = context.evidence.reliability[run.id] else {
          lacking.append(run.name)
          continue
        }
        runs += 1
        for (group, bins) in groups { sums[group, default: ReliabilityBins()].add(bins) }
      }
      if runs > 0 { entries.append(Entry(strategy: strategy, runs: runs, groups: sums)) }
    }
    (self.entries, self.lacking) = (entries, lacking)
    ranked = context.comparison.strategies.filter { $0.metrics[.ece] != nil }
      .enumerated().sorted {
        ($0.element.metrics[.ece]!.mean, $0.offset) < ($1.element.metrics[.ece]!.mean, $1.offset)
      }.map(\.element)
  }

  /// The baseline and the strategy that is set against it, as far as their guesses were kept.
  var pair: [Entry] {
    let names = [comparison.reference?.name, comparison.leading?.name]
    return names.compactMap { name in entries.first { $0.strategy.name == name } }
  }
}
