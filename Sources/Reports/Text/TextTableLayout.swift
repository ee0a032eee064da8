/// Where the cells of a `TextTable` go: widths, headings over several columns, and the blocks that a
/// wide table is cut into.
struct TextTableLayout {
  private let style: TextStyle
  private let columns: [TextTable.Column]
  private let rows: [TextTable.Row]
  private let keyColumns: Int
  private var widths: [Int]
  /// Shortened text → whole text, in the order of appearance.
  private var legend: [(short: String, whole: String)] = []
  private let gap = "  "
  /// A heading may take this many lines before it is shortened.
  private let headingLines = 4

  init(_ table: TextTable, _ style: TextStyle) {
    (self.style, columns, keyColumns) = (style, table.columns, table.keyColumns)
    var rows = table.rows
    var legend: [(short: String, whole: String)] = []
    for (index, column) in table.columns.enumerated() {
      guard let limit = column.limit else { continue }
      Self.shorten(&rows, column: index, to: limit, style, &legend)
    }
    widths = table.columns.map { DisplayWidth.of($0.title) }
    for case .cells(let cells) in rows {
      for (index, cell) in cells.enumerated() {
        widths[index] = max(widths[index], DisplayWidth.of(cell.text))
      }
    }
    (self.rows, self.legend) = (rows, legend)
    widenUnderHeadings()
  }

  private static func shorten(
    _ rows: inout [TextTable.Row], column: Int, to limit: Int, _ style: TextStyle,
    _ legend: inout [(short: String, whole: String)]
  ) {
    var taken: [String: String] = [:]
    for index in rows.indices {
      guard case .cells(var cells) = rows[index] else { continue }
      let whole = cells[column].text
      guard DisplayWidth.of(whole) > limit else { continue }
      var short = DisplayWidth.shorten(whole, to: limit, ellipsis: style.ellipsis)
      // Two names may have the same ends: number the later ones.
      var number = 2
      while let other = taken[short], other != whole {
        let suffix = "\(style.ellipsis)\(number)"
        short =
          DisplayWidth.shorten(
            whole, to: max(limit - suffix.count, 4), ellipsis: style.ellipsis) + suffix
        number += 1
      }
      if taken.updateValue(whole, forKey: short) == nil { legend.append((short, whole)) }
      cells[column].text = short
      rows[index] = .cells(cells)
    }
  }

  /// A heading's longest unbreakable piece must fit over its columns, up to 18 cells.
  private mutating func widenUnderHeadings() {
    for unit in units(from: 0) {
      guard let heading = columns[unit.lowerBound].heading else { continue }
      let longest = Self.pieces(heading).map(DisplayWidth.of).max() ?? 0
      let missing = min(longest, 18) - width(of: unit)
      if missing > 0 { widths[unit.lowerBound] += missing }
    }
  }

  func lines(ruled: Bool) -> [String] {
    var lines: [String] = []
    for (number, block) in blocks().enumerated() {
      if number > 0 { lines.append("") }
      lines += headings(of: block)
      lines.append(joined(block.map { Tone.strong.paint(title($0), style) }))
      if ruled { lines.append(ruler(block)) }
      for row in rows {
        switch row {
        case .rule: lines.append(ruler(block))
        case .cells(let cells): lines.append(joined(block.map { cell(cells[$0], $0) }))
        }
      }
    }
    for entry in wholeLegend() {
      lines.append("\(gap)\(entry.short) = \(entry.whole)")
    }
    return lines
  }

  // MARK: Blocks

  /// Columns that must stay together: those under one heading.
  private func units(from start: Int) -> [Range<Int>] {
    var units: [Range<Int>] = []
    var first = start
    while first < columns.count {
      var end = first + 1
      while end < columns.count, let heading = columns[first].heading,
        columns[end].heading == heading
      {
        end += 1
      }
      units.append(first..<end)
      first = end
    }
    return units
  }

