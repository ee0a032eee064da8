import Files

extension CatalogueDraft {
  /// Reads a table of examples. The first row of an id counts; blanks around ids and labels do not.
  mutating func readTable(_ format: CSVFormat, root: String) throws(DatasetError) {
    let table = try CSVTable(
      path: try existingFile(format.file, for: "dataset.file", under: root),
      dialect: format.dialect ?? TableDialect())
    repairs += table.repairs.filter { $0.repair != .verbatimLastCell }
    try readRows(of: table, TableRoles(format, of: table), root: root, split: nil)
  }

  /// Adds the examples of a table's rows.
  ///
  /// - Throws: where no row can be used because images are not where they should be.
  mutating func readRows(
    of table: CSVTable, _ roles: TableRoles, root: String, split: SplitName?
  ) throws(DatasetError) {
    notes += table.notes
    for row in table.malformed { setAside("line \(row.line)", .malformedRow, row.reason) }
    var finder = ImageFinder(root: root, links: links)
    var seen: [String: (line: Int, label: String)] = [:]
    seen.reserveCapacity(table.rows.count)
    examples.reserveCapacity(examples.count + table.rows.count)
    let (before, expected) = (examples.count, roles.labelsOfWholeRows(of: table))
    for row in table.rows {
      guard let row = mended(row, roles, expected, of: table) else { continue }
      let id = row.cells[roles.id].trimmingBlanks()
      let label = row.cells[roles.label].trimmingBlanks()
      if id.isEmpty {
        let column = table.columns[roles.id]
        setAside("line \(row.line)", .malformedRow, "column '\(column)' is empty")
        continue
      }
      if let first = seen[id] {
        setAside(id, .duplicateID, Self.repeated(label, in: row.line, first), label: label)
        continue
      }
      seen[id] = (row.line, label)
      if label.isEmpty {
        setAside(
          id, .emptyLabel, "line \(row.line): column '\(table.columns[roles.label])' is empty")
        continue
      }
      guard let image = locate(id, label, row, roles.pattern, &finder) else { continue }
      notePlace(of: label, table.path, line: row.line)
      examples.append(
        Example(
          id: id, label: label, text: roles.text.map { row.cells[$0] }, pixels: .file(image),
          attributes: roles.keepsCells ? attributes(of: row, in: table.columns) : [:],
          givenSplit: split))
    }
    if examples.count == before, let missing = finder.firstMissing {
      throw Self.noImage(of: table, missing, &finder, roles.imagePattern, root: root)
    }
    take(finder)
  }

  private mutating func take(_ finder: ImageFinder) {
    notes += finder.notes
    outside.images += finder.outsideImages
    for (link, target) in finder.outsideLinks { outside.add(link, to: target) }
  }

  private static func repeated(
    _ label: String, in line: Int, _ first: (line: Int, label: String)
  ) -> String {
    let place = "line \(line): the id is already in line \(first.line)"
    return label == first.label
      ? place : "\(place), there with the label '\(first.label)' and here with '\(label)'"
  }

  /// The row, or `nil` where it has more cells than columns and it cannot be told which of them the
  /// surplus belongs to: only a last column of free text may hold separators that nobody quoted.
  private mutating func mended(
    _ row: CSVTable.Row, _ roles: TableRoles, _ labels: Set<String>, of table: CSVTable
  ) -> CSVTable.Row? {
    guard row.isRepaired else { return row }
    let last = table.columns.count - 1
    if roles.keys.contains(last) {
      if let cell = Self.withoutEmptyCells(row.cells[last], table.separator) {
        var mended = row
        mended.cells[last] = cell
        repairs.append(RepairedRow(line: row.line, repair: .surplusEmptyCells))
        return mended
      }
      setAside(
        "line \(row.line)", .malformedRow,
        "more cells than the header's \(table.columns.count), and column '\(table.columns[last])',"
          + " the last, cannot hold the surplus; quote cells that contain '\(table.separator)'")
      return nil
    }
    let label = row.cells[roles.label].trimmingBlanks()
    if !labels.isEmpty, !labels.contains(label) {
      setAside(
        "line \(row.line)", .malformedRow,
        "more cells than the header's \(table.columns.count), and '\(label)' is the label of no row"
          + " of the right length; quote cells that contain '\(table.separator)'")
      return nil
    }
    repairs.append(RepairedRow(line: row.line, repair: .verbatimLastCell))
    return row
  }

