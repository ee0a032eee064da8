import Metrics
import Results

// One screen: the ranking with its intervals, three sentences, and where to see more.
extension ComparisonText {
  /// - Parameters:
  ///   - top: how many strategies are listed; 0 for all.
  ///   - columns: figures beside the first; empty for the groups' differences.
  func summary(top: Int, columns: [HeadlineFigure]) -> [Section] {
    var blocks: [Section.Block] = [.paragraph(facts)]
    if comparison.strategies.contains(where: { !$0.runs.isEmpty }) {
      blocks.append(.table(ranking(top: top, columns: columns)))
      let hidden = comparison.strategies.count - listed(top).count
      if hidden > 0 { blocks.append(.paragraph("and \(hidden) more: --top 0")) }
    }
    blocks.append(.list(sentences))
    return [
      Section(title: "Sweep \(comparison.sweep): \(comparison.dataset)", blocks: blocks),
      Section(title: "", blocks: shortRemarks + [.paragraph(more)]),
    ]
  }

  private var facts: String {
    let done = comparison.strategies.reduce(0) { $0 + $1.runs.count }
    var parts = ["\(done) of \(comparison.runCount) runs done"]
    let seeds = comparison.seeds
    parts.append(
      seeds.count == 1 ? "1 seed" : "\(seeds.count) seeds")
    if comparison.foldCount > 0 { parts.append("\(comparison.foldCount) folds") }
    let groups = ShotGroup.allCases.compactMap { group -> String? in
      let count = comparison.wholeClasses.count { $0.group == group }
      return count == 0 ? nil : "\(count) \(group.rawValue)"
    }
    parts.append("\(comparison.wholeClasses.count) classes (\(groups.joined(separator: ", ")))")
    if let factor = comparison.imbalanceFactor {
      parts.append("imbalance \(Figures.fixed(factor, 1))")
    }
    return parts.joined(separator: ", ") + "."
  }

  // MARK: The ranking

  private func listed(_ top: Int) -> [StrategySummary] {
    let all = comparison.strategies
    guard top > 0, all.count > top else { return all }
    let first = all.prefix(top)
    // The baseline is what all others are read against.
    return first + all.dropFirst(top).filter(\.isBaseline)
  }

  private func ranking(top: Int, columns: [HeadlineFigure]) -> TextTable {
    let metric = comparison.metric
    let groups: [HeadlineFigure] = [.manyRecall, .mediumRecall, .fewRecall].filter { figure in
      comparison.strategies.contains { $0.contrasts[figure] != nil }
    }
    let compares = comparison.comparisons > 0
    var heads = [
      TextTable.Column("strategy", alignsRight: false, limit: style.width < 100 ? 20 : nameLimit)
    ]
    heads.append(TextTable.Column(metric.columnTitle))
    if compares { heads.append(TextTable.Column("\(differenceColumn().title) (95 %)")) }
    let title = differenceColumn().title
    heads +=
      columns.isEmpty
      ? (compares ? groups.map { TextTable.Column("\(title) \($0.columnTitle)") } : [])
      : columns.map { TextTable.Column($0.columnTitle) }
    var table = TextTable(keyColumns: 1, heads)
    for strategy in listed(top) {
      let name = strategy.missing.isEmpty ? strategy.name : strategy.name + "*"
      var cells = [
        TextTable.Cell(name, strategy.isBaseline ? .strong : .plain),
        TextTable.Cell(figures.value(strategy.metrics[metric]?.mean, of: metric)),
      ]
      if compares { cells.append(interval(of: strategy)) }
      cells +=
        columns.isEmpty
        ? (compares ? groups.map { marked($0, strategy) } : [])
        : columns.map { TextTable.Cell(figures.spread(strategy.metrics[$0], of: $0)) }
      table.add(cells)
    }
    return table
  }

