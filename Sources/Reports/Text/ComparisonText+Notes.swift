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
    strategy.differences[comparison.metric]?.replicas.count ?? 0
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
        TextTable.Cell(strategy.name), TextTable.Cell(String(pair.replicas.count)),
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

  /// Why folds are no independent repetitions, and what is done about it.
  private func foldSentence() -> String? {
    let pair = comparison.strategies.compactMap { $0.differences[comparison.metric] }
      .max { ($0.varianceFactor ?? 0) < ($1.varianceFactor ?? 0) }
    guard comparison.foldCount > 0 else { return nil }
    guard let pair, let factor = pair.varianceFactor else {
      return "Folds share training images, and below two folds there is no test of a difference."
    }
    let folds = Set(pair.replicas.compactMap(\.fold)).count
    return "Folds share training images, so intervals and p are those of the corrected resampled t "
      + "test (Nadeau and Bengio 2003) over \(folds) folds, seeds of a fold averaged: the variance of "
      + "the mean is \(Figures.fixed(factor, 3)) s\(style.unicode ? "²" : "^2") in place of "
      + "\(Figures.fixed(1 / Double(folds), 3)) s\(style.unicode ? "²" : "^2")."
  }

  private func statisticsNotes() -> [String] {
    if let sentence = foldSentence() {
      return [
        sentence, "Folds divide one data set: a difference speaks of this data set only.",
      ]
    }
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
    return notes
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

  /// What must be known before the figures are believed; then how many notes there are.
  func remarks() -> Section {
    let remarks = comparison.remarks(dash: style.dash).map { spelled($0.text) }
    let count = comparison.notes.count
    var blocks: [Section.Block] = remarks.isEmpty ? [] : [.list(remarks)]
    if !showsNotes && count > 0 {
      blocks.append(.paragraph("\(Figures.count(count, "note", "notes")): --notes"))
    }
    return Section(title: "Remarks", blocks: blocks)
  }

  /// What strategies want a reader to know beyond that.
  func notes() -> Section {
    let notes = comparison.notes.map(spelled)
    return Section(
      title: "Notes", blocks: showsNotes && !notes.isEmpty ? [.list(notes)] : [])
  }

  private func spelled(_ text: String) -> String {
    style.unicode ? text : text.replacing("→", with: "->").replacing("Δ", with: "diff")
  }
}
