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
    // SQLite does not promise to wait for the disk here, and the change of the file follows at once.
    try AtomicFile.adopt(temporary, as: target)
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
        try fill(migration, database)
        try database.execute(
          sql: "INSERT INTO migration (number, applied_at, tool_version) VALUES (?, ?, ?)",
          arguments: [migration.number, Timestamp.now(), toolVersion])
      }
      try schema.createViews(in: database)
      if schema.version >= Schema.digestMigration {
        try SQLiteRunStore.renewDigests(in: database) { try $0.renew(.store) }
      }
      try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(schema.version)")
    }
  }

  /// What follows from the rows that are there, some of which may be damaged.
  private func fill(_ migration: Schema.Migration, _ database: Database) throws {
    do {
      if migration.number == Schema.digestMigration {
        try makeWeightsPathsRelative(database)
      } else if migration.fill != nil {
        try requireReadableRuns(database)
      }
      try migration.fill?(database)
    } catch let damage as StoreDamage {
      throw ResultsFileError.corrupted(path, detail: damage.description)
    }
  }

  /// Throws for runs that cannot even be read.
  private func requireReadableRuns(_ database: Database) throws {
    let checks = RowChecks(database, comparesDigests: false)
    for (kind, parts) in [
      (DigestOwner.Kind.sweep, [DigestedPart.sweep]), (.dataset, [.dataset]),
      (.run, [.run, .configuration]),
    ] {
      for owner in try kind.owners(in: database) {
        if let damage = try checks.damage(of: owner, parts) { throw damage }
      }
    }
  }

  /// Earlier versions kept where the weights lie on one machine.
  private func makeWeightsPathsRelative(_ database: Database) throws {
    let place = StorePlace(ofStore: path)
    let rows = try CheckedRow.fetchAll(
      database, table: "run", sql: "SELECT id, weights_path FROM run WHERE weights_path LIKE '/%'")
    for row in rows {
      let (id, old): (Int64, String) = (try row["id"], try row["weights_path"])
      try database.execute(
        sql: "UPDATE run SET weights_path = ? WHERE id = ?", arguments: [place.relative(old), id])
    }
  }

  /// What SQLite finds wrong, a line each; empty for a sound file. Reads every page.
  func problems() throws -> [String] {
    try read { database in
      let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check")
      let orphans = try CheckedRow.fetchAll(
        database, table: "foreign keys", sql: "PRAGMA foreign_key_check"
      ).map { row in
        let (table, parent): (String, String) = (try row["table"], try row["parent"])
        return "a row of \(table) refers to a row of \(parent) that is not there"
      }
      return integrity.filter { $0 != "ok" } + orphans
    }
  }
}
