import GRDB
import Results

/// What tells a run from the others of its store, and where its folder is.
public struct RunPlace: Hashable, Sendable {
  /// Its number in the store.
  public let id: RunID
  /// Unique in its sweep unless settings or data have changed.
  public let name: String
  /// Its fingerprint.
  public let configHash: String
  /// Where it is, or how it ended.
  public let status: RunStatus
  /// The run that it is the same as; `nil` for a run that stands for itself.
  public let equals: RunID?
}

// Finding runs without reading what they measured. `CROSS JOIN` keeps SQLite to the order of the
// tables: the few sweeps or recipes first.
extension SQLiteRunStore {
  /// The runs with a name, in the order in which they were added.
  ///
  /// - Parameter sweep: where to look; `nil` is everywhere.
  /// - Throws: ``ResultsFileError``.
  public func runs(named name: String, inSweep sweep: String? = nil) throws -> [RunID] {
    try file.read { database in
      guard let sweep else {
        return try RunID.fetchAll(
          database, sql: "SELECT id FROM run WHERE name = ? ORDER BY sweep_id, id",
          arguments: [name])
      }
      return try RunID.fetchAll(
        database,
        sql: """
          SELECT r.id FROM run r JOIN sweep s ON s.id = r.sweep_id
          WHERE s.name = ? AND r.name = ? ORDER BY r.id
          """,
        arguments: [sweep, name])
    }
  }

  /// The runs whose fingerprint begins like this.
  ///
  /// - Throws: ``ResultsFileError``.
  public func runs(withFingerprint start: String) throws -> [RunID] {
    try file.read { database in
      // Fingerprints are hexadecimal: what begins like this lies before this with a '~'.
      try RunID.fetchAll(
        database,
        sql: """
          SELECT r.id FROM sweep s CROSS JOIN run r ON r.sweep_id = s.id
            AND r.config_hash >= ? AND r.config_hash < ? ORDER BY r.sweep_id, r.id
          """,
        arguments: [start, start + "~"])
    }
  }

  /// The runs of all recipes whose hash begins like this, those that were replaced among them.
  ///
  /// - Throws: ``ResultsFileError``.
  public func runs(ofRecipe start: String) throws -> Set<RunID> {
    try file.read { database in
      try RunID.fetchSet(
        database,
        sql: """
          SELECT p.run_id FROM recipe c CROSS JOIN recipe_run p ON p.recipe_id = c.id
          WHERE substr(c.hash, 1, length(?)) = ?
          """,
        arguments: [start, start])
    }
  }

  /// The names of a sweep's runs in the order in which they were added.
  ///
  /// - Throws: ``ResultsFileError``.
  public func runNames(ofSweep sweep: String) throws -> [String] {
    try file.read { database in
      try String.fetchAll(
        database,
        sql: """
          SELECT r.name FROM run r JOIN sweep s ON s.id = r.sweep_id WHERE s.name = ? ORDER BY r.id
          """,
        arguments: [sweep])
    }
  }

  /// All runs of the store by their numbers, but for those whose rows cannot be read.
  ///
  /// - Throws: ``ResultsFileError``.
  public func runPlaces() throws -> [RunPlace] {
    try file.read { database in
      try CheckedRow.fetchAll(
        database, table: "run",
        sql: "SELECT id, name, config_hash, status, equals_run FROM run ORDER BY id"
      ).compactMap { row in
        do {
          return RunPlace(
            id: try row["id"], name: try row["name"], configHash: try row["config_hash"],
            status: RunStatus(rawValue: try row["status"]) ?? .cancelled,
            equals: try row[optional: "equals_run"])
        } catch is StoreDamage {
          return nil
        }
      }
    }
  }
}
