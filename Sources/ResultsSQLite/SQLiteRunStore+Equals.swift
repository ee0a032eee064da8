import GRDB
import Results

// Runs that were not made because another one is the same.
extension SQLiteRunStore {
  public func finish(_ run: RunID, asEqualTo other: RunID, note: String) throws {
    try change(run, [.run, .attempt, .note]) { database, now in
      let known = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE id = ?)", arguments: [other])
      guard known == true else { throw RunStoreError.unknownRun(other) }
      try believing { try requireSound(other, showing: [.classMetric], in: database) }
      try Self.closeAttempt(of: run, as: .lost, at: now, in: database)
      try Self.forgetEqual(of: run, in: database)
      try database.execute(
        sql: """
          UPDATE run SET status = 'done', error = NULL, finished_at = ?, heartbeat_at = ?,
            equals_run = ?
          WHERE id = ?
          """,
        arguments: [now, now, other, run])
      try database.execute(
        sql: "INSERT INTO note (run_id, number, text) VALUES (?, 1, ?)", arguments: [run, note])
    }
  }

  public func equal(of run: RunID) throws -> RunID? {
    try file.read { database in
      let row = try CheckedRow.fetchOne(
        database, table: "run", sql: "SELECT equals_run FROM run WHERE id = ?", arguments: [run])
      guard let row else { throw RunStoreError.unknownRun(run) }
      return try row[optional: "equals_run"]
    }
  }

  public func weightsDigest(of run: RunID) throws -> String? {
    try file.read { database in
      try believing { try requireSound(run, showing: [], in: database) }
      return try String.fetchOne(
        database, sql: "SELECT weights_sha256 FROM run WHERE id = ?", arguments: [run])
    }
  }

  /// Says of a damaged run what every store can say.
  private func believing(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let damage as StoreDamage {
      throw RunStoreError.damaged(damage.run ?? 0, detail: "\(damage)")
    }
  }

  /// A run that is made after all stands for itself.
  static func forgetEqual(of run: RunID, in database: Database) throws {
    try database.execute(sql: "DELETE FROM note WHERE run_id = ?", arguments: [run])
    try database.execute(sql: "UPDATE run SET equals_run = NULL WHERE id = ?", arguments: [run])
  }

  /// The run that a row of `run`, joined with the equal one, is the same as.
  static func equalRun(of row: Row) -> EqualRun? {
    guard let id: RunID = row["equals_run"] else { return nil }
    return EqualRun(
      id: id, name: row["equal_name"], strategy: row["equal_strategy"],
      variant: row["equal_variant"])
  }
}
