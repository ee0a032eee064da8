import Metrics
import Results

/// How a data set is spread over its classes: what `poise data FILE` prints.
public struct DatasetTable: Sendable {
  /// Images of one class in one fold.
  public struct FoldCounts: Hashable, Sendable {
    /// Training images of the fold's runs.
    public var train: Int
    /// Validation images of the fold's runs.
    public var validation: Int
    /// Test images: those of the fold itself.
    public var test: Int

    /// The three counts.
    public init(train: Int, validation: Int, test: Int) {
      (self.train, self.validation, self.test) = (train, validation, test)
    }
  }

  /// Images of one class in the three splits.
  public struct Row: Hashable, Sendable {
    /// The class's name.
    public var name: String
    /// Training images.
    public var train: Int
    /// Validation images.
    public var validation: Int
    /// Test images.
    public var test: Int
    /// What each fold has; empty where the data are divided once.
    public var folds: [FoldCounts] = []
    /// Follows from ``train``.
    public var group: ShotGroup { ShotGroup(trainingCount: train) }

    /// A class with its counts.
    public init(name: String, train: Int, validation: Int, test: Int) {
      (self.name, self.train, self.validation, self.test) = (name, train, validation, test)
    }
  }

  /// The data set's name.
  public var name: String
  /// By falling training count.
  public var rows: [Row]
  /// Reason → examples that were left out.
  public var quarantined: [String: Int]
  /// Further facts, such as the digest or the rule of the split.
  public var facts: [(String, String)]
  /// What a reader should know, one sentence each.
  public var notes: [String]

  /// A data set's table; classes come out by falling training count.
  public init(
    name: String, rows: [Row], quarantined: [String: Int] = [:], facts: [(String, String)] = [],
    notes: [String] = []
  ) {
    (self.name, self.quarantined, self.facts) = (name, quarantined, facts)
    (self.rows, self.notes) = (rows.ranked, notes)
  }

  /// The table of a data set as a run saw it.
  public init(_ dataset: DatasetRecord) {
    self.init(
      name: dataset.name,
      rows: dataset.classes.map {
        Row(name: $0.name, train: $0.trainCount, validation: $0.validationCount, test: $0.testCount)
      },
      quarantined: dataset.quarantined, facts: [("digest", dataset.digest)])
  }

  /// n_max / n_min over the classes with training images.
  public var imbalanceFactor: Double? {
    let counts = rows.map(\.train).filter { $0 > 0 }
    guard let most = counts.max(), let least = counts.min() else { return nil }
    return Double(most) / Double(least)
  }

