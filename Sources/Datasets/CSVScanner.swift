/// Finds rows and cells in the bytes of a table, as RFC 4180 has them and as people write them.
///
/// Lines end with LF, CRLF, or lone CR where the first line does (classic Mac OS). A quote opens a
/// quoted cell only as the cell's first byte. Empty lines and comments are passed over.
struct CSVScanner {
  /// The bytes of one cell, quotes left out.
  struct Cell {
    var range: Range<Int>
    /// Holds doubled quotes that stand for one.
    var hasEscapes = false
  }

  struct Row {
    /// Of the row's first byte, from 1.
    var line: Int
    var cells: [Cell]
    /// The last cell was taken verbatim to the end of the line.
    var isRepaired = false
    /// Why the row cannot be used.
    var problem: String?
  }

  /// A quoted cell longer than this has lost its closing quote.
  static let longestCell = 1 << 16

  private static let textAfterQuote = "text after a closing quote"

  private let bytes: UnsafeBufferPointer<UInt8>
  private let endsWithCR: Bool
  private let separator: UInt8
  private let comment: [UInt8]
  private var position = 0
  private var line = 1
  /// Lines that were passed over as comments.
  private(set) var comments = 0

  private static let (quote, lf, cr) = (
    UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")
  )

  /// - Parameter comment: what lines that are passed over start with; empty for none.
  init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8, comment: [UInt8]) {
    (self.bytes, self.separator, self.comment) = (bytes, separator, comment)
    let first = bytes.firstIndex { $0 == Self.lf || $0 == Self.cr }
    endsWithCR = first.map { Self.cr == bytes[$0] && bytes[safe: $0 + 1] != Self.lf } ?? false
  }

  /// The next row, or `nil` at the end. With `columns`, a row of more cells is repaired: its last
  /// cell is everything after the first `columns` − 1 separators.
  mutating func next(columns: Int? = nil) -> Row? {
    skipEmptyLines()
    guard position < bytes.count else { return nil }
    let (start, firstLine) = (position, line)
    var row = Row(line: firstLine, cells: [])
    row.cells.reserveCapacity(columns ?? 16)
    var isOpen = true
    while isOpen, row.problem == nil {
      isOpen = takeCell(into: &row, columns: columns)
    }
    if row.problem == nil, let columns, row.cells.count < columns {
      row.problem = "\(Wording.count(row.cells.count, "cell")) where the header has \(columns)"
    }
    if row.problem != nil {
      // Whatever a stray quote swallowed is looked at again, line by line.
      (position, line) = (endOfLine(from: start), firstLine)
    }
    if position < bytes.count {
      position += lineEnd(at: position) ?? 0
      line += 1
    }
    return row
  }

  /// Passes over the next line.
  mutating func skipLine() {
    position = endOfLine(from: position)
    if position < bytes.count { position += lineEnd(at: position) ?? 0 }
    line += 1
  }

  private mutating func skipEmptyLines() {
    while position < bytes.count {
      if let end = lineEnd(at: position) {
        position += end
        line += 1
      } else if !comment.isEmpty, bytes[position...].starts(with: comment) {
        skipLine()
        comments += 1
      } else {
        return
      }
    }
  }

  /// Takes one cell and the separator after it; `false` at the end of the row.
  private mutating func takeCell(into row: inout Row, columns: Int?) -> Bool {
    let start = position
    let isLast = row.cells.count + 1 == columns
    let isQuoted = bytes[safe: position] == Self.quote
    var cell = Cell(range: start..<start)
    var trouble: String?
    if isQuoted {
      trouble = takeQuoted(into: &cell)
    } else {
      while position < bytes.count, bytes[position] != separator, lineEnd(at: position) == nil {
        position += 1
      }
      cell.range = start..<position
    }
    let overflows = trouble == nil && isLast && bytes[safe: position] == separator
    if isLast, overflows || trouble == Self.textAfterQuote {
      let end = endOfLine(from: start)
      if line == row.line, position <= end {
        row.cells.append(Cell(range: start..<end))
        row.isRepaired = true
        position = end
        return false
      }
      trouble = trouble ?? "more cells than the header's, after a cell of several lines"
    }
    row.problem = trouble
    row.cells.append(cell)
    guard bytes[safe: position] == separator else { return false }
    position += 1
    return true
  }

  /// Takes a quoted cell; what is wrong with it, if anything.
  private mutating func takeQuoted(into cell: inout Cell) -> String? {
    let start = position + 1
    position = start
    while position < bytes.count {
      let byte = bytes[position]
      if byte == Self.quote {
        if bytes[safe: position + 1] == Self.quote {
          cell.hasEscapes = true
          position += 2
          continue
        }
        cell.range = start..<position
        position += 1
        let isClosed =
          position == bytes.count || bytes[position] == separator || lineEnd(at: position) != nil
        return isClosed ? nil : Self.textAfterQuote
      }
      if let end = lineEnd(at: position) {
        line += 1
        position += end
      } else {
        position += 1
      }
      if position - start > Self.longestCell { break }
    }
    return "a quote that is never closed"
  }

  /// Length of the line ending at `index`; `nil` where there is none.
  private func lineEnd(at index: Int) -> Int? {
    switch bytes[index] {
    case Self.lf: 1
    case Self.cr:
      if index + 1 == bytes.count || endsWithCR { 1 } else { bytes[index + 1] == Self.lf ? 2 : nil }
    default: nil
    }
  }

  private func endOfLine(from start: Int) -> Int {
    var end = start
    while end < bytes.count, lineEnd(at: end) == nil { end += 1 }
    return end
  }
}

extension UnsafeBufferPointer {
  fileprivate subscript(safe index: Int) -> Element? { index < count ? self[index] : nil }
}