  /// A cell without the separators after it; `nil` where something else follows.
  private static func withoutEmptyCells(_ text: String, _ separator: Character) -> String? {
    var rest = text.trimmingBlanks()[...]
    while rest.last == separator { rest = String(rest.dropLast()).trimmingBlanks()[...] }
    if rest.count > 1, rest.hasPrefix("\""), rest.hasSuffix("\"") {
      rest = rest.dropFirst().dropLast()
      return rest.contains("\"") ? nil : String(rest)
    }
    return rest.contains(separator) || rest.hasPrefix("\"") ? nil : String(rest)
  }

  private static func noImage(
    of table: CSVTable, _ missing: String, _ finder: inout ImageFinder, _ pattern: String,
    root: String
  ) -> DatasetError {
    let hint = finder.hint(for: missing)
    return DatasetError(
      .noUsableExample, at: "dataset.image '\(pattern)'",
      "none of \(Wording.count(table.rows.count, "row")) can be used; the first image would be"
        + " '\(missing)', and \(finder.contents(beside: missing))",
      advice: hint ?? "correct dataset.image or dataset.root ('\(root)')")
  }

  private mutating func locate(
    _ id: String, _ label: String, _ row: CSVTable.Row, _ pattern: ImagePattern,
    _ finder: inout ImageFinder
  ) -> String? {
    switch pattern.path(for: row.cells) {
    case .failure(let empty):
      setAside(
        id, .missingImage, "line \(row.line): column '\(empty.column)' is empty", label: label)
    case .success(let relative):
      switch finder.find(relative) {
      case .found(let path): return path
      case .missing(let detail): setAside(id, .missingImage, detail, label: label)
      case .unsafe(let detail): setAside(id, .unsafePath, detail, label: label)
      }
    }
    return nil
  }

  /// Cells by column name; of two columns with one name, the first.
  private func attributes(of row: CSVTable.Row, in columns: [String]) -> [String: String] {
    var attributes: [String: String] = [:]
    attributes.reserveCapacity(columns.count)
    for (column, cell) in zip(columns, row.cells) where attributes[column] == nil {
      attributes[column] = cell
    }
    return attributes
  }
}

/// Which columns of a table are what.
struct TableRoles {
  var id: Int
  var label: Int
  var text: Int?
  var pattern: ImagePattern
  /// As it was written, for messages.
  var imagePattern: String
  /// Whether examples keep the cells of their rows.
  var keepsCells: Bool

  /// - Throws: where a column is not there.
  init(_ format: CSVFormat, of table: CSVTable) throws(DatasetError) {
    id = try table.index(of: format.idColumn, for: "dataset.id")
    label = try table.index(of: format.labelColumn, for: "dataset.label")
    if let name = format.textColumn { text = try table.index(of: name, for: "dataset.text") }
    pattern = try ImagePattern(format.imagePattern, of: table)
    (imagePattern, keepsCells) = (format.imagePattern, true)
  }

  /// A list's two columns, a path and a class.
  init(ofList table: CSVTable, imagePattern: String) throws(DatasetError) {
    (id, label, text) = (0, 1, nil)
    pattern = try ImagePattern(imagePattern, of: table)
    (self.imagePattern, keepsCells) = (imagePattern, false)
  }

  /// Columns that decide which image an example is and which class it has.
  var keys: Set<Int> { Set([id, label] + pattern.columns) }

  /// Labels of the rows that have as many cells as there are columns; those of others may be
  /// pieces of another cell.
  func labelsOfWholeRows(of table: CSVTable) -> Set<String> {
    guard !table.repairs.isEmpty else { return [] }
    return Set(table.rows.lazy.filter { !$0.isRepaired }.map { $0.cells[label].trimmingBlanks() })
  }
}
