/// A path with the cells of a row in it, such as `images/{id}.jpg`.
struct ImagePattern {
  private enum Piece {
    case text(String)
    case cell(column: Int, name: String)
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
      let column = try table.index(of: name, for: "the image pattern '\(pattern)'")
      pieces.append(.cell(column: column, name: name))
      rest = rest[rest.index(after: close)...]
    }
    if rest.contains("}") { throw wrong("a '}' has no '{'") }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    let hasCell = pieces.contains { if case .cell = $0 { true } else { false } }
    if !hasCell { throw wrong("no column in braces, so that all rows would share one image") }
  }

  /// The path for one row, or the name of the column whose cell is empty.
  func path(for cells: [String]) -> Result<String, EmptyCell> {
    var path = ""
    for piece in pieces {
      switch piece {
      case .text(let text): path += text
      case .cell(let column, let name):
        let cell = cells[column].trimmingBlanks()
        if cell.isEmpty { return .failure(EmptyCell(column: name)) }
        path += cell
      }
    }
    return .success(path)
  }

  struct EmptyCell: Error {
    var column: String
  }
}
