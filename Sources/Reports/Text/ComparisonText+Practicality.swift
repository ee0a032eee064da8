import Metrics

extension ComparisonText {
  /// How probable it is that each difference matters, where a report was asked for it.
  func practicality() -> Section {
    let title = "Does it matter in practice"
    guard let rope = comparison.rope, comparison.comparisons > 0 else {
      return Section(title: title, blocks: [])
    }
    let size =
      figures.value(rope, of: comparison.metric) + (comparison.metric.isShare ? " points" : "")
    var table = TextTable(
      keyColumns: 1,
      [
        TextTable.Column("strategy", alignsRight: false, limit: 26), TextTable.Column("difference"),
        TextTable.Column("P(lower)"), TextTable.Column("P(same)"), TextTable.Column("P(higher)"),
        TextTable.Column("effect"),
      ])
    for strategy in comparison.strategies where !strategy.isBaseline {
      guard let contrast = comparison.contrast(of: strategy, in: comparison.metric) else {
        continue
      }
      let shares = Practicality(of: contrast, rope: rope)
      let effect = strategy.differences[comparison.metric]?.effectSize
      table.add(
        [
          strategy.name, figures.difference(contrast.mean, of: comparison.metric),
          share(shares?.lower), share(shares?.within), share(shares?.higher),
          effect.map { Figures.fixed($0, 1, minus: style.minus) } ?? Figures.undefined,
        ].map { TextTable.Cell($0) })
    }
    let words =
      "Same: a difference of \(comparison.metric.title) of at most \(size). The shares are those of "
      + "Student's t around the measured difference (a flat prior), for each strategy by itself. Effect: "
      + "Hedges' g, the mean difference in standard deviations over seeds, from three pairs on."
    return Section(title: title, blocks: [.table(table), .paragraph(words)])
  }

  private func share(_ value: Double?) -> String {
    value.map { Figures.fixed($0, 2) } ?? Figures.undefined
  }
}
