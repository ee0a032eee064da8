/// A table for people: texts in columns, some of which may stand together under one heading.
struct TextTable {
  struct Column {
    var title: String
    /// Heading over this column and its neighbours with the same one: a strategy's name.
    var heading: String?
    var alignsRight: Bool
    /// Texts that are wider are shortened and explained in a legend.
    var limit: Int?

    init(_ title: String, heading: String? = nil, alignsRight: Bool = true, limit: Int? = nil) {
      (self.title, self.heading) = (printable(title), heading.map(printable))
      (self.alignsRight, self.limit) = (alignsRight, limit)
    }
  }

  struct Cell {
    var text: String
    var tone: Tone

    init(_ text: String, _ tone: Tone = .plain) {
      (self.text, self.tone) = (printable(text), tone)
    }
  }

  enum Row {
    case cells([Cell])
    case rule
  }

  var columns: [Column]
  /// The first columns, which every block repeats.
  var keyColumns: Int
  var rows: [Row] = []

  init(keyColumns: Int, _ columns: [Column]) {
    (self.keyColumns, self.columns) = (keyColumns, columns)
  }

  mutating func add(_ cells: [Cell]) {
    precondition(cells.count == columns.count, "a row has one cell a column")
    rows.append(.cells(cells))
  }

  /// Lines no wider than the style asks, unless one column alone is; with a rule under the titles
  /// where `ruled`.
  func lines(_ style: TextStyle, ruled: Bool = true) -> [String] {
    TextTableLayout(self, style).lines(ruled: ruled)
  }

  /// A pipe table; a heading joins its columns' titles, since Markdown has no spanning cells.
  func markdown() -> [String] {
    let titles = columns.map { column in
      Self.escaped([column.heading, column.title].compactMap { $0 }.joined(separator: " "))
    }
    var lines = ["| " + titles.joined(separator: " | ") + " |"]
    lines.append("|" + columns.map { $0.alignsRight ? "---:|" : "---|" }.joined())
    for case .cells(let cells) in rows {
      lines.append("| " + cells.map { Self.escaped($0.text) }.joined(separator: " | ") + " |")
    }
    return lines
  }

  private static func escaped(_ text: String) -> String {
    var text = text[...]
    while text.last == " " { text.removeLast() }
    return escapedForMarkdown(String(text))
  }
}

/// The text with a backslash before what Markdown would read as a column, markup or a tag.
func escapedForMarkdown(_ text: String) -> String {
  var escaped = ""
  for character in text {
    if "\\|*_`<[#".contains(character) { escaped.append("\\") }
    escaped.append(character)
  }
  return escaped
}
