import Files
import GRDB
import GRDBSQLite

/// The digest of the rows of one part, and what is wrong with their shape.
///
/// The bytes are those that `Docs/store.md` describes: the part's name and a line feed; then row by
/// row, for every value that is not NULL, its column's place in the table (one byte, from 0), a letter
/// for its type and the value, and `0xFF` at the row's end. Numbers have 8 bytes, least significant
/// first; texts and blobs their length as such a number before them.
struct RowDigest {
  /// Rows.
  private(set) var count = 0
  /// In hexadecimal; that of the name alone where there are no rows.
  private(set) var sha256 = ""
  /// The first value that is none of its column's.
  private(set) var fault: String?

  private var digest = SHA256Digest()
  private var bytes = ByteBuffer()

  /// Reads the rows of an owner.
  ///
  /// - Throws: `DatabaseError` where the file cannot be read.
  init(
    of part: DigestedPart, _ columns: PartColumns, owner: Int64, in database: Database
  ) throws {
    let statement = try database.cachedStatement(sql: part.sql)
    let pointer = statement.sqliteStatement
    sqlite3_reset(pointer)
    sqlite3_clear_bindings(pointer)
    defer { sqlite3_reset(pointer) }
    if part.key != nil { sqlite3_bind_int64(pointer, 1, owner) }
    guard Int(sqlite3_column_count(pointer)) == columns.rules.count else {
      throw StoreDamage(
        DigestOwner(part.owner, owner), table: part.name, "the table has other columns than known")
    }
    digest.update(part.name + "\n")
    while true {
      let code = sqlite3_step(pointer)
      if code == SQLITE_DONE { break }
      guard code == SQLITE_ROW else {
        throw DatabaseError(
          resultCode: ResultCode(rawValue: code),
          message: String(cString: sqlite3_errmsg(sqlite3_db_handle(pointer))))
      }
      take(pointer, columns)
      count += 1
    }
    flush()
    sha256 = digest.finalize()
  }

  private mutating func take(_ row: OpaquePointer, _ columns: PartColumns) {
    for place in columns.rules.indices where columns.isKept[place] {
      let column = Int32(place)
      let type = sqlite3_column_type(row, column)
      if fault == nil, let wrong = columns.rules[place].fault(row, column, type) {
        fault = "\(columns.rules[place].name)\(columns.name(of: row)) \(wrong)"
      }
      if type == SQLITE_NULL { continue }
      if bytes.isFull { flush() }
      bytes.add(byte: UInt8(truncatingIfNeeded: place))
      switch type {
      case SQLITE_INTEGER:
        bytes.add(byte: UInt8(ascii: "I"))
        bytes.add(number: UInt64(bitPattern: sqlite3_column_int64(row, column)))
      case SQLITE_FLOAT:
        bytes.add(byte: UInt8(ascii: "R"))
        bytes.add(number: sqlite3_column_double(row, column).bitPattern)
      default: addText(of: row, column, isText: type == SQLITE_TEXT)
      }
    }
    if fault == nil, let place = columns.numbering,
      sqlite3_column_int64(row, Int32(place)) != Int64(count)
    {
      let number = sqlite3_column_int64(row, Int32(place))
      fault = "\(columns.rules[place].name) is \(number) where \(count) was to follow"
    }
    if bytes.isFull { flush() }
    bytes.add(byte: 0xFF)
  }

  private mutating func addText(of row: OpaquePointer, _ column: Int32, isText: Bool) {
    bytes.add(byte: UInt8(ascii: isText ? "T" : "B"))
    // Text first, so that the length is that of the UTF-8 bytes.
    let start =
      isText
      ? sqlite3_column_text(row, column).map(UnsafeRawPointer.init)
      : sqlite3_column_blob(row, column)
    let length = Int(sqlite3_column_bytes(row, column))
    bytes.add(number: UInt64(length))
    guard let start, length > 0 else { return }
    let content = UnsafeRawBufferPointer(start: start, count: length)
    if bytes.add(content: content) { return }
    flush()
    digest.update(content)
  }

