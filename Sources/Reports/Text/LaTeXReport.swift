import Metrics

/// For a paper: tables with the rules of booktabs, the best figure bold and the second underlined.
///
/// Strategies by default; by class the study's table, top-1 and top-5 of every strategy. What stands in a
/// table is said in its caption. A comment in the first lines names the packages.
public struct LaTeXReport: Report {
  public static let fileExtension = "tex"
  /// What stands in its rows.
  public var subject: ReportSubject

  /// A report of `subject`.
  public init(subject: ReportSubject = .overview) { self.subject = subject }

  public func render(_ comparisons: [Comparison]) -> String {
    let tables = comparisons.map { comparison in
      switch subject {
      case .summary, .overview, .strategy: LaTeXStrategies(comparison).table
      case .class: LaTeXClasses(comparison, rows: .classes).table
      case .group: LaTeXClasses(comparison, rows: .averages).table
      }
    }
    let body = tables.map(\.text).joined(separator: "\n")
    return Self.head(tables, body) + "\n" + body
  }

  private static func head(_ tables: [LaTeXTable], _ body: String) -> String {
    let packages = Set(tables.flatMap(\.packages)).sorted()
    var lines = [
      "% \\usepackage[T1]{fontenc} \\usepackage{textcomp} "
        + packages.map { "\\usepackage{\($0)}" }.joined(separator: " ")
    ]
    let beyond = LaTeXText.beyond(body)
    if !beyond.isEmpty {
      lines.append(
        "% pdflatex has no letters for \(beyond.prefix(20).map(String.init).joined(separator: " "))"
          + "\(beyond.count > 20 ? " and others" : ""): use xelatex or lualatex with a font that has them."
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// What the tables of one comparison share.
struct LaTeXMarks {
  let comparison: Comparison
  let figures = Figures(TextStyle(unicode: false))

  /// The baseline first, the others by rank.
  var ordered: [StrategySummary] {
    comparison.strategies.filter(\.isBaseline) + comparison.strategies.filter { !$0.isBaseline }
  }

  /// `reference-fashion-stage-top-20`.
  var label: String {
    let words = "\(comparison.sweep)-\(comparison.stage ?? "")\(comparison.recipe ?? "")"
    return words.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }.joined()
  }

  var seeds: String {
    let count = comparison.seeds.count
    let folds = comparison.foldCount
    return "\(count) seed\(count == 1 ? "" : "s")"
      + (folds > 0 ? " $\\times$ \(folds) fold\(folds == 1 ? "" : "s")" : "")
  }

  /// What the comparison is of: the data set with its stage, or all stages together.
  var subject: String { LaTeXText.escaped(comparison.dataset) }

  /// Each value with the best in bold and the second underlined, as far as they differ where they are
  /// written; one alone has no rank.
  static func ranked(
    _ values: [Double?], lowerIsBetter: Bool, _ write: (Double) -> String
  )
    -> [(text: String, wrap: (String) -> String)]
  {
    let known = values.compactMap(\.self).sorted { lowerIsBetter ? $0 < $1 : $0 > $1 }
    var texts: [String] = []
    for text in known.map(write) where !texts.contains(text) { texts.append(text) }
    return values.map { value in
      guard let value else { return ("--", { $0 }) }
      let text = write(value)
      guard texts.count > 1 else { return (text, { $0 }) }
      if text == texts[0] { return (text, { "\\textbf{\($0)}" }) }
      if text == texts[1] { return (text, { "\\underline{\($0)}" }) }
      return (text, { $0 })
    }
  }
}

/// One row a strategy: the metric, groups, accuracy and macro F1.
private struct LaTeXStrategies {
  let marks: LaTeXMarks
  private let columns: [HeadlineFigure]

  init(_ comparison: Comparison) {
    marks = LaTeXMarks(comparison: comparison)
    let wanted: [HeadlineFigure] = [
      comparison.metric, .manyRecall, .mediumRecall, .fewRecall, .accuracy, .macroF1,
    ]
    columns = wanted.enumerated().filter { place, figure in
      wanted.firstIndex(of: figure) == place
        && comparison.strategies.contains { $0.metrics[figure] != nil }
    }.map(\.element)
  }

  private var comparison: Comparison { marks.comparison }
  private var hasChange: Bool { comparison.comparisons > 0 }

  var table: LaTeXTable {
    let titles = columns.map { LaTeXText.escaped($0.title) }
    let change = hasChange ? ["$\\Delta$ \(titles.first ?? "")"] : []
    var table = LaTeXTable(
      columns: "l" + String(repeating: "r", count: titles.count + change.count),
      head: [(["Strategy"] + titles + change).joined(separator: " & ") + " \\\\"],
      caption: caption, label: "tab:\(marks.label)-strategies")
    let blocks = StrategyBlocks(comparison).all
    for (place, block) in blocks.enumerated() {
      if place > 0 { table.rows.append(.rule) }
      if !block.title.isEmpty { table.rows.append(.title(LaTeXText.escaped(block.title))) }
      let ordered =
        block.strategies.filter(\.isBaseline) + block.strategies.filter { !$0.isBaseline }
      table.rows += rows(ordered, isRanked: place == 0)
    }
    return table
  }

  private func rows(_ strategies: [StrategySummary], isRanked: Bool) -> [LaTeXTable.Row] {
    let cells = columns.map { figure -> [String] in
      let spreads = strategies.map { $0.metrics[figure] }
      let ranked = LaTeXMarks.ranked(spreads.map { $0?.mean }, lowerIsBetter: figure.lowerIsBetter)
      {
        marks.figures.value($0, of: figure)
      }
      return zip(spreads, ranked).map { spread, rank in
        let mean = LaTeXText.number(rank.text)
        let deviation = spread?.deviation.map { " $\\pm$ \(marks.figures.value($0, of: figure))" }
        return (isRanked ? rank.wrap(mean) : mean) + (deviation ?? "")
      }
    }
    return strategies.enumerated().map { place, strategy in
      let missing = strategy.missing.isEmpty ? "" : "$^{\\ast}$"
      return .cells(
        [LaTeXText.escaped(strategy.name) + missing] + cells.map { $0[place] }
          + (hasChange ? [change(strategy)] : []))
    }
  }

  /// `+4.9 [-5.0, +14.8]`, with a dagger where it is a difference.
  private func change(_ strategy: StrategySummary) -> String {
    guard let contrast = comparison.contrast(of: strategy, in: comparison.metric) else { return "" }
    func number(_ value: Double) -> String {
      LaTeXText.number(marks.figures.difference(value, of: comparison.metric))
    }
    let interval = contrast.seedInterval.map {
      " [\(number($0.lowerBound)), \(number($0.upperBound))]"
    }
    return number(contrast.mean) + (interval ?? "")
      + (contrast.verdict.isDifference ? "$^{\\dagger}$" : "")
  }

  private var caption: String {
    let share = "in \\%" + (comparison.seeds.count > 1 ? ", mean $\\pm$ standard deviation" : "")
    var text =
      "\(marks.subject): figures on the test set \(share) over \(marks.seeds); best in bold, second "
      + "underlined."
    if hasChange, let baseline = comparison.baseline {
      text += " $\\Delta$: against \(LaTeXText.escaped(baseline)), run by run with the same seed"
      text +=
        comparison.strategies.contains {
          comparison.contrast(of: $0, in: comparison.metric)?.seedInterval != nil
        }
        ? ", with Student's interval over seeds, 95\\,\\% for all together; $\\dagger$: the interval "
          + "leaves out zero." : "; one seed shows no interval."
    }
    if comparison.strategies.contains(where: { !$0.missing.isEmpty }) {
      text += " $\\ast$: some seeds are missing."
    }
    if StrategyBlocks(comparison).all.count > 1 {
      text += " Strategies with settings of their own answer another question and have no rank."
    }
    return text
  }
}

/// One row a class or an average, top-1 and top-5 of every strategy.
struct LaTeXClasses {
  enum Rows { case classes, averages }

  let marks: LaTeXMarks
  let rows: Rows

  init(_ comparison: Comparison, rows: Rows) {
    marks = LaTeXMarks(comparison: comparison)
    self.rows = rows
  }

  private var comparison: Comparison { marks.comparison }

  var table: LaTeXTable {
    let ordered = marks.ordered
    let names = ordered.map { "\\multicolumn{2}{c}{\(LaTeXText.escaped($0.name))}" }
    let rules = ordered.indices.map { "\\cmidrule(lr){\(4 + 2 * $0)-\(5 + 2 * $0)}" }.joined()
    var table = LaTeXTable(
      columns: "lrr" + String(repeating: "rr", count: ordered.count),
      head: [
        (["", "", ""] + names).joined(separator: " & ") + " \\\\", rules,
        (["Class", "train", "test"] + ordered.flatMap { _ in ["top-1", "top-5"] })
          .joined(separator: " & ") + " \\\\",
      ],
      caption:
        "\(marks.subject): share of each class's test images in \\% whose best guess is right, and "
        + "that have the class among the five best guesses; means over \(marks.seeds); best in bold, "
        + "second underlined.",
      label: "tab:\(marks.label)-\(rows == .classes ? "classes" : "groups")")
    if rows == .classes {
      for (place, row) in comparison.classes.enumerated() {
        table.rows.append(
          .cells(
            [
              LaTeXText.escaped(row.name), range(row.trainCounts), range(row.support),
            ] + cells(ordered.map { $0.classes[place] })))
      }
      table.rows.append(.rule)
    }
    for average in ClassAverage.allCases {
      let members = comparison.wholeClasses.filter { average.includes($0.group) }
      guard !members.isEmpty else { continue }
      table.rows.append(
        .cells(
          [
            LaTeXText.escaped(average.title),
            String(members.reduce(0) { $0 + $1.trainCounts.upperBound }),
            String(members.reduce(0) { $0 + $1.support.upperBound }),
          ] + cells(ordered.map { $0.averages[average] })))
    }
    return table
  }

  private func range(_ values: ClosedRange<Int>) -> String {
    LaTeXText.escaped(marks.figures.range(values)).replacing("-", with: "--")
  }

  /// Top-1 and top-5 of every strategy, each ranked by itself.
  private func cells(_ own: [ClassFigures?]) -> [String] {
    func ranked(_ values: [Double?]) -> [String] {
      LaTeXMarks.ranked(values, lowerIsBetter: false) { marks.figures.percent($0) }
        .map { $0.wrap($0.text) }
    }
    let (first, five) = (
      ranked(own.map { $0?.top1?.mean }), ranked(own.map { $0?.top5?.mean })
    )
    return zip(first, five).flatMap { [$0, $1] }
  }
}
