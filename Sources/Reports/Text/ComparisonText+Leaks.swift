import Metrics
import Results

extension ComparisonText {
  /// Both figures of every strategy, where test images leaked; empty where none did.
  func leaks() -> Section {
    let title = "With and without leaked test images"
    guard let leaked = comparison.leakedImages, leaked > 0 else {
      return Section(title: title, blocks: [])
    }
    var table = TextTable(
      keyColumns: 1,
      [
        TextTable.Column("strategy", alignsRight: false, limit: nameLimit),
        TextTable.Column("seeds"), TextTable.Column("recall"), TextTable.Column("without"),
        TextTable.Column("accuracy"), TextTable.Column("without"),
      ])
    for strategy in comparison.strategies {
      let known = strategy.runsWithGuesses.count
      table.add(
        [TextTable.Cell(strategy.name), TextTable.Cell(String(known))]
          + cells(strategy.leakedRecall, .macroRecall) + cells(strategy.leakedAccuracy, .accuracy))
    }
    return Section(title: title, blocks: [.table(table), .paragraph(legend(leaked))])
  }

  private func cells(
    _ comparison: StrategySummary.LeakComparison, _ metric: HeadlineFigure
  ) -> [TextTable.Cell] {
    guard comparison.all != nil || comparison.clean != nil else {
      return [TextTable.Cell("not known", .faint), TextTable.Cell("not known", .faint)]
    }
    return [
      TextTable.Cell(figures.spread(comparison.all, of: metric)),
      TextTable.Cell(figures.spread(comparison.clean, of: metric)),
    ]
  }

  private func legend(_ leaked: Int) -> String {
    var text =
      "\(Figures.count(leaked, "test image is", "test images are")) identical to a training or"
      + " validation image. All other figures of this report are over all test images; recall"
      + " without them is the mean over the classes that still have images."
    if comparison.strategies.contains(where: { $0.runsWithGuesses.count < $0.runs.count }) {
      text += " Not known of runs that kept no guesses: those of older versions."
    }
    return text + " `poise data FILE --duplicates` lists them."
  }
}
