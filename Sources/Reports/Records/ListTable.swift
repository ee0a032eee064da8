/// A list of plain texts in columns, for what is no result: the runs of a plan, for example.
public struct ListTable: Sendable {
  private let header: [String]
  private let rows: [[String]]

  /// A list with one row an entry.
  ///
  /// - Precondition: each row has one text a column.
  public init(header: [String], rows: [[String]]) {
    precondition(rows.allSatisfy { $0.count == header.count }, "a row has one text a column")
    (self.header, self.rows) = (header, rows)
  }

  /// For people: columns under their names, aligned to the left, however wide; without a line end
  /// after the last line.
  public func text() -> String {
    var table = TextTable(
      keyColumns: 1, header.map { TextTable.Column($0, alignsRight: false) })
    for row in rows { table.add(row.map { TextTable.Cell($0) }) }
    let style = TextStyle(width: .max, colour: false)
    return table.lines(style, ruled: false).joined(separator: "\n")
  }

  /// For a spreadsheet: RFC 4180, with the header.
  ///
  /// - Parameter exact: whether texts that look like formulas stand as they are.
  public func csv(exact: Bool = false) -> String {
    var table = RecordTable(header)
    for row in rows { table.add(row.map { .text($0) }) }
    return table.csv(exact: exact)
  }
}