  private func width(of columns: some Sequence<Int>) -> Int {
    columns.reduce(-gap.count) { $0 + widths[$1] + gap.count }
  }

  /// The fewest blocks that fit, with their widths as even as can be.
  private func blocks() -> [[Int]] {
    let greedy = blocks(to: style.width)
    guard greedy.count > 1 else { return greedy }
    var target = style.width
    while target > 1, blocks(to: target - 1).count == greedy.count { target -= 1 }
    return blocks(to: target)
  }

  /// Columns of each block: the keys, then as many units as fit into `width`.
  private func blocks(to width: Int) -> [[Int]] {
    let keys = Array(0..<keyColumns)
    var blocks: [[Int]] = []
    var block = keys
    for unit in units(from: keyColumns) {
      if block.count > keyColumns && self.width(of: block + Array(unit)) > width {
        blocks.append(block)
        block = keys
      }
      block += unit
    }
    blocks.append(block)
    return blocks
  }

  // MARK: Headings

  /// A name cut where a line may break: after a hyphen, a space or another joint.
  private static func pieces(_ heading: String) -> [String] {
    var pieces = [""]
    for character in heading {
      if character == " " {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
        if "-_,+/".contains(character) { pieces.append("") }
      }
    }
    return pieces.filter { !$0.isEmpty }
  }

  private func wrapped(_ heading: String, to width: Int) -> [String] {
    var lines: [String] = []
    for piece in Self.pieces(heading) {
      let joint = lines.last.map { "-_,+/".contains($0.last ?? " ") ? "" : " " } ?? ""
      if let last = lines.last, DisplayWidth.of(last + joint + piece) <= width {
        lines[lines.count - 1] = last + joint + piece
      } else {
        lines.append(piece)
      }
    }
    guard lines.count > headingLines || lines.contains(where: { DisplayWidth.of($0) > width })
    else { return lines }
    return [DisplayWidth.shorten(heading, to: width, ellipsis: style.ellipsis)]
  }

  private func headings(of block: [Int]) -> [String] {
    let spans = units(from: keyColumns).filter { block.contains($0.lowerBound) }
    let texts = spans.map { unit in
      columns[unit.lowerBound].heading.map { wrapped($0, to: width(of: unit)) } ?? []
    }
    let height = texts.map(\.count).max() ?? 0
    let indent = String(repeating: " ", count: width(of: 0..<keyColumns))
    return (0..<height).map { line in
      var text = [indent]
      for (unit, heading) in zip(spans, texts) {
        // Shorter headings stand at the bottom, next to their columns.
        let place = line - (height - heading.count)
        let piece = place >= 0 ? heading[place] : ""
        let padded = DisplayWidth.pad(piece, to: width(of: unit), right: true)
        text.append(Tone.strong.paint(padded, style))
      }
      return joined(text)
    }
  }

  private func wholeLegend() -> [(short: String, whole: String)] {
    var entries = legend
    for unit in units(from: keyColumns) {
      guard let heading = columns[unit.lowerBound].heading else { continue }
      let lines = wrapped(heading, to: width(of: unit))
      if lines.count == 1 && lines[0].contains(style.ellipsis) && lines[0] != heading {
        entries.append((lines[0], heading))
      }
    }
    return entries
  }

  // MARK: Cells

  private func title(_ column: Int) -> String {
    DisplayWidth.pad(
      columns[column].title, to: widths[column], right: columns[column].alignsRight)
  }

  private func cell(_ cell: TextTable.Cell, _ column: Int) -> String {
    cell.tone.paint(
      DisplayWidth.pad(cell.text, to: widths[column], right: columns[column].alignsRight), style)
  }

  private func ruler(_ block: [Int]) -> String {
    Tone.faint.paint(
      joined(block.map { String(repeating: style.line, count: widths[$0]) }), style)
  }

  /// Cells of a line; blanks at its end are cut.
  private func joined(_ cells: [String]) -> String {
    var line = cells.joined(separator: gap)
    while line.last == " " { line.removeLast() }
    return line
  }
}
