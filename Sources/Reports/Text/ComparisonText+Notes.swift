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
    let columns = [
      TextTable.Column("strategy", alignsRight: false, limit: nameLimit),
      TextTable.Column("pairs"), TextTable.Column("mean"), TextTable.Column("sd"),
      TextTable.Column("95 % interval"), TextTable.Column("with test images"),
      TextTable.Column("better/same/worse"), TextTable.Column("p"),
      TextTable.Column("verdict", alignsRight: false),
    ]
    var table = TextTable(keyColumns: 1, columns)
    for strategy in comparison.strategies {
      guard let pair = strategy.differences[metric],
        let contrast = comparison.contrast(of: strategy, in: metric)
      else { continue }
      func cell(_ interval: ClosedRange<Double>?) -> TextTable.Cell {
        TextTable.Cell(interval.map { range($0, of: metric) } ?? Figures.undefined)
      }
      table.add([
        TextTable.Cell(strategy.name), TextTable.Cell(String(pair.replicas.count)),
        TextTable.Cell(figures.difference(pair.mean, of: metric)),
        TextTable.Cell(figures.value(pair.spread.deviation, of: metric)),
        cell(contrast.seedInterval), cell(contrast.imageInterval),
        TextTable.Cell("\(pair.wins)/\(pair.ties)/\(pair.losses)"),
        TextTable.Cell(contrast.adjustedP.map(Figures.probability) ?? Figures.undefined),
        TextTable.Cell(contrast.verdict.words),
      ])
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
    return [
      power, rule,
      "Seeds repeat the training on one data set: a difference speaks of this data set only.",
    ]
  }

  /// What so many seeds can show, and what they cannot.
  var power: String {
    let counts = comparison.strategies.map(pairs).filter { $0 > 0 }
    let (fewest, most) = (counts.min() ?? 0, counts.max() ?? 0)
    let seeds =
      fewest == most
      ? "\(fewest) matched seed\(fewest == 1 ? "" : "s")" : "\(fewest) to \(most) matched seeds"
    guard let least = comparison.detectable(seeds: most) else {
      return
        "\(seeds): how seeds differ is not known, so that no difference can be told from the luck "
        + "of the seed; three seeds are the least that help (seeds: 3). The figures are what these runs "
        + "gave, no more."
    }
    let metric = comparison.metric
    var text = "\(seeds): a true difference of \(figures.difference(least, of: metric))"
    text += "\(metric.isShare ? " points" : "") in \(metric.title) is found in four of five sweeps"
    if let more = [5, 10, 20].first(where: { $0 > most }),
      let smaller = comparison.detectable(seeds: more)
    {
      text += ", with \(more) seeds one of \(figures.difference(smaller, of: metric))"
    }
    return text + "; what is smaller is called not distinguishable, and may still be there."
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
