import Files

/// What was mended in a row of a table, without loss.
public struct RepairedRow: Codable, Hashable, Sendable {
  /// How it was mended.
  public enum Repair: String, Codable, CaseIterable, Sendable {
    /// Commas or quotes of the last column that were not escaped were taken as they stand.
    case verbatimLastCell = "last column taken verbatim"
    /// Empty cells after the last column were left out.
    case surplusEmptyCells = "empty cells after the last column left out"
    /// A cell such as `="007"`, which keeps a spreadsheet from making a number of it, was taken as
    /// the text in it.
    case spreadsheetText = "cells such as =\"007\" taken as the text in them"
  }
  /// Of the row's first byte, from 1; the header is line 1.
  public var line: Int
  /// How it was mended.
  public var repair: Repair

  /// A mended row.
  public init(line: Int, repair: Repair) { (self.line, self.repair) = (line, repair) }
}

/// A table of values separated by commas or another character, read whole: RFC 4180, and what
/// people make of it.
///
/// A byte order mark is passed over, and UTF-16 read where one says so. Unescaped separators in the
/// last column are kept: a row is split on its first n − 1 separators, and marked. Rows with too few
/// cells or broken quotes are set aside with their line and reason.
public struct CSVTable: Sendable {
  /// One row; as many cells as there are columns.
  public struct Row: Sendable {
    /// Of the row's first byte, from 1.
    public var line: Int
    /// In the order of the columns.
    public var cells: [String]
    /// Whether the last cell was taken verbatim to the end of the line.
    public var isRepaired = false
  }

  /// A row that cannot be used.
  public struct MalformedRow: Hashable, Sendable {
    /// Of the row's first byte, from 1.
    public var line: Int
    /// What is wrong with it, in words.
    public var reason: String
  }

  /// Where the table came from, for messages.
  public let path: String
  /// Names in the header line, in its order, or those that the dialect gives.
  public private(set) var columns: [String] = []
  /// Usable rows, in the file's order.
  public private(set) var rows: [Row] = []
  /// Rows that were mended without loss.
  public private(set) var repairs: [RepairedRow] = []
  /// Rows that were set aside.
  public private(set) var malformed: [MalformedRow] = []
  /// What a reader should know, in sentences.
  public private(set) var notes: [String] = []
  /// The character between cells.
  public private(set) var separator: Character = ","
  /// The header line, for messages: its number and text.
  private(set) var header = (line: 1, text: "")
  /// Whether the dialect gives the columns' names.
  let hasNamedColumns: Bool

  /// Most bytes a table may have.
  public static let sizeLimit = 1 << 30

  /// Reads a file, gzipped or not.
  ///
  /// - Throws: where the file cannot be read, is larger than ``sizeLimit``, is not in its encoding,
  ///   or is no table with a header line. Rows that cannot be used are ``malformed``, not thrown.
  public init(path: String, dialect: TableDialect = TableDialect()) throws(DatasetError) {
    try self.init(
      try asDatasetError { () throws(FileError) in
        try Gzip.decompress(path: path, limit: Self.sizeLimit)
      }, path: path, dialect: dialect)
  }

