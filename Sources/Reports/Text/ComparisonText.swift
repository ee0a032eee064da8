import Metrics
import Results

/// A comparison told to people, section by section.
struct ComparisonText {
  let comparison: Comparison
  let style: TextStyle
  let figures: Figures
  /// Whether notes are listed, and not only counted.
  let showsNotes: Bool
  /// How wide a strategy's name may be in a table's first column.
  let nameLimit = 26

  init(_ comparison: Comparison, _ style: TextStyle, showsNotes: Bool) {
    (self.comparison, self.style, figures) = (comparison, style, Figures(style))
    self.showsNotes = showsNotes
  }

  func sections(on subject: ReportSubject) -> [Section] {
    switch subject {
    case .summary, .overview:
      [
        header(), strategies(), leaks(), effects(), practicality(), texts(),
        classes(withChanges: false),
        statistics(),
        remarks(), notes(),
      ]
    case .strategy:
      [
        header(), strategies(), leaks(), effects(), practicality(), texts(), statistics(),
        remarks(),
        notes(),
      ]
    case .class: [header(), classes(withChanges: true), remarks(), notes()]
    case .group: [header(), groups(), remarks(), notes()]
    }
  }

  // MARK: Header

  private func header() -> Section {
    var facts: [(String, String)] = [("data set", comparison.dataset)]
    facts.append(("classes", classCounts()))
    if let factor = comparison.imbalanceFactor {
      let most = comparison.classes.map(\.trainCounts.upperBound).max() ?? 0
      let least = comparison.classes.map(\.trainCounts.lowerBound).min() ?? 0
      let ends = "\(Figures.grouped(most)) to \(Figures.grouped(least)) training images"
      facts.append(("imbalance", "\(Figures.fixed(factor, 1)) (\(ends))"))
    }
    facts.append(("seeds", comparison.seeds.map(String.init).joined(separator: ", ")))
    if comparison.foldCount > 0 {
      let folds = Set(comparison.strategies.flatMap(\.runs).compactMap(\.fold)).sorted()
      let list = folds.map(String.init).joined(separator: ", ")
      facts.append(
        ("folds", folds.isEmpty ? "none done" : "\(list); an image is tested in its own fold only"))
    }
    facts.append(("baseline", comparison.baseline ?? "none: no differences are formed"))
    let done = comparison.strategies.reduce(0) { $0 + $1.runs.count }
    let rest = comparison.runCount - done
    facts.append(
      ("runs", rest == 0 ? "\(done), all done" : "\(done) of \(comparison.runCount) done"))
    if let recipe = comparison.recipe { facts.append(("recipe", recipe)) }
    if let equal = comparison.budget(dash: style.dash).equal { facts.append(("budget", equal)) }
    facts += labels()
    facts += comparison.stages.map { ("stage", text(of: $0)) }
    var blocks: [Section.Block] = [.facts(facts)]
    if !comparison.stages.isEmpty { blocks.append(.paragraph(togetherSentence)) }
    return Section(title: "Sweep \(comparison.sweep)", blocks: blocks)
  }

  /// Words and sentences that people have put on the runs, each once.
  private func labels() -> [(String, String)] {
    let runs = comparison.strategies.flatMap(\.runs)
    let tags = Set(runs.flatMap(\.tags)).sorted()
    let said = Comparison.distinct(runs.flatMap(\.comments))
    return (tags.isEmpty ? [] : [("tags", tags.joined(separator: ", "))])
      + said.prefix(3).map { ("note", $0) }
      + (said.count > 3 ? [("note", "and \(said.count - 3) more")] : [])
  }

  private func classCounts() -> String {
    let groups = ShotGroup.allCases.compactMap { group -> String? in
      let count = (comparison.classes + comparison.unseen).count { $0.group == group }
      return count == 0 ? nil : "\(count) \(group.rawValue)"
    }
    return "\(comparison.classes.count + comparison.unseen.count): "
      + groups.joined(separator: ", ")
  }

  // MARK: Strategies

  private static let columns: [HeadlineFigure] = [
    .macroRecall, .accuracy, .macroF1, .top5, .manyRecall, .mediumRecall, .fewRecall, .worstRecall,
  ]

  private func strategies() -> Section {
    var metrics = Self.columns
    // The chosen metric stands first.
    metrics.removeAll { $0 == comparison.metric }
    metrics.insert(comparison.metric, at: 0)
    metrics.removeAll { metric in
      [.manyRecall, .mediumRecall, .fewRecall].contains(metric)
        && comparison.strategies.allSatisfy { $0.metrics[metric] == nil }
    }
    let withDifference = Set([metrics[0], .macroRecall, .accuracy])
    let compares = comparison.comparisons > 0
    var columns = [
      TextTable.Column("strategy", alignsRight: false, limit: nameLimit),
      TextTable.Column("seeds"),
    ]
    for metric in metrics {
      columns.append(TextTable.Column(metric.columnTitle))
      if compares && withDifference.contains(metric) { columns.append(differenceColumn()) }
    }
    var table = TextTable(keyColumns: 2, columns)
    for strategy in comparison.strategies {
      var cells = [TextTable.Cell(strategy.name, strategy.isBaseline ? .strong : .plain)]
      cells.append(seedCount(strategy))
      for metric in metrics {
        cells.append(TextTable.Cell(figures.spread(strategy.metrics[metric], of: metric)))
        if compares && withDifference.contains(metric) {
          cells.append(difference(of: metric, for: strategy))
        }
      }
      table.add(cells)
    }
    let order = comparison.metric.lowerIsBetter ? "lowest" : "highest"
    return Section(
      title: "Strategies, \(order) \(comparison.metric.title) first",
      blocks: [.table(table), .paragraph(strategyLegend(withDifference))])
  }

  func differenceColumn() -> TextTable.Column {
    TextTable.Column(style.unicode ? "Δ" : "diff")
  }

  private func strategyLegend(_ withDifference: Set<HeadlineFigure>) -> String {
    var text = "Percent of the test set; recall is macro recall, the mean over classes"
    text += ". Worst: each run's lowest class recall."
    let spread = comparison.strategies.contains { $0.runs.count > 1 }
    if spread { text += " Mean \(style.plusMinus) standard deviation over seeds, worst as well." }
    if comparison.comparisons > 0, let baseline = comparison.baseline {
      text += " \(differenceColumn().title): points more than \(baseline), by matched seeds."
    }
    if comparison.strategies.contains(where: { !$0.missing.isEmpty }) {
      text += " *: some seeds are missing, see below."
    }
    return text
  }

  /// `3`, or `3/5 *` where seeds are missing, so that the mean cannot pass for one of five.
  private func seedCount(_ strategy: StrategySummary) -> TextTable.Cell {
    let all = comparison.replicas.count
    return strategy.missing.isEmpty
      ? TextTable.Cell(String(all)) : TextTable.Cell("\(strategy.runs.count)/\(all)*", .bad)
  }

  private func difference(
    of metric: HeadlineFigure, for strategy: StrategySummary
  ) -> TextTable.Cell {
    if strategy.isBaseline { return TextTable.Cell("") }
    guard let pair = strategy.differences[metric] else {
      return TextTable.Cell(Figures.undefined, .faint)
    }
    let isHigher = comparison.contrast(of: strategy, in: metric)?.verdict.isHigher
    let tone: Tone = isHigher.map { $0 != metric.lowerIsBetter ? .good : .bad } ?? .plain
    return TextTable.Cell(figures.difference(pair.mean, of: metric), tone)
  }
}
