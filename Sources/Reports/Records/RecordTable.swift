/// One value for machines; `nil` is an empty field or `null`.
enum RecordValue {
  case text(String)
  case integer(Int)
  case number(Double?)
  case truth(Bool)
  case missing

  init(_ text: String?) { self = text.map(RecordValue.text) ?? .missing }
  init(_ integer: Int?) { self = integer.map(RecordValue.integer) ?? .missing }
}

/// A table for machines: plain values under stable keys, shares as fractions of 1, unrounded.
struct RecordTable {
  let keys: [String]
  var rows: [[RecordValue]] = []

  init(_ keys: [String]) { self.keys = keys }

  mutating func add(_ values: [RecordValue]) {
    precondition(values.count == keys.count, "a row has one value a key")
    rows.append(values)
  }

  /// The rows of tables with the same keys, one after the other; no table gives an empty one.
  static func joined(_ tables: [RecordTable]) -> RecordTable {
    var all = RecordTable(tables.first?.keys ?? [])
    for row in tables.flatMap(\.rows) { all.add(row) }
    return all
  }

  /// RFC 4180: CRLF line ends, quotes around fields with a comma, a quote or a line end.
  ///
  /// A text that a spreadsheet would run as a formula has an apostrophe before it, as OWASP's page on
  /// CSV injection advises; numbers, also those in texts, never have one.
  ///
  /// - Parameter exact: whether such texts stand as they are.
  func csv(exact: Bool) -> String {
    var text = ""
    text.reserveCapacity(rows.count * keys.count * 12)
    Self.append(keys, to: &text)
    for row in rows {
      Self.append(row.map { exact ? $0.plainText : $0.textForSpreadsheets }, to: &text)
    }
    return text
  }

  private static func append(_ fields: [String], to text: inout String) {
    for (index, field) in fields.enumerated() {
      if index > 0 { text += "," }
      // By bytes: "\r\n" is one Character.
      let special = field.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
      guard special else {
        text += field
        continue
      }
      text += "\""
      for character in field.unicodeScalars {
        if character == "\"" { text += "\"" }
        text.unicodeScalars.append(character)
      }
      text += "\""
    }
    text += "\r\n"
  }

  /// An array of objects.
  var json: JSONText {
    .array(
      rows.map { row in
        .object(zip(keys, row).map { ($0, $1.json) })
      })
  }
}

extension RecordValue {
  /// The plain text, with an apostrophe before what is a formula elsewhere: what begins with an equals,
  /// plus, minus or at sign (the wide ones of East Asia too), a tab or a line's end.
  var textForSpreadsheets: String {
    guard case .text(let text) = self, let first = text.unicodeScalars.first,
      "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first), Double(text) == nil
    else { return plainText }
    return "'" + text
  }

  var plainText: String {
    switch self {
    case .text(let text): text
    case .integer(let integer): String(integer)
    case .number(let number): number.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
    case .truth(let truth): truth ? "true" : "false"
    case .missing: ""
    }
  }

  var json: JSONText {
    switch self {
    case .text(let text): .text(text)
    case .integer(let integer): .integer(integer)
    case .number(let number): .number(number)
    case .truth(let truth): .truth(truth)
    case .missing: .null
    }
  }
}