  /// `+11.0 (+3.5 to +18.4) ▲`.
  private func interval(of strategy: StrategySummary) -> TextTable.Cell {
    let metric = comparison.metric
    guard let contrast = comparison.contrast(of: strategy, in: metric) else {
      return TextTable.Cell("")
    }
    let mean = figures.difference(contrast.mean, of: metric)
    let range = contrast.seedInterval.map { " (\(self.range($0, of: metric)))" } ?? ""
    return TextTable.Cell(mean + range + " " + sign(contrast), tone(contrast, metric))
  }

  private func marked(_ figure: HeadlineFigure, _ strategy: StrategySummary) -> TextTable.Cell {
    guard let contrast = comparison.contrast(of: strategy, in: figure) else {
      return TextTable.Cell("")
    }
    return TextTable.Cell(
      figures.difference(contrast.mean, of: figure) + sign(contrast), tone(contrast, figure))
  }

  private func sign(_ contrast: Contrast) -> String {
    if style.unicode { return contrast.verdict.isDifference ? contrast.verdict.sign : " " }
    return contrast.verdict.isHigher.map { $0 ? "+" : "-" } ?? " "
  }

  private func tone(_ contrast: Contrast, _ figure: HeadlineFigure) -> Tone {
    contrast.verdict.isHigher.map { $0 != figure.lowerIsBetter ? .good : .bad } ?? .plain
  }

  // MARK: Three sentences

  private var sentences: [String] {
    let found = Findings(comparison)
    let metric = comparison.metric
    guard comparison.comparisons > 0, !found.contrasts.isEmpty else {
      return ["There is no baseline to compare with: no difference is formed."]
    }
    if found.knowsNothing { return [power] }
    func list(_ all: [Findings.Finding], of figure: HeadlineFigure) -> String {
      let shown = all.prefix(3).map {
        "\($0.strategy.name) \(figures.difference($0.contrast.mean, of: figure))"
      }
      return shown.joined(separator: ", ")
        + (all.count > 3 ? " and \(all.count - 3) more" : "")
    }
    let count = found.contrasts.count
    let helped =
      found.better.isEmpty
      ? "Helped: none of \(count) is distinguishable from \(comparison.baseline ?? "it") for the better."
      : "Helped in \(metric.title): \(found.better.count) of \(count): \(list(found.better, of: metric))."
    var costs: [String] = []
    if !found.losesHead.isEmpty {
      costs.append(
        "\(found.losesHead.count) lose on many: \(list(found.losesHead, of: .manyRecall))")
    }
    if !found.worse.isEmpty {
      costs.append("\(found.worse.count) fall behind: \(list(found.worse, of: metric))")
    }
    let cost =
      costs.isEmpty
      ? "Cost: no loss that seeds cannot explain." : "Cost: \(costs.joined(separator: "; "))."
    var open =
      "Not shown: \(found.open) of \(count) cannot be told from \(comparison.baseline ?? "it")"
    if let least = comparison.detectable(seeds: found.pairs) {
      open += "; \(found.pairs) seeds show \(figures.difference(least, of: metric)) or more"
    }
    return [helped, cost, open + "."]
  }

  // MARK: What must be known, and where there is more

  /// Each in one line; what is cut off is in the overview.
  private var shortRemarks: [Section.Block] {
    let all = comparison.remarks(dash: style.dash).map { "! " + $0.text }
    guard !all.isEmpty else { return [] }
    let shown = all.count > 3 ? Array(all.prefix(2)) : all
    let lines = shown.map {
      DisplayWidth.shorten(printable($0), to: style.width - 2, ellipsis: style.ellipsis)
    }
    let rest = all.count > shown.count ? ["! and \(all.count - shown.count) more remarks"] : []
    return [.verbatim(lines + rest)]
  }

  private var more: String {
    let notes = comparison.notes.isEmpty ? "" : ", --notes"
    return "More: --by overview, --by class\(notes), --format html -o report.html"
  }
}
