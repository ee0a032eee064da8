import Results

/// The recipes of a sweep, one a line, the newest first: what `poise report --recipe` prints.
public struct RecipeTable: Sendable {
  private struct Line {
    var record: RecipeRecord
    var runs: [RunSummary]
    /// Settings and data in which the newest recipe of the data set differs.
    var changes: [String]
    var isNewest: Bool

    var done: Int { runs.count { $0.status == .done } }
  }

  private let lines: [Line]

  /// The recipes of one sweep.
  ///
  /// - Parameters:
  ///   - recipes: the newest last.
  ///   - runs: of the sweep; recipes of which all are archived are left out.
  public init(_ recipes: [RecipeRecord], runs: [RunSummary]) {
    let shown = Dictionary(
      runs.filter { !$0.isArchived }.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    var newest: [String: RecipeRecord] = [:]
    lines = recipes.reversed().compactMap { record in
      let members = (record.runs + record.replaced).compactMap { shown[$0] }
      guard !members.isEmpty else { return nil }
      let first = newest[record.dataset]
      newest[record.dataset] = first ?? record
      return Line(
        record: record, runs: members,
        changes: first.map { record.changes(to: $0, arrow: "→") } ?? [], isNewest: first == nil)
    }
  }

  /// The list in a format; ends with a line end.
  public func render(_ format: ListFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .table: text(style).lines(style).joined(separator: "\n") + "\n"
    case .markdown: text(TextStyle()).markdown().joined(separator: "\n") + "\n"
    case .csv: records().csv(exact: style.exactCSV)
    case .json: records().json.rendered()
    }
  }

  private func text(_ style: TextStyle) -> TextTable {
    let showsDataset = Set(lines.map(\.record.dataset)).count > 1
    var columns = [TextTable.Column("recipe", alignsRight: false)]
    if showsDataset {
      columns.append(TextTable.Column("data set", alignsRight: false, limit: 24))
    }
    columns += [
      TextTable.Column("planned last", alignsRight: false), TextTable.Column("runs"),
      TextTable.Column("done"), TextTable.Column("images"),
      TextTable.Column("what has changed since", alignsRight: false),
    ]
    var table = TextTable(keyColumns: 1, columns)
    for line in lines {
      var cells = [line.record.recipe.id]
      if showsDataset { cells.append(line.record.dataset) }
      let changes =
        line.changes.isEmpty ? "the same settings" : line.changes.joined(separator: ", ")
      cells += [
        line.record.plannedAt, "\(line.runs.count)", "\(line.done)",
        Figures.grouped(line.record.images), line.isNewest ? "(newest)" : changes,
      ]
      let arrow = style.unicode ? "→" : "->"
      table.add(cells.map { TextTable.Cell($0.replacing("→", with: arrow)) })
    }
    return table
  }

  private func records() -> RecordTable {
    var table = RecordTable([
      "recipe", "dataset", "added_at", "planned_at", "runs", "done", "images", "is_newest",
      "changes",
      "data_digests", "hash", "settings",
    ])
    for line in lines {
      let record = line.record
      table.add([
        .text(record.recipe.id), .text(record.dataset), .text(record.addedAt),
        .text(record.plannedAt), .integer(line.runs.count), .integer(line.done),
        .integer(record.images), .truth(line.isNewest),
        .text(line.changes.joined(separator: ", ")),
        .text(record.datasets.map(\.digest).joined(separator: " ")), .text(record.recipe.hash),
        .text(record.recipe.settings),
      ])
    }
    return table
  }
}
