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

  /// For people: columns under their names, aligned to the left; without a line end after the last line.
  ///
  /// - Parameter width: columns that a line may take. The widest texts are shortened until it is enough,
  ///   but never below ``least`` characters; a list is never cut into blocks.
  public func text(width: Int = .max) -> String {
    let limits = limits(within: width)
    var table = TextTable(
      keyColumns: 1, header.map { TextTable.Column($0, alignsRight: false) })
    for row in rows {
      table.add(zip(row, limits).map { TextTable.Cell(Self.shortened($0, to: $1)) })
    }
    let style = TextStyle(width: .max, colour: false)
    return table.lines(style, ruled: false).joined(separator: "\n")
  }

  /// Characters that a shortened text keeps.
  private static let least = 12

  /// The widths of columns that together fit.
  private func limits(within width: Int) -> [Int] {
    var widths = header.indices.map { column in
      max(DisplayWidth.of(header[column]), rows.map { DisplayWidth.of($0[column]) }.max() ?? 0)
    }
    let gaps = 2 * max(0, header.count - 1)
    while widths.reduce(gaps, +) > width, let widest = widths.max(), widest > Self.least {
      widths[widths.firstIndex(of: widest) ?? 0] -= 1
    }
    return widths
  }

  /// Its beginning and its end with an ellipsis between them: names of runs differ at both.
  private static func shortened(_ text: String, to width: Int) -> String {
    guard DisplayWidth.of(text) > width else { return text }
    var (head, tail) = ("", "")
    var rest = text[...]
    while let next = head.count <= tail.count ? rest.popFirst() : rest.popLast() {
      let isHead = head.count <= tail.count
      if DisplayWidth.of(head + tail + String(next)) >= width { break }
      if isHead { head.append(next) } else { tail = String(next) + tail }
    }
    return head + "…" + tail
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