  /// The table in a format; as CSV, its classes.
  public func render(_ format: ListFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .table: Section.text(sections(style), style)
    case .markdown: Section.markdown(sections(TextStyle()))
    case .csv: records().csv(exact: style.exactCSV)
    case .json: json().rendered()
    }
  }

  private func total(_ count: (Row) -> Int) -> Int { rows.reduce(0) { $0 + count($1) } }

  private func sections(_ style: TextStyle) -> [Section] {
    [head(), classes(style), folds(), groups(style), quarantine()]
  }

  private func head() -> Section {
    let splits = [("training", total(\.train)), ("validation", total(\.validation))]
    var facts = [("classes", String(rows.count))]
    facts += (splits + [("test", total(\.test))]).map { ($0.0, Figures.grouped($0.1) + " images") }
    if let factor = imbalanceFactor { facts.append(("imbalance", Figures.fixed(factor, 1))) }
    var blocks: [Section.Block] = [.facts(facts + self.facts)]
    if !notes.isEmpty { blocks.append(.list(notes)) }
    return Section(title: "Data set \(name)", blocks: blocks)
  }

  private func classes(_ style: TextStyle) -> Section {
    let full = rows.map(\.train).max() ?? 0
    let nameWidth = min(24, rows.map { DisplayWidth.of($0.name) }.max() ?? 5)
    // Three numbers, the group and the gaps take up to 33 cells.
    let width = max(8, style.width - 33 - max(nameWidth, 5))
    var table = TextTable(
      keyColumns: 1,
      [
        TextTable.Column("class", alignsRight: false, limit: 24), TextTable.Column("train"),
        TextTable.Column("val."), TextTable.Column("test"),
        TextTable.Column("group", alignsRight: false),
        TextTable.Column("training images", alignsRight: false),
      ])
    for row in rows {
      table.add([
        TextTable.Cell(row.name), TextTable.Cell(String(row.train)),
        TextTable.Cell(String(row.validation)), TextTable.Cell(String(row.test)),
        TextTable.Cell(row.group.rawValue, row.group == .unseen ? .bad : .plain),
        TextTable.Cell(
          Sparkline.bar(row.train, of: full, width: width, unicode: style.unicode), .good),
      ])
    }
    return Section(title: "Classes", blocks: rows.isEmpty ? [] : [.table(table)])
  }

  /// How many folds there are; 0 where the data are divided once.
  private var foldCount: Int { rows.first?.folds.count ?? 0 }

  private func folds() -> Section {
    var table = TextTable(
      keyColumns: 1,
      [TextTable.Column("class", alignsRight: false, limit: 24)]
        + (0..<foldCount).map { TextTable.Column("fold \($0 + 1)") })
    func text(_ counts: FoldCounts) -> String { "\(counts.train)/\(counts.test)" }
    for row in rows where foldCount > 0 {
      table.add([TextTable.Cell(row.name)] + row.folds.map { TextTable.Cell(text($0)) })
    }
    if foldCount > 0 {
      let sums = (0..<foldCount).map { fold in
        FoldCounts(
          train: total { $0.folds[fold].train }, validation: total { $0.folds[fold].validation },
          test: total { $0.folds[fold].test })
      }
      table.add([TextTable.Cell("all", .strong)] + sums.map { TextTable.Cell(text($0), .strong) })
    }
    return Section(
      title: "Folds: training images/test images of each",
      blocks: foldCount == 0 ? [] : [.table(table)])
  }

  private func groups(_ style: TextStyle) -> Section {
    var table = TextTable(
      keyColumns: 1,
      [
        TextTable.Column("group", alignsRight: false),
        TextTable.Column("training images", alignsRight: false), TextTable.Column("classes"),
        TextTable.Column("train"), TextTable.Column("val."), TextTable.Column("test"),
      ])
    let limits: [ShotGroup: String] = [
      .many: "more than 100", .medium: "20 to 100", .few: "1 to 19", .unseen: "none",
    ]
    for group in ShotGroup.allCases {
      let members = rows.filter { $0.group == group }
      let counts = [
        members.count, members.reduce(0) { $0 + $1.train },
        members.reduce(0) { $0 + $1.validation }, members.reduce(0) { $0 + $1.test },
      ]
      table.add(
        [TextTable.Cell(group.rawValue), TextTable.Cell(limits[group]!)]
          + counts.map { TextTable.Cell(String($0)) })
    }
    return Section(title: "Groups", blocks: [.table(table)])
  }

  private func quarantine() -> Section {
    let reasons = rankedReasons()
    let facts = reasons.map { ($0.key, Figures.grouped($0.value)) }
    let total = reasons.reduce(0) { $0 + $1.value }
    return Section(
      title: "Quarantine: " + Figures.count(total, "example", "examples") + " left out",
      blocks: facts.isEmpty ? [] : [.facts(facts)])
  }

  private func rankedReasons() -> [(key: String, value: Int)] {
    quarantined.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  }

  private func records() -> RecordTable {
    let parts = ["train", "validation", "test"]
    var table = RecordTable(
      ["class"] + parts + ["group"]
        + (0..<foldCount).flatMap { fold in parts.map { "\($0)_fold_\(fold + 1)" } })
    for row in rows {
      table.add(
        [
          .text(row.name), .integer(row.train), .integer(row.validation), .integer(row.test),
          .text(row.group.rawValue),
        ]
          + row.folds.flatMap {
            [.integer($0.train), .integer($0.validation), .integer($0.test)]
          })
    }
    return table
  }

  private func json() -> JSONText {
    .object([
      ("schema", .integer(1)), ("dataset", .text(name)),
      ("imbalance_factor", .number(imbalanceFactor)), ("train", .integer(total(\.train))),
      ("validation", .integer(total(\.validation))), ("test", .integer(total(\.test))),
      ("facts", .object(facts.map { ($0.0, .text($0.1)) })),
      ("quarantined", .object(rankedReasons().map { ($0.key, .integer($0.value)) })),
      ("notes", .array(notes.map { .text($0) })), ("classes", records().json),
    ])
  }
}

extension [DatasetTable.Row] {
  /// By falling training count; equal ones in the order given.
  fileprivate var ranked: [DatasetTable.Row] {
    enumerated().sorted { ($1.element.train, $0.offset) < ($0.element.train, $1.offset) }
      .map(\.element)
  }
}
