import Metrics

extension ComparisonText {
  /// The study's table: one line a class, top-1 and top-5 of every strategy, rare classes last.
  func classes(withChanges: Bool) -> Section {
    guard hasFigures else { return Section(title: "Classes", blocks: []) }
    var table = TextTable(
      keyColumns: 3, keys(first: "class") + strategyColumns(withChanges: withChanges))
    for (place, row) in comparison.classes.enumerated() {
      var cells = [
        TextTable.Cell(row.name), TextTable.Cell(figures.range(row.trainCounts)),
        TextTable.Cell(figures.range(row.support)),
      ]
      for strategy in ordered {
        cells += self.cells(strategy.classes[place], strategy, withChanges: withChanges)
      }
      table.add(cells)
    }
    table.rows.append(.rule)
    for average in ClassAverage.allCases {
      table.add(averageRow(average, withChanges: withChanges))
    }
    var blocks: [Section.Block] = [.table(table), .paragraph(markLegend)]
    if !comparison.unseen.isEmpty { blocks += unseen() }
    return Section(
      title: "Classes by training images: top-1 and top-5", blocks: blocks)
  }

  /// Many, medium, few, and the two averages.
  func groups() -> Section {
    guard hasFigures else { return Section(title: "Groups of classes", blocks: []) }
    var table = TextTable(
      keyColumns: 3, keys(first: "classes") + strategyColumns(withChanges: true))
    for average in ClassAverage.allCases {
      table.add(averageRow(average, withChanges: true))
    }
    return Section(
      title: "Groups of classes: top-1 and top-5", blocks: [.table(table), .paragraph(markLegend)])
  }

  private var hasFigures: Bool { comparison.strategies.contains { !$0.runs.isEmpty } }

  /// The baseline first, the others by rank.
  private var ordered: [StrategySummary] {
    comparison.strategies.filter(\.isBaseline) + comparison.strategies.filter { !$0.isBaseline }
  }

  private func keys(first title: String) -> [TextTable.Column] {
    [
      TextTable.Column(title, alignsRight: false, limit: 24), TextTable.Column("train"),
      TextTable.Column("test"),
    ]
  }

  private func strategyColumns(withChanges: Bool) -> [TextTable.Column] {
    ordered.flatMap { strategy in
      let name = strategy.missing.isEmpty ? strategy.name : strategy.name + "*"
      let titles =
        withChanges && !strategy.isBaseline ? ["top-1", "diff", "top-5"] : ["top-1", "top-5"]
      return titles.map { TextTable.Column($0, heading: name) }
    }
  }

  private func cells(
    _ figures: ClassFigures?, _ strategy: StrategySummary, withChanges: Bool
  ) -> [TextTable.Cell] {
    var cells = [share(figures?.top1, figures?.top1Change, strategy)]
    if withChanges && !strategy.isBaseline {
      cells.append(TextTable.Cell(self.figures.points(figures?.top1Change?.mean)))
    }
    cells.append(share(figures?.top5, figures?.top5Change, strategy))
    return cells
  }

  /// `81.2▲`: the mark has its own place, so that digits stand under digits.
  private func share(
    _ spread: Spread?, _ change: ClassChange?, _ strategy: StrategySummary
  ) -> TextTable.Cell {
    guard let spread else { return TextTable.Cell(Figures.undefined, .faint) }
    let mark = change?.mark ?? .none
    let sign = strategy.isBaseline || comparison.comparisons == 0 ? "" : style.sign(of: mark)
    let place = strategy.isBaseline || comparison.comparisons == 0 || !sign.isEmpty ? "" : " "
    return TextTable.Cell(figures.percent(spread.mean) + sign + place, Tone(mark))
  }

  private func averageRow(_ average: ClassAverage, withChanges: Bool) -> [TextTable.Cell] {
    let rows = comparison.wholeClasses.filter { average.includes($0.group) }
    let train = rows.reduce(0) { $0 + $1.trainCounts.upperBound }
    let test = rows.reduce(0) { $0 + $1.support.upperBound }
    var title = average.title
    // A class without test images enters no mean.
    if average != .images { title += ", \(rows.count { $0.support.upperBound > 0 })" }
    var cells = [
      TextTable.Cell(title, .strong), TextTable.Cell(String(train)), TextTable.Cell(String(test)),
    ]
    for strategy in ordered {
      cells += self.cells(strategy.averages[average], strategy, withChanges: withChanges)
    }
    return cells
  }

  private var markLegend: String {
    var text = "Percent of each class's test images; n/a: no such image."
    guard comparison.comparisons > 0 else { return text }
    text += " " + markRule
    if comparison.strategies.contains(where: { !$0.missing.isEmpty }) {
      text += " *: some seeds are missing."
    }
    return text
  }

  private func unseen() -> [Section.Block] {
    let images = comparison.unseen.reduce(0) { $0 + $1.support.upperBound }
    let names = comparison.unseen.map { "\($0.name) (\(figures.range($0.support)))" }
    let shown = names.prefix(40).joined(separator: ", ")
    let rest = names.count > 40 ? ", and \(names.count - 40) more" : ""
    let text =
      "Without any training image: \(Figures.count(names.count, "class", "classes")) with "
      + "\(Figures.count(images, "test image", "test images")), in no figure above, since no "
      + "strategy could have learned them: \(shown)\(rest)."
    return [.paragraph(text)]
  }
}
