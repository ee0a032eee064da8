extension CSVTable {
  /// Characters that separate cells, by the names that an experiment file gives them.
  public static let separators: [(name: String, character: Character)] = [
    ("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|"), ("space", " "),
  ]
  private static let commentMarks = ["#", "//", "%", "--"]

  /// The place of a column, or an error that names the columns there are.
  ///
  /// - Parameter role: what the column is for, in the error.
  /// - Throws: where not exactly one column has the name.
  public func index(of column: String, for role: String) throws(DatasetError) -> Int {
    let found = columns.indices.filter { columns[$0] == column }
    if found.count == 1 { return found[0] }
    let reason =
      found.isEmpty
      ? "no column '\(column)' for \(role)\(Wording.didYouMean(column, among: columns))"
      : "\(found.count) columns are named '\(column)', wanted for \(role)"
    let place = hasNamedColumns ? path : "\(path):\(header.line)"
    var advice = "its columns are \(Wording.list(columns, limit: 40))"
    if found.isEmpty, let why = reasonForMissing(column) { advice += "; \(why)" }
    throw DatasetError(.missingColumn, at: place, reason, advice: advice)
  }

  /// What the table looks like to someone who sees that a column is not there, and the key that
  /// would read it so.
  private func reasonForMissing(_ column: String) -> String? {
    if hasNamedColumns { return "dataset.columns gives their names" }
    if let mark = Self.commentMarks.first(where: { header.text.hasPrefix($0) }) {
      return "if line \(header.line) is a comment, write comment: '\(mark)' under dataset"
    }
    for (name, other) in Self.separators where other != separator {
      let cells = header.text.split(separator: other, omittingEmptySubsequences: false)
        .map { Self.unquoted(String($0)) }
      if cells.count > 1, cells.contains(column) {
        return "its cells seem to be separated by \(name)s: write separator: \(name) under dataset"
      }
    }
    if let classes = oneHotColumns() {
      return "\(Wording.list(classes, limit: 3)) hold 0 and 1, a single 1 a row, as if each were"
        + " a class: make one column of them that holds the class's name"
    }
    if columns.contains(where: { Wording.suggestion(for: column, among: [$0]) != nil }) {
      return nil
    }
    return "if it has no header line, name its columns with dataset.columns, such as"
      + " columns: [id, label]"
  }

  private static func unquoted(_ cell: String) -> String {
    let text = cell.trimmingBlanks()
    return text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
      ? String(text.dropFirst().dropLast()) : text
  }

  /// Columns of zeros and ones of which every row has exactly one 1.
  private func oneHotColumns() -> [String]? {
    let (zeros, ones): (Set<String>, Set<String>) = (["0", "0.0"], ["1", "1.0"])
    let flags = columns.indices.filter { column in
      rows.allSatisfy { zeros.contains($0.cells[column]) || ones.contains($0.cells[column]) }
    }
    guard !rows.isEmpty, flags.count > 1,
      rows.allSatisfy({ row in flags.count { ones.contains(row.cells[$0]) } == 1 })
    else { return nil }
    return flags.map { columns[$0] }
  }
}
