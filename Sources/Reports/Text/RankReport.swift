import Metrics

/// Strategies by their ranks over several data sets: what `poise report` prints of several sweeps.
public struct RankReport: Sendable {
  private let ranks: RankComparison

  /// A report of these ranks.
  public init(_ ranks: RankComparison) { self.ranks = ranks }

  /// The report in a format; ends with a line end.
  public func render(_ format: ListFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .table: Section.text(sections(style), style)
    case .markdown: Section.markdown(sections(TextStyle()))
    case .csv: records().csv(exact: style.exactCSV)
    case .json: json().rendered()
    }
  }

  private func sections(_ style: TextStyle) -> [Section] {
    [
      Section(
        title: "Ranks over \(ranks.datasets.count) data sets by \(ranks.metric.title)",
        blocks: [.table(table(style))]),
      Section(title: "What may be said", blocks: [.list(findings(style) + ranks.remarks)]),
    ]
  }

  private func table(_ style: TextStyle) -> TextTable {
    let figures = Figures(style)
    let hasBaseline = ranks.entries.contains { $0.p != nil }
    var columns = [
      TextTable.Column("strategy", alignsRight: false, limit: 26), TextTable.Column("mean rank"),
    ]
    if hasBaseline { columns.append(TextTable.Column("p")) }
    let isJudged = ranks.entries.contains { $0.practicality != nil }
    if isJudged { columns += ["P(lower)", "P(same)", "P(higher)"].map { TextTable.Column($0) } }
    columns += ranks.datasets.map { TextTable.Column($0, limit: 16) }
    var table = TextTable(keyColumns: 1, columns)
    for entry in ranks.entries {
      var cells = [
        TextTable.Cell(entry.name, entry.isBaseline ? .strong : .plain),
        TextTable.Cell(Figures.fixed(entry.meanRank, 2)),
      ]
      if hasBaseline {
        cells.append(
          TextTable.Cell(entry.isBaseline ? "base" : entry.p.map(Figures.probability) ?? ""))
      }
      if isJudged {
        let shares = entry.practicality
        cells += [shares?.lower, shares?.within, shares?.higher].map {
          TextTable.Cell($0.map { Figures.fixed($0, 2) } ?? "")
        }
      }
      cells += zip(entry.values, entry.ranks).map { value, rank in
        TextTable.Cell(
          "\(figures.value(value, of: ranks.metric)) (\(Self.short(rank)))",
          rank == 1 ? .strong : .plain)
      }
      table.add(cells)
    }
    return table
  }

  private static func short(_ rank: Double) -> String {
    rank == rank.rounded() ? String(Int(rank)) : Figures.fixed(rank, 1)
  }

  private func findings(_ style: TextStyle) -> [String] {
    guard let friedman = ranks.friedman, let limit = ranks.criticalDifference else {
      return ["All strategies tie on every data set."] + practicality(style)
    }
    let p = Figures.probability(friedman.pValue)
    let isTold = friedman.pValue < 0.05
    var lines = [
      "Friedman's test: chi-square \(Figures.fixed(friedman.statistic, 2)), p \(p): the strategies "
        + (isTold ? "do not all rank alike." : "are not shown to rank differently.")
    ]
    if isTold {
      lines.append(
        "Nemenyi: mean ranks that are more than \(Figures.fixed(limit, 2)) apart differ (all pairs "
          + "together at 5 %).")
      if ranks.entries.contains(where: { $0.p != nil }) {
        lines.append("p: against the baseline, by ranks, corrected by Holm.")
      }
    }
    lines.append(
      "This speaks of other data sets like these. Seeds enter as means only; what they show of one "
        + "data set is in its own report.")
    return lines + practicality(style)
  }

  /// What the probabilities of a report with a region of practical equivalence are.
  private func practicality(_ style: TextStyle) -> [String] {
    guard let rope = ranks.rope else { return [] }
    guard ranks.entries.contains(where: { $0.practicality != nil }) else {
      return ["There is no one baseline: nothing is said of what matters in practice."]
    }
    let size =
      Figures(style).value(rope, of: ranks.metric) + (ranks.metric.isShare ? " points" : "")
    return [
      "P: how probable it is that most data sets like these would show lower, the same (a difference of "
        + "at most \(size)) or higher than the baseline (Bayesian signed-rank test, a prior of half a "
        + "data set without difference); each strategy by itself, not corrected."
    ]
  }

  // MARK: For machines

  private func records() -> RecordTable {
    var table = RecordTable([
      "strategy", "is_baseline", "mean_rank", "p_holm", "dataset", "metric", "value", "rank",
      "p_lower", "p_same", "p_higher",
    ])
    for entry in ranks.entries {
      for (place, dataset) in ranks.datasets.enumerated() {
        table.add([
          .text(entry.name), .truth(entry.isBaseline), .number(entry.meanRank), .number(entry.p),
          .text(dataset), .text(ranks.metric.rawValue), .number(entry.values[place]),
          .number(entry.ranks[place]), .number(entry.practicality?.lower),
          .number(entry.practicality?.within), .number(entry.practicality?.higher),
        ])
      }
    }
    return table
  }

  private func json() -> JSONText {
    let entries = ranks.entries.map { entry in
      JSONText.object([
        ("strategy", .text(entry.name)), ("is_baseline", .truth(entry.isBaseline)),
        ("mean_rank", .number(entry.meanRank)), ("p_holm", .number(entry.p)),
        ("values", .array(entry.values.map { .number($0) })),
        ("ranks", .array(entry.ranks.map { .number($0) })),
        ("p_lower", .number(entry.practicality?.lower)),
        ("p_same", .number(entry.practicality?.within)),
        ("p_higher", .number(entry.practicality?.higher)),
      ])
    }
    return .object([
      ("schema", .integer(1)), ("metric", .text(ranks.metric.rawValue)),
      ("datasets", .array(ranks.datasets.map { .text($0) })), ("strategies", .array(entries)),
      (
        "friedman",
        ranks.friedman.map {
          .object([("statistic", .number($0.statistic)), ("p", .number($0.pValue))])
        } ?? .null
      ),
      ("critical_difference", .number(ranks.criticalDifference)),
      ("incomplete", .array(ranks.incomplete.map { .text($0) })),
      ("remarks", .array(ranks.remarks.map { .text($0) })), ("rope", .number(ranks.rope)),
    ])
  }
}
