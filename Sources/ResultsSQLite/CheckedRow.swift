import GRDB

/// A row whose values are read as what they are to be, or not at all.
///
/// GRDB ends the process where a value does not fit, which is right for one's own mistakes and wrong
/// for a damaged file.
struct CheckedRow {
  let row: Row
  /// What the row is of, for the error.
  let table: String

  static func fetchAll(
    _ database: Database, table: String, sql: String, arguments: StatementArguments = []
  ) throws -> [CheckedRow] {
    try Row.fetchAll(database, sql: sql, arguments: arguments).map {
      CheckedRow(row: $0, table: table)
    }
  }

  static func fetchOne(
    _ database: Database, table: String, sql: String, arguments: StatementArguments = []
  ) throws -> CheckedRow? {
    try Row.fetchOne(database, sql: sql, arguments: arguments).map {
      CheckedRow(row: $0, table: table)
    }
  }

  /// A value that must be there.
  subscript<Value: DatabaseValueConvertible>(_ column: String) -> Value {
    get throws {
      let stored = try stored(column)
      guard let value = Value.fromDatabaseValue(stored) else {
        throw fault(column, stored, "\(Value.self)")
      }
      return value
    }
  }

  /// A value that may be missing.
  subscript<Value: DatabaseValueConvertible>(optional column: String) -> Value? {
    get throws {
      let stored = try stored(column)
      if stored.isNull { return nil }
      guard let value = Value.fromDatabaseValue(stored) else {
        throw fault(column, stored, "\(Value.self)")
      }
      return value
    }
  }

  private func stored(_ column: String) throws -> DatabaseValue {
    guard let place = row.index(forColumn: column) else {
      throw StoreDamage(.store, table: table, "there is no column \(column)")
    }
    return row[place] as DatabaseValue
  }

  private func fault(_ column: String, _ stored: DatabaseValue, _ type: String) -> StoreDamage {
    let id = row.index(forColumn: "id").flatMap {
      Int64.fromDatabaseValue(row[$0] as DatabaseValue)
    }
    let place = id.map { " in row \($0)" } ?? ""
    return StoreDamage(
      .store, table: table,
      "\(column)\(place) is \(stored.isNull ? "missing" : "\(stored)"), expected \(Self.words(type))"
    )
  }

  private static func words(_ type: String) -> String {
    type == "String" ? "a text" : type.hasPrefix("Int") ? "an integer" : "a value (\(type))"
  }
}

extension Row {
  /// The place of a column, compared as SQLite does.
  fileprivate func index(forColumn name: String) -> Int? {
    columnNames.firstIndex { $0.lowercased() == name.lowercased() }
      .map { columnNames.distance(from: columnNames.startIndex, to: $0) }
  }
}
