import Files

extension CatalogueDraft {
  /// Reads a table of examples. The first row of an id counts; blanks around ids and labels do not.
  mutating func readTable(_ format: CSVFormat, root: String) throws(DatasetError) {
    let table = try CSVTable(path: try existingFile(format.file, for: "dataset.file", under: root))
    let idColumn = try table.index(of: format.idColumn, for: "dataset.id")
    let labelColumn = try table.index(of: format.labelColumn, for: "dataset.label")
    var textColumn: Int?
    if let name = format.textColumn { textColumn = try table.index(of: name, for: "dataset.text") }
    let pattern = try ImagePattern(format.imagePattern, of: table)
    repairs = table.repairs
    for row in table.malformed { setAside("line \(row.line)", .malformedRow, row.reason) }
    var finder = ImageFinder(root: root)
    var lines: [String: Int] = [:]
    lines.reserveCapacity(table.rows.count)
    examples.reserveCapacity(table.rows.count)
    for row in table.rows {
      let id = row.cells[idColumn].trimmingBlanks()
      if id.isEmpty {
        setAside("line \(row.line)", .malformedRow, "column '\(format.idColumn)' is empty")
        continue
      }
      if let first = lines[id] {
        setAside(id, .duplicateID, "line \(row.line): the id is already in line \(first)")
        continue
      }
      lines[id] = row.line
      let label = row.cells[labelColumn].trimmingBlanks()
      if label.isEmpty {
        setAside(id, .emptyLabel, "line \(row.line): column '\(format.labelColumn)' is empty")
        continue
      }
      guard let image = locate(id, row, pattern, &finder) else { continue }
      examples.append(
        Example(
          id: id, label: label, text: textColumn.map { row.cells[$0] }, pixels: .file(image),
          attributes: attributes(of: row, in: table.columns)))
    }
    if examples.isEmpty, let missing = finder.firstMissing {
      throw Self.noImage(
        of: Wording.count(table.rows.count, "row"), missing, finder.contents(beside: missing),
        format, root: root)
    }
  }

  private static func noImage(
    of rows: String, _ missing: String, _ neighbours: String, _ format: CSVFormat, root: String
  ) -> DatasetError {
    DatasetError(
      .noUsableExample, at: "dataset.image '\(format.imagePattern)'",
      "none of \(rows) can be used; the first image would be '\(missing)', and "
        + neighbours,
      advice: "correct dataset.image or dataset.root ('\(root)')")
  }

  private mutating func locate(
    _ id: String, _ row: CSVTable.Row, _ pattern: ImagePattern, _ finder: inout ImageFinder
  ) -> String? {
    switch pattern.path(for: row.cells) {
    case .failure(let empty):
      setAside(id, .missingImage, "line \(row.line): column '\(empty.column)' is empty")
    case .success(let relative):
      switch finder.find(relative) {
      case .found(let path): return path
      case .missing(let detail): setAside(id, .missingImage, detail)
      case .unsafe(let detail): setAside(id, .unsafePath, detail)
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
