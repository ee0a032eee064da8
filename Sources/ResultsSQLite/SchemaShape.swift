import GRDB

/// The tables, views and indices of a layout, to compare a file with.
struct SchemaShape: Sendable {
  /// One column as `PRAGMA table_info` tells it.
  struct Column: Hashable, Sendable {
    var name: String
    var type: String
    var isRequired: Bool
    /// From 1 in the primary key; 0 outside.
    var key: Int
  }

  /// How a file differs from its layout.
  struct Difference: Hashable, Sendable {
    /// The table, view, index or trigger.
    var name: String
    /// What is wrong, without a full stop.
    var detail: String
    /// Whether rows cannot be believed, or read, because of it.
    var isDamage: Bool
    /// A trigger changes nothing while a file is only read.
    var isTrigger = false
  }

  private let tables: [String: [Column]]
  /// The text of every other object, by name.
  private let texts: [String: String]

  /// The shape of this build's layout.
  static let current = Result { try SchemaShape(of: .current) }

  /// What a new file of a layout looks like.
  init(of schema: Schema) throws {
    let queue = try DatabaseQueue()
    let shape = try queue.write { database in
      try schema.create(in: database)
      return try SchemaShape(of: database)
    }
    self = shape
  }

  private init(of database: Database) throws {
    var (tables, texts): ([String: [Column]], [String: String]) = ([:], [:])
    for object in try Self.objects(in: database) {
      if object.type == "table" {
        tables[object.name] = try Self.columns(of: object.name, in: database)
      } else {
        texts[object.name] = object.sql
      }
    }
    (self.tables, self.texts) = (tables, texts)
  }

  /// What is missing, changed or not ours.
  func differences(in database: Database) throws -> [Difference] {
    let objects = try Self.objects(in: database)
    let there = Dictionary(objects.map { ($0.name, $0) }) { first, _ in first }
    var differences = objects.filter { $0.type == "trigger" }.map {
      Difference(
        name: $0.name, detail: "a trigger that poise did not make: it could change what is written",
        isDamage: true, isTrigger: true)
    }
    for (name, columns) in tables.sorted(by: { $0.key < $1.key }) {
      guard let object = there[name], object.type == "table" else {
        let what = there[name].map { "is a \($0.type)" } ?? "is missing"
        differences.append(Difference(name: name, detail: "the table \(what)", isDamage: true))
        continue
      }
      let found = try Self.columns(of: name, in: database)
      if Array(found.prefix(columns.count)) != columns {
        differences.append(
          Difference(name: name, detail: Self.change(from: columns, to: found), isDamage: true))
      }
    }
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) where there[name]?.sql != text {
      let what = there[name] == nil ? "is missing" : "is not the one that poise made"
      differences.append(
        Difference(
          name: name, detail: "\(what); readers with sqlite3 would be misled", isDamage: false))
    }
    return differences
  }

  private static func change(from old: [Column], to new: [Column]) -> String {
    let missing = old.map(\.name).filter { name in !new.contains { $0.name == name } }
    if !missing.isEmpty { return "the table lacks \(missing.joined(separator: ", "))" }
    let changed = zip(old, new).first { $0.0 != $0.1 }
    return "the table's columns are changed, the first at \(changed?.0.name ?? "its end")"
  }

  private struct Object {
    var (type, name, sql) = ("", "", "")
  }

  /// All objects but those that SQLite makes itself.
  private static func objects(in database: Database) throws -> [Object] {
    try CheckedRow.fetchAll(
      database, table: "sqlite_schema",
      sql: "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).map { row in
      var object = Object()
      (object.type, object.name) = (try row["type"], try row["name"])
      object.sql = try row[optional: "sql"] ?? ""
      return object
    }
  }

  private static func columns(of table: String, in database: Database) throws -> [Column] {
    try CheckedRow.fetchAll(database, table: table, sql: "PRAGMA table_info(\(quoted(table)))").map
    {
      Column(
        name: try $0["name"], type: try $0["type"], isRequired: try $0["notnull"] as Int != 0,
        key: try $0["pk"])
    }
  }

  private static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }
}

extension Schema {
  /// What a new file of this layout looks like; that of this build is made once.
  func shape() throws -> SchemaShape {
    let isCurrent =
      version == Schema.current.version && views.map(\.name) == Schema.current.views.map(\.name)
    return isCurrent ? try SchemaShape.current.get() : try SchemaShape(of: self)
  }
}