  /// Reads bytes; `path` is for messages.
  ///
  /// - Throws: where the bytes are not in their encoding, or no table with a header line.
  public init(
    _ bytes: [UInt8], path: String, dialect: TableDialect = TableDialect()
  ) throws(DatasetError) {
    self.path = path
    hasNamedColumns = dialect.columns != nil
    let text = try TextDecoding(bytes, declared: dialect.encoding, path: path)
    notes = text.notes
    let failure: DatasetError? = text.bytes.withUnsafeBufferPointer { bytes in
      do throws(DatasetError) {
        try read(bytes, dialect)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// A table made of rows; `path` is for messages.
  init(path: String, columns: [String], rows: [Row], notes: [String]) {
    (self.path, self.columns, self.rows, self.notes) = (path, columns, rows, notes)
    hasNamedColumns = true
  }

  private mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ dialect: TableDialect
  ) throws(DatasetError) {
    let own = Self.separatorLine(of: bytes)
    var byte = UInt8(ascii: ",")
    if let given = dialect.separator?.utf8.first {
      byte = given
      if let own, own != given {
        throw DatasetError(
          .malformedTable, at: "\(path):1",
          "its first line says that '\(Character(Unicode.Scalar(own)))' separates cells, and"
            + " dataset.separator says '\(Character(Unicode.Scalar(given)))'",
          advice: "leave dataset.separator out")
      }
    } else if let own {
      byte = own
    }
    separator = Character(Unicode.Scalar(byte))
    var scanner = CSVScanner(bytes, separator: byte, comment: Array((dialect.comment ?? "").utf8))
    if own != nil { scanner.skipLine() }
    var reader = CellReader(bytes: bytes)
    if let named = dialect.columns {
      columns = named
    } else {
      columns = try readHeader(&scanner, &reader)
    }
    while let row = scanner.next(columns: columns.count) { take(row, &reader) }
    if scanner.comments > 0 {
      notes.append(
        "\(Wording.count(scanner.comments, "comment line")) passed over, starting with"
          + " '\(dialect.comment ?? "")'")
    }
    try refuseHeaderInRows()
  }

  private func refuseHeaderInRows() throws(DatasetError) {
    guard hasNamedColumns, let first = rows.first,
      first.cells.map({ $0.trimmingBlanks() }) == columns
    else { return }
    throw DatasetError(
      .malformedTable, at: "\(path):\(first.line)",
      "its first line is a header line with the names that dataset.columns gives",
      advice: "leave dataset.columns out")
  }

  private mutating func readHeader(
    _ scanner: inout CSVScanner, _ reader: inout CellReader
  ) throws(DatasetError) -> [String] {
    guard let row = scanner.next() else {
      throw DatasetError(
        .malformedTable, at: path, "it is empty and a header line is expected",
        advice: "give the names of the columns in the first line")
    }
    if let problem = row.problem {
      let start = row.cells.last?.range.lowerBound ?? 0
      let rest = reader.bytes[start...].prefix { $0 != 0x0A && $0 != 0x0D }
      let other = Self.separators.first { known in
        known.character != separator
          && String(decoding: rest, as: UTF8.self).contains("\"\(known.character)")
      }
      throw DatasetError(
        .malformedTable, at: "\(path):\(row.line)", "the header line has \(problem)",
        advice: other.map {
          "its cells seem to be separated by \($0.name)s: write separator: \($0.name) under dataset"
        } ?? "quote its names properly, or not at all")
    }
    let cells = row.cells.map { reader.text(of: $0) }
    header = (row.line, cells.joined(separator: String(separator)))
    return cells.map { $0.trimmingBlanks() }
  }

  private mutating func take(_ row: CSVScanner.Row, _ reader: inout CellReader) {
    if let problem = row.problem {
      malformed.append(MalformedRow(line: row.line, reason: problem))
      return
    }
    reader.unwrapped = false
    let cells = row.cells.map { reader.text(of: $0) }
    rows.append(Row(line: row.line, cells: cells, isRepaired: row.isRepaired))
    if row.isRepaired {
      repairs.append(RepairedRow(line: row.line, repair: .verbatimLastCell))
    }
    if reader.unwrapped {
      repairs.append(RepairedRow(line: row.line, repair: .spreadsheetText))
    }
  }

  /// The separator that a first line `sep=;` names, which spreadsheets write and read.
  private static func separatorLine(of bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
    var line = bytes.prefix(9).prefix { $0 != 0x0A && $0 != 0x0D }
    let quote = UInt8(ascii: "\"")
    if line.first == quote, line.last == quote, line.count > 2 {
      line = line.dropFirst().dropLast()
    }
    guard line.count == 5, let separator = line.last, separator < 0x80 else { return nil }
    let word = String(decoding: line.dropLast(), as: UTF8.self)
    return word.lowercased() == "sep=" ? separator : nil
  }
}

/// Turns the bytes of cells, which are UTF-8, into text.
private struct CellReader {
  let bytes: UnsafeBufferPointer<UInt8>
  /// Whether a cell such as `="007"` was taken as the text in it.
  var unwrapped = false

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func text(of cell: CSVScanner.Cell) -> String {
    let slice = UnsafeBufferPointer(rebasing: bytes[cell.range])
    if !cell.hasEscapes { return unwrapping(String(decoding: slice, as: UTF8.self)) }
    var plain: [UInt8] = []
    plain.reserveCapacity(slice.count)
    var skips = false
    for byte in slice {
      skips = byte == UInt8(ascii: "\"") && !skips
      if !skips { plain.append(byte) }
    }
    return unwrapping(String(decoding: plain, as: UTF8.self))
  }

  private mutating func unwrapping(_ text: String) -> String {
    guard text.utf8.first == UInt8(ascii: "="), text.hasPrefix("=\""), text.hasSuffix("\""),
      text.utf8.count > 3, !text.dropFirst(2).dropLast().contains("\"")
    else { return text }
    unwrapped = true
    return String(text.dropFirst(2).dropLast())
  }
}

extension String {
  /// Without spaces, tabs and stray carriage returns at both ends.
  func trimmingBlanks() -> String {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    guard let first = utf8.first, let last = utf8.last, isBlank(first) || isBlank(last) else {
      return self
    }
    guard let start = utf8.firstIndex(where: { !isBlank($0) }),
      let end = utf8.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(self[start...end])
  }
}
