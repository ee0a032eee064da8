import GRDB
import Results

// What people do to runs that are there: put aside, throw away, label.
extension SQLiteRunStore {
  /// Hides runs from reports and comparing views, or shows them again; their rows stay.
  ///
  /// - Returns: how many runs changed.
  /// - Throws: `RunStoreError.unknownRun`, before anything is changed.
  @discardableResult
  public func archive(_ runs: [RunID], _ isArchived: Bool = true) throws -> Int {
    let now = now()
    return try file.write { database in
      var changed = 0
      for run in runs {
        try Self.requireRun(run, in: database)
        try database.execute(
          sql: """
            UPDATE run SET archived_at = ? WHERE id = ? AND (archived_at IS NULL) = ?
            """,
          arguments: [isArchived ? now : nil, run, isArchived])
        changed += database.changesCount
        try Self.renewDigests(in: database) { try $0.renew(.run(run), [.archiving]) }
      }
      return changed
    }
  }

  /// Deletes runs with all their rows, and with those that were not made because they are the same as
  /// one of them; a sweep of their file makes them again.
  ///
  /// - Returns: how many runs are gone.
  /// - Throws: `RunStoreError.unknownRun`, or `RunStoreError.running` for a run that is at work,
  ///   before anything is changed.
  @discardableResult
  public func remove(_ runs: [RunID]) throws -> Int {
    try file.write { database in
      let before = try Int.fetchOne(database, sql: "SELECT count(*) FROM run") ?? 0
      for run in runs {
        let row = try CheckedRow.fetchOne(
          database, table: "run", sql: "SELECT status, name FROM run WHERE id = ?",
          arguments: [run])
        guard let row else { throw RunStoreError.unknownRun(run) }
        // A damaged run must go as well, whatever stands in its columns.
        guard (try? row["status"] as String) != RunStatus.running.rawValue else {
          throw RunStoreError.running(run, name: (try? row["name"] as String) ?? "?")
        }
      }
      for run in runs {
        try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [run])
      }
      try database.execute(
        sql: """
          DELETE FROM recipe
          WHERE NOT EXISTS (SELECT 1 FROM recipe_run WHERE recipe_id = recipe.id)
          """)
      try Self.renewDigests(in: database) { book in
        try book.forgetRemoved(.run)
        try book.forgetRemoved(.recipe)
        for sweep in try Int64.fetchAll(database, sql: "SELECT id FROM sweep") {
          try book.count(runsOf: sweep)
        }
      }
      return before - (try Int.fetchOne(database, sql: "SELECT count(*) FROM run") ?? 0)
    }
  }

  /// Puts a word on a run; a word that it has already is no error.
  ///
  /// - Throws: `RunStoreError.unknownRun`.
  public func add(tag: String, to run: RunID) throws {
    try file.write { database in
      try Self.requireRun(run, in: database)
      try Self.add(tag: tag, to: run, in: database)
      try Self.renewDigests(in: database) { try $0.renew(.run(run), [.tag]) }
    }
  }

  /// Takes a word from a run.
  ///
  /// - Returns: whether the run had it.
  /// - Throws: `RunStoreError.unknownRun`.
  @discardableResult
  public func remove(tag: String, from run: RunID) throws -> Bool {
    try file.write { database in
      try Self.requireRun(run, in: database)
      try database.execute(
        sql: "DELETE FROM tag WHERE run_id = ? AND tag = ?", arguments: [run, tag])
      let isGone = database.changesCount > 0
      try Self.renewDigests(in: database) { try $0.renew(.run(run), [.tag]) }
      return isGone
    }
  }

  /// Adds a sentence to what people say of a run.
  ///
  /// - Throws: `RunStoreError.unknownRun`.
  public func add(comment: String, to run: RunID) throws {
    let now = now()
    try file.write { database in
      try Self.requireRun(run, in: database)
      try Self.add(comment: comment, to: run, at: now, in: database)
      try Self.renewDigests(in: database) { try $0.renew(.run(run), [.comment]) }
    }
  }

  static func add(tag: String, to run: RunID, in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO tag (run_id, tag) VALUES (?, ?) ON CONFLICT DO NOTHING",
      arguments: [run, tag])
  }

  static func add(
    comment: String, to run: RunID, at now: String, in database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO comment (run_id, number, text, written_at)
        VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM comment WHERE run_id = ?), ?, ?)
        """,
      arguments: [run, run, comment, now])
  }
}
