/// A path with the cells of a row in it, such as `images/{id}.jpg`, or `images/{id:05}.jpg` for
/// whole numbers with leading zeros.
struct ImagePattern {
  private enum Piece {
    case text(String)
    /// With `digits`, whole numbers get leading zeros up to so many digits.
    case cell(column: Int, name: String, digits: Int?)
  }

  private var pieces: [Piece] = []

  init(_ pattern: String, of table: CSVTable) throws(DatasetError) {
    func wrong(_ reason: String) -> DatasetError {
      DatasetError(
        .badPattern, at: "dataset.image '\(pattern)'", reason,
        advice: "write a path relative to the data root, such as 'images/{id}.jpg'")
    }
    if pattern.isEmpty { throw wrong("the pattern of image paths is empty") }
    if pattern.hasPrefix("/") { throw wrong("the pattern of image paths is absolute") }
    var rest = pattern[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      rest = rest[rest.index(after: open)...]
      guard let close = rest.firstIndex(of: "}") else { throw wrong("a '{' has no '}'") }
      let name = String(rest[..<close])
      let (cell, digits) = Self.format(in: name, of: table)
      let column = try table.index(of: cell, for: "the image pattern '\(pattern)'")
      pieces.append(.cell(column: column, name: cell, digits: digits))
      rest = rest[rest.index(after: close)...]
    }
    if rest.contains("}") { throw wrong("a '}' has no '{'") }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    let hasCell = pieces.contains { if case .cell = $0 { true } else { false } }
    if !hasCell { throw wrong("no column in braces, so that all rows would share one image") }
  }

  /// Places of the columns in the pattern.
  var columns: [Int] {
    pieces.compactMap { if case .cell(let column, _, _) = $0 { column } else { nil } }
  }

  /// The column and the number of digits in `id:05`.
  private static func format(in name: String, of table: CSVTable) -> (String, Int?) {
    guard let colon = name.lastIndex(of: ":"), !table.columns.contains(name) else {
      return (name, nil)
    }
    let digits = name[name.index(after: colon)...]
    guard digits.hasPrefix("0"), let count = Int(digits), (1...30).contains(count) else {
      return (name, nil)
    }
    return (String(name[..<colon]), count)
  }

  /// `7` and `7.0` as `00007`; anything but a whole number as it is.
  private static func padded(_ cell: String, digits: Int) -> String {
    let parts = cell.split(separator: ".", omittingEmptySubsequences: false)
    let isWhole =
      parts.count == 1 || parts.count == 2 && !parts[1].isEmpty && parts[1].allSatisfy { $0 == "0" }
    guard isWhole, let whole = parts.first, !whole.isEmpty,
      whole.utf8.allSatisfy({ (48...57).contains($0) })
    else { return cell }
    return String(repeating: "0", count: max(0, digits - whole.count)) + whole
  }

  /// The path for one row, or the name of the column whose cell is empty.
  func path(for cells: [String]) -> Result<String, EmptyCell> {
    var path = ""
    for piece in pieces {
      switch piece {
      case .text(let text): path += text
      case .cell(let column, let name, let digits):
        let cell = cells[column].trimmingBlanks()
        if cell.isEmpty { return .failure(EmptyCell(column: name)) }
        path += digits.map { Self.padded(cell, digits: $0) } ?? cell
      }
    }
    return .success(path)
  }

  struct EmptyCell: Error {
    var column: String
  }
}
