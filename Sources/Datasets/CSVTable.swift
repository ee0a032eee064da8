import Files

/// What was mended in a row of a table, without loss.
public struct RepairedRow: Codable, Hashable, Sendable {
  /// How it was mended.
  public enum Repair: String, Codable, CaseIterable, Sendable {
    /// Commas or quotes of the last column that were not escaped were taken as they stand.
    case verbatimLastCell = "last column taken verbatim"
    /// Bytes that are no UTF-8 were replaced by U+FFFD.
    case replacedBytes = "bytes that are not UTF-8 replaced"
  }
  /// Of the row's first byte, from 1; the header is line 1.
  public var line: Int
  /// How it was mended.
  public var repair: Repair

  /// A mended row.
  public init(line: Int, repair: Repair) { (self.line, self.repair) = (line, repair) }
}

/// A table of comma-separated values, read whole: RFC 4180, and what people make of it.
///
/// A byte order mark is passed over. Unescaped commas in the last column are kept: a row is split
/// on its first n − 1 commas. Rows with too few cells or broken quotes are set aside with their
/// line and reason.
public struct CSVTable: Sendable {
  /// One row; as many cells as there are columns.
  public struct Row: Sendable {
    /// Of the row's first byte, from 1.
    public var line: Int
    /// In the order of the columns.
    public var cells: [String]
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
  /// Names in the header line, in its order.
  public private(set) var columns: [String] = []
  /// Usable rows, in the file's order.
  public private(set) var rows: [Row] = []
  /// Rows that were mended without loss.
  public private(set) var repairs: [RepairedRow] = []
  /// Rows that were set aside.
  public private(set) var malformed: [MalformedRow] = []

  /// Most bytes a table may have.
  public static let sizeLimit = 1 << 30

  /// Reads a file, gzipped or not.
  ///
  /// - Throws: where the file cannot be read, is larger than ``sizeLimit``, or is no table with a
  ///   header line. Rows that cannot be used are ``malformed``, not thrown.
  public init(path: String) throws(DatasetError) {
    try self.init(
      try asDatasetError { () throws(FileError) in
        try Gzip.decompress(path: path, limit: Self.sizeLimit)
      }, path: path)
  }

  /// Reads bytes; `path` is for messages.
  ///
  /// - Throws: where the bytes are no table with a header line.
  public init(_ bytes: [UInt8], path: String) throws(DatasetError) {
    self.path = path
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw DatasetError(
        .malformedTable, at: path, "it is UTF-16 text and UTF-8 is expected",
        advice: "save it as UTF-8")
    }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let failure: DatasetError? = bytes.withUnsafeBufferPointer { bytes in
      do throws(DatasetError) {
        try read(bytes, from: start)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

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
    throw DatasetError(
      .missingColumn, at: path, reason,
      advice: "its columns are \(Wording.list(columns, limit: 40))")
  }

  private mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) throws(DatasetError) {
    var scanner = CSVScanner(bytes, from: start)
    guard let header = scanner.next() else {
      throw DatasetError(
        .malformedTable, at: path, "it is empty and a header line is expected",
        advice: "give the names of the columns in the first line")
    }
    if let problem = header.problem {
      throw DatasetError(
        .malformedTable, at: "\(path):\(header.line)", "the header line has \(problem)",
        advice: "quote its names properly, or not at all")
    }
    var reader = CellReader(bytes: bytes)
    columns = header.cells.map { reader.text(of: $0).trimmingBlanks() }
    while let row = scanner.next(columns: columns.count) {
      if let problem = row.problem {
        malformed.append(MalformedRow(line: row.line, reason: problem))
        continue
      }
      reader.replaced = false
      rows.append(Row(line: row.line, cells: row.cells.map { reader.text(of: $0) }))
      if row.isRepaired {
        repairs.append(RepairedRow(line: row.line, repair: .verbatimLastCell))
      }
      if reader.replaced {
        repairs.append(RepairedRow(line: row.line, repair: .replacedBytes))
      }
    }
  }
}

/// Turns the bytes of cells into text.
private struct CellReader {
  let bytes: UnsafeBufferPointer<UInt8>
  /// Whether bytes had to be replaced.
  var replaced = false

  mutating func text(of cell: CSVScanner.Cell) -> String {
    let slice = UnsafeBufferPointer(rebasing: bytes[cell.range])
    if !cell.hasEscapes { return decode(slice) }
    var plain: [UInt8] = []
    plain.reserveCapacity(slice.count)
    var skips = false
    for byte in slice {
      skips = byte == UInt8(ascii: "\"") && !skips
      if !skips { plain.append(byte) }
    }
    return plain.withUnsafeBufferPointer { decode($0) }
  }

  private mutating func decode(_ slice: UnsafeBufferPointer<UInt8>) -> String {
    if let text = String(validating: slice, as: UTF8.self) { return text }
    replaced = true
    return String(decoding: slice, as: UTF8.self)
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