  private mutating func flush() {
    bytes.withBytes { digest.update($0) }
    bytes.empty()
  }
}

/// Bytes on their way into a digest.
private struct ByteBuffer {
  private var bytes = [UInt8](repeating: 0, count: 1 << 14)
  private var count = 0

  /// Whether another number may not fit.
  var isFull: Bool { count > bytes.count - 32 }

  mutating func add(byte: UInt8) {
    bytes[count] = byte
    count += 1
  }

  mutating func add(number: UInt64) {
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: number.littleEndian, toByteOffset: count, as: UInt64.self)
    }
    count += 8
  }

  /// Takes bytes that fit; says whether they did.
  mutating func add(content: UnsafeRawBufferPointer) -> Bool {
    guard content.count <= bytes.count - 32 - count else { return false }
    bytes.withUnsafeMutableBytes { all in
      UnsafeMutableRawBufferPointer(rebasing: all[count...]).copyMemory(from: content)
    }
    count += content.count
    return true
  }

  mutating func empty() { count = 0 }

  func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }
}

extension PartColumns {
  /// ` of the row with class_index 3`, for people.
  fileprivate func name(of row: OpaquePointer) -> String {
    let parts = keys.map { place in
      "\(rules[place].name) " + (sqlite3_column_text(row, Int32(place)).map { shown($0) } ?? "NULL")
    }
    return parts.isEmpty ? "" : " of the row with " + parts.joined(separator: ", ")
  }
}

extension ColumnRule {
  /// What is wrong with a value, and what was expected; `nil` for a sound one.
  fileprivate func fault(_ row: OpaquePointer, _ column: Int32, _ type: Int32) -> String? {
    switch (type, kind) {
    case (SQLITE_NULL, _): return isNullable ? nil : "is missing"
    case (SQLITE_INTEGER, .integer):
      let value = sqlite3_column_int64(row, column)
      if integers.contains(value) { return nil }
      return "is \(value), expected \(integers.lowerBound) to \(integers.upperBound)"
    case (SQLITE_FLOAT, .real):
      let value = sqlite3_column_double(row, column)
      if reals.contains(value) { return nil }
      return "is \(value), expected \(reals.lowerBound) to \(reals.upperBound)"
    case (SQLITE_TEXT, .text), (SQLITE_TEXT, .any):
      return textFault(row, column)
    case (_, .any), (SQLITE_BLOB, .blob): return nil
    default: return "is \(Self.word(type)), expected \(word)"
    }
  }

  private func textFault(_ row: OpaquePointer, _ column: Int32) -> String? {
    guard let start = sqlite3_column_text(row, column) else { return nil }
    let text = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(row, column)))
    var isPlain = true
    for byte in text where byte >= 0x80 || byte == 0 { isPlain = false }
    if !isPlain {
      if text.contains(0) { return "has a byte 0 in its text" }
      if String(validating: text, as: UTF8.self) == nil { return "is no UTF-8 text" }
    }
    guard !words.isEmpty, !words.contains(String(decoding: text, as: UTF8.self)) else { return nil }
    return "is '\(shown(start))', expected one of \(words.sorted().joined(separator: ", "))"
  }

  private var word: String {
    switch kind {
    case .integer: "an integer"
    case .real: "a real number"
    case .text: "a text"
    case .blob: "bytes"
    case .any: "any value"
    }
  }

  private static func word(_ type: Int32) -> String {
    switch type {
    case SQLITE_INTEGER: "an integer"
    case SQLITE_FLOAT: "a real number"
    case SQLITE_TEXT: "a text"
    case SQLITE_BLOB: "bytes"
    default: "missing"
    }
  }
}

/// The beginning of a text that may be anything, in printable signs.
private func shown(_ text: UnsafePointer<UInt8>) -> String {
  let start = String(String(cString: text).prefix(40))
  return String(
    String.UnicodeScalarView(
      start.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
}
