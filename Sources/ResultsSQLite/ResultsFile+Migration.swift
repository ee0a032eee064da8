import Files
import Foundation
import GRDB
import Results

extension ResultsFile {
  /// The copy that is kept of a file before it is changed to a newer layout.
  static func backupPath(of path: String, version: Int) -> String { "\(path).bak-v\(version)" }

  /// Writes the copy, whole or not at all; an older copy of the same layout is replaced.
  func backUp(version: Int) throws {
    let target = Self.backupPath(of: path, version: version)
    let temporary = "\(target).\(getpid()).tmp"
    // One that is in the way is told by what follows.
    unlink(temporary)
    do {
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "VACUUM INTO ?", arguments: [temporary])
      }
    } catch {
      // Half a copy takes the room that the store needs.
      unlink(temporary)
      throw error
    }
    guard rename(temporary, target) == 0 else { throw FileError("rename to", target, code: errno) }
  }

  /// Applies what is missing and makes all views anew, in one transaction: a file is never between
  /// two layouts, and of two processes that come at once the second finds nothing to do.
  func migrate(to schema: Schema, toolVersion: String) throws {
    try write { database in
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      guard version < schema.version else { return }
      for view in schema.views.map(\.name) + ["help"] {
        try database.execute(sql: "DROP VIEW IF EXISTS \(view)")
      }
      for migration in schema.migrations where migration.number > version {
        try database.execute(sql: migration.sql)
        try migration.fill?(database)
        try database.execute(
          sql: "INSERT INTO migration (number, applied_at, tool_version) VALUES (?, ?, ?)",
          arguments: [migration.number, Timestamp.now(), toolVersion])
      }
      for view in schema.views {
        try database.execute(sql: "CREATE VIEW \(view.name) AS -- \(view.shows)\n\(view.sql)")
      }
      try database.execute(sql: schema.helpSQL)
      try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(schema.version)")
    }
  }

  /// What SQLite finds wrong, a line each; empty for a sound file. Reads every page.
  func problems() throws -> [String] {
    try read { database in
      let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check")
      let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { row in
        let (table, parent): (String, String) = (row["table"], row["parent"])
        return "a row of \(table) refers to a row of \(parent) that is not there"
      }
      return integrity.filter { $0 != "ok" } + orphans
    }
  }
}
