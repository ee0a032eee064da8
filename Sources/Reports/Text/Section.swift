/// A piece of a report for people, before it is known where it will be read.
struct Section {
  enum Block {
    /// Facts, one a line: `seeds     1, 2, 3`.
    case facts([(String, String)])
    case table(TextTable)
    case list([String])
    case paragraph(String)
    /// Lines that are as long as they may be.
    case verbatim([String])
  }

  var title: String
  var blocks: [Block]

  /// For a terminal: titles in a line of their own, paragraphs wrapped.
  static func text(_ sections: [Section], _ style: TextStyle) -> String {
    var parts: [String] = []
    for section in sections where !section.blocks.isEmpty {
      var lines =
        section.title.isEmpty ? [] : [Tone.strong.paint(printable(section.title), style)]
      for (index, block) in section.blocks.enumerated() {
        if index > 0 { lines.append("") }
        lines += block.lines(style)
      }
      parts.append(lines.joined(separator: "\n") + "\n")
    }
    return parts.joined(separator: "\n")
  }

  /// For Markdown: titles as headings, the first one on a higher level.
  static func markdown(_ sections: [Section]) -> String {
    var parts: [String] = []
    for (index, section) in sections.enumerated() where !section.blocks.isEmpty {
      let level = index == 0 ? "#" : "##"
      parts.append("\(level) \(escapedForMarkdown(printable(section.title)))\n")
      parts += section.blocks.map { $0.markdown().joined(separator: "\n") + "\n" }
    }
    return parts.joined(separator: "\n")
  }
}

extension Section.Block {
  fileprivate func lines(_ style: TextStyle) -> [String] {
    switch self {
    case .facts(let facts):
      let width = facts.map { DisplayWidth.of($0.0) }.max() ?? 0
      return facts.flatMap { name, value in
        let start = "  " + DisplayWidth.pad(name, to: width) + "  "
        return Self.wrap(value, start: start, style)
      }
    case .table(let table): return table.lines(style)
    case .list(let items):
      return items.flatMap { Self.wrap($0, start: "  \(style.bullet) ", style) }
    case .paragraph(let text): return Self.wrap(text, start: "  ", style)
    case .verbatim(let lines): return lines.map { "  " + printable($0) }
    }
  }

  fileprivate func markdown() -> [String] {
    switch self {
    case .facts(let facts):
      facts.map {
        "- \(escapedForMarkdown(printable($0.0))): \(escapedForMarkdown(printable($0.1)))"
      }
    case .table(let table): table.markdown()
    case .list(let items): items.map { "- " + escapedForMarkdown(printable($0)) }
    case .paragraph(let text): [escapedForMarkdown(printable(text))]
    case .verbatim(let lines): lines.map { "- " + escapedForMarkdown(printable($0)) }
    }
  }

  /// Words in lines of the style's width; later lines are indented like the first.
  private static func wrap(_ text: String, start: String, _ style: TextStyle) -> [String] {
    let indent = String(repeating: " ", count: DisplayWidth.of(start))
    var lines: [String] = []
    var line = start
    var isEmpty = true
    // A sentence of several lines is wrapped like any other.
    let words = text.split { $0 == " " || $0 == "\t" || $0.isNewline }
    for word in words.map({ printable(String($0)) }) {
      let width = DisplayWidth.of(line) + 1 + DisplayWidth.of(word)
      if !isEmpty && width > style.width {
        lines.append(line)
        line = indent
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
