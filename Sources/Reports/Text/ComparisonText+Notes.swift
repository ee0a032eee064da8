import Metrics
import Results

extension ComparisonText {
  /// What the differences can show, and what they cannot.
  func statistics() -> Section {
    guard comparison.comparisons > 0 else { return Section(title: "Statistics", blocks: []) }
    var blocks: [Section.Block] = []
    if comparison.strategies.contains(where: { pairs($0) >= 2 }) {
      blocks.append(.table(differenceTable()))
    }
    blocks.append(.list(statisticsNotes()))
    return Section(
      title: "Differences in \(comparison.metric.title), by matched seeds", blocks: blocks)
  }

  private func pairs(_ strategy: StrategySummary) -> Int {
    strategy.differences[comparison.metric]?.seeds.count ?? 0
  }

  private func differenceTable() -> TextTable {
    let metric = comparison.metric
    let hasP = comparison.strategies.contains { $0.differences[metric]?.adjustedP != nil }
    var columns = [
      TextTable.Column("strategy", alignsRight: false, limit: nameLimit),
      TextTable.Column("pairs"), TextTable.Column("mean"), TextTable.Column("sd"),
      TextTable.Column("95 % interval"), TextTable.Column("better/same/worse"),
    ]
    if hasP { columns.append(TextTable.Column("p (Holm)")) }
    var table = TextTable(keyColumns: 1, columns)
    for strategy in comparison.strategies {
      guard let pair = strategy.differences[metric] else { continue }
      let interval = pair.interval.map {
        figures.difference($0.lowerBound, of: metric) + " to "
          + figures.difference($0.upperBound, of: metric)
      }
      var cells = [
        TextTable.Cell(strategy.name), TextTable.Cell(String(pair.seeds.count)),
        TextTable.Cell(figures.difference(pair.mean, of: metric)),
        TextTable.Cell(figures.value(pair.spread.deviation, of: metric)),
        TextTable.Cell(interval ?? Figures.undefined),
        TextTable.Cell("\(pair.wins)/\(pair.ties)/\(pair.losses)"),
      ]
      if hasP {
        cells.append(
          TextTable.Cell(pair.adjustedP.map(Figures.probability) ?? Figures.undefined))
      }
      table.add(cells)
    }
    return table
  }

  private func statisticsNotes() -> [String] {
    var notes = [powerSentence()]
    let counts = comparison.strategies.map(pairs)
    if counts.contains(where: { $0 >= 3 }) {
      notes.append(
        "Intervals are percentile bootstraps of the mean difference; below about ten seeds they "
          + "are too narrow.")
    } else {
      notes.append("Intervals need at least three seeds.")
    }
    notes.append(
      "Seeds repeat the training on one data set: a difference speaks of this data set only.")
    return notes + comparison.remarks
  }

  /// The honest sentence: with n pairs the smallest possible two-sided p is 2^(1−n), and Holm
  /// multiplies the smallest of m by m.
  private func powerSentence() -> String {
    let comparisons = comparison.comparisons
    let counts = comparison.strategies.map(pairs).filter { $0 > 0 }
    let fewest = counts.min() ?? 0
    let most = counts.max() ?? 0
    let needed = SeedStatistics.pairsNeeded(comparisons: comparisons)
    let seeds =
      fewest == most
      ? "\(fewest) matched seed\(fewest == 1 ? "" : "s")" : "\(fewest) to \(most) matched seeds"
    let of = "\(comparisons) comparison\(comparisons == 1 ? "" : "s")"
    if most < needed {
      return "\(seeds): no difference can be significant at 0.05; \(needed) seeds are needed for "
        + "\(of). The figures are what these seeds gave, no more."
    }
    var text = "\(seeds): the smallest p that \(of) can reach after Holm's correction is "
    let best = SeedStatistics.smallestReachableP(pairs: most, comparisons: comparisons)
    text += "\(Figures.probability(best)); p is exact (signed ranks, two-sided)."
    if fewest < needed {
      text += " Strategies with fewer than \(needed) pairs cannot be significant and show no p."
    }
    return text
  }

  /// What is missing, and what makes runs unequal.
  func runs() -> Section {
    var notes: [String] = []
    for strategy in comparison.strategies where !strategy.missingSeeds.isEmpty {
      let missing = strategy.missingSeeds.map(String.init).joined(separator: ", ")
      let count = strategy.runs.count
      let all = comparison.seeds.count
      let what = count == 0 ? "no finished run" : "means over \(count) of \(all) seeds"
      notes.append("\(strategy.name): \(what) (missing: \(missing)).")
    }
    notes += comparison.equals.map(\.sentence)
    notes += comparison.unfinished.map(sentence)
    notes += comparison.budgetNotes(dash: style.dash)
    for strategy in comparison.strategies {
      notes += strategy.notes.map { "\(strategy.name): \($0)" }
    }
    return Section(title: "Runs", blocks: [.list(notes)])
  }

  private func sentence(on run: UnfinishedRun) -> String {
    let epochs = "\(run.epochsDone) of \(run.epochsPlanned) epochs"
    let what =
      switch run.status {
      case .queued: "is queued"
      case .running: "is running, \(epochs) done"
      case .done: "is done but has no test figures"
      case .failed: "failed after \(epochs)"
      case .diverged: "diverged after \(epochs)"
      case .cancelled: "was cancelled after \(epochs)"
      case .lost: "was lost after \(epochs)"
      }
    let text = "\(run.strategy), seed \(run.seed) (run \(run.id)): \(what)"
    guard let error = run.error, !error.isEmpty else { return text + "." }
    let line = error.split(whereSeparator: \.isNewline).first.map(String.init) ?? error
    return "\(text): \(line.prefix(200))"
  }
}
