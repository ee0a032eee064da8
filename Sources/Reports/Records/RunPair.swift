import Metrics
import Results

/// Two runs beside each other: in what they differ, and with what outcome. What `poise diff A B`
/// prints.
public struct RunPair: Sendable {
  /// A setting, or a fact of the machine, in which the two differ.
  public struct Difference: Hashable, Sendable {
    /// As an experiment file, or the store, calls it.
    public var key: String
    /// `nil` where the first run does not have it.
    public var first: String?
    /// `nil` where the second run does not have it.
    public var second: String?

    /// A difference under a key.
    public init(key: String, first: String?, second: String?) {
      (self.key, self.first, self.second) = (key, first, second)
    }
  }

  private let runs: [RunSummary]
  private let settings: [Difference]
  private let machines: [Difference]
  private let hasSameData: Bool

  /// Two runs.
  ///
  /// - Parameters:
  ///   - settings: in which the two differ, besides the data.
  ///   - machines: what the two ran on, where that differs.
  ///   - hasSameData: whether images, classes and splits are the same.
  public init(
    _ first: RunSummary, _ second: RunSummary, settings: [Difference], machines: [Difference],
    hasSameData: Bool
  ) {
    (runs, self.settings, self.machines) = ([first, second], settings, machines)
    self.hasSameData = hasSameData
  }

  /// The pair in a format; as CSV, one line a setting, figure and class.
  public func render(_ format: ListFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .table: Section.text(sections(style), style)
    case .markdown: Section.markdown(sections(TextStyle()))
    case .csv: records().csv(exact: style.exactCSV)
    case .json: records().json.rendered()
    }
  }

  // MARK: For people

  private func sections(_ style: TextStyle) -> [Section] {
    let titles = runs.map { "run \($0.id)" }
    return [
      Section(
        title: "Run \(runs[0].id) (\(runs[0].name)) and run \(runs[1].id) (\(runs[1].name))",
        blocks: [.paragraph(meaning)]),
      Section(title: "Settings", blocks: Self.table("setting", titles, settings)),
      Section(title: "Made on", blocks: Self.table("", titles, machines)),
      figures(titles, style), classes(titles, style),
    ]
  }

  /// What the difference of the figures can say.
  private var meaning: String {
    if !hasSameData {
      return "The data are not the same, so that the figures below do not say which run is better."
    }
    if settings.isEmpty {
      return "The settings and the data are the same; what differs comes from the machine."
    }
    if settings.map(\.key) == ["seed"] {
      return "Only the seed differs: so much do figures differ by luck alone."
    }
    return settings.contains { $0.key == "seed" }
      ? "The seed differs as well: part of the difference is luck."
      : "One run each: `poise report` compares strategies over all seeds, and says what is luck."
  }

  private static func table(
    _ name: String, _ titles: [String], _ differences: [Difference]
  ) -> [Section.Block] {
    guard !differences.isEmpty else { return [] }
    var table = TextTable(
      keyColumns: 1,
      ([name] + titles).map { TextTable.Column($0, alignsRight: false, limit: 40) })
    for one in differences {
      table.add([one.key, one.first ?? "-", one.second ?? "-"].map { TextTable.Cell($0) })
    }
    return [.table(table)]
  }

  private func figures(_ titles: [String], _ style: TextStyle) -> Section {
    let figures = Figures(style)
    var table = TextTable(
      keyColumns: 1,
      [TextTable.Column("", alignsRight: false)]
        + (titles + ["difference"]).map { TextTable.Column($0) })
    for figure in HeadlineFigure.allCases {
      let values = runs.map { $0.headline.flatMap(figure.value) }
      guard values.contains(where: { $0 != nil }) else { continue }
      table.add(
        [TextTable.Cell(figure.title)]
          + values.map { TextTable.Cell(figures.value($0, of: figure)) }
          + [TextTable.Cell(figures.difference(Self.difference(values), of: figure))])
    }
    return Section(title: "Test", blocks: table.rows.isEmpty ? [] : [.table(table)])
  }

  /// The second value less the first, where both are known.
  private static func difference(_ values: [Double?]) -> Double? {
    values[0].flatMap { first in values[1].map { $0 - first } }
  }

  /// Classes that are shown.
  private static let most = 10

  /// The classes whose recall differs most.
  private func classes(_ titles: [String], _ style: TextStyle) -> Section {
    let figures = Figures(style)
    let rows = sharedClasses.filter { $0.difference != 0 }
      .sorted { abs($0.difference) > abs($1.difference) }
    guard !rows.isEmpty else { return Section(title: "Classes", blocks: []) }
    var table = TextTable(
      keyColumns: 1,
      [TextTable.Column("class", alignsRight: false, limit: 24)]
        + (["train", "test"] + titles + ["difference"]).map { TextTable.Column($0) })
    for row in rows.prefix(Self.most) {
      table.add(
        [
          row.record.name, "\(row.record.trainCount)", "\(row.record.testCount)",
          figures.percent(row.recalls[0]), figures.percent(row.recalls[1]),
          figures.points(row.difference),
        ].map { TextTable.Cell($0) })
    }
    let title =
      rows.count > Self.most
      ? "Recall of the \(Self.most) classes that differ most, of \(rows.count)"
      : "Recall of the classes that differ"
    return Section(title: title, blocks: [.table(table)])
  }

  private struct ClassRow {
    var record: ClassRecord
    var recalls: [Double]
    var difference: Double { recalls[1] - recalls[0] }
  }

  /// Classes whose recall both runs have, in the data's order; none where the data differ.
  private var sharedClasses: [ClassRow] {
    guard hasSameData else { return [] }
    let recalls = runs.map { run in
      Dictionary(run.classes.map { ($0.classIndex, $0.recall) }, uniquingKeysWith: { $1 })
    }
    return runs[0].classRecords.compactMap { record in
      guard let first = recalls[0][record.index] ?? nil,
        let second = recalls[1][record.index] ?? nil
      else { return nil }
      return ClassRow(record: record, recalls: [first, second])
    }
  }

  // MARK: For machines

  private func records() -> RecordTable {
    var table = RecordTable(["part", "key", "first", "second", "difference"])
    for (part, differences) in [("setting", settings), ("machine", machines)] {
      for one in differences {
        table.add(
          [.text(part), .text(one.key), RecordValue(one.first), RecordValue(one.second), .missing])
      }
    }
    for figure in HeadlineFigure.allCases {
      let values = runs.map { $0.headline.flatMap(figure.value) }
      guard values.contains(where: { $0 != nil }) else { continue }
      let difference = Self.difference(values)
      table.add(
        [
          .text("test"), .text(figure.rawValue), .number(values[0]), .number(values[1]),
          .number(difference),
        ])
    }
    for row in sharedClasses {
      table.add(
        [
          .text("recall"), .text(row.record.name), .number(row.recalls[0]),
          .number(row.recalls[1]), .number(row.difference),
        ])
    }
    return table
  }
}
