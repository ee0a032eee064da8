import Files
import GRDB
import Metrics
import Results
import Synchronization

/// Keeps runs in one SQLite file that people query by hand.
///
/// One process writes; any number may read, with this type or with `sqlite3`. Every call is one
/// transaction, all of its rows or none. Errors of the file are ``ResultsFileError``s, impossible
/// requests are `RunStoreError`s.
public final class SQLiteRunStore: RunStore, RunHistory {
  /// The layout that this build writes.
  public static var schemaVersion: Int { Schema.current.version }

  let file: ResultsFile
  let host: String
  let now: @Sendable () -> String
  /// Whether what is read is compared with its digests.
  let comparesDigests: Bool
  let found = FoundDamage()
  /// What the file's owner is called where this object made it its own.
  let claim = Mutex<String?>(nil)

  /// Opens a file for reading and writing, makes it if it is missing, and brings an older one up to
  /// date after writing a copy of it to `<path>.bak-v<layout>`.
  ///
  /// - Parameters:
  ///   - toolVersion: written down with each change of the layout.
  ///   - shouldStop: asked while somebody else has the file locked; ends the wait with
  ///     ``ResultsFileError/stopped(_:)``.
  /// - Throws: ``ResultsFileError`` for a place that cannot be written and a file that is damaged,
  ///   newer or another program's; such a file is left untouched.
  public convenience init(
    path: String, toolVersion: String = "poise",
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws {
    try self.init(
      path: path, toolVersion: toolVersion, schema: .current, shouldStop: shouldStop)
  }

  /// Looks at a place for a store before anything is made beside it.
  ///
  /// - Throws: ``ResultsFileError`` where no store is or can be.
  public static func checkPlace(_ path: String) throws {
    try ResultsFile.checkWritable(path)
  }

  /// Opens a file for reading only: it must exist. One that lacks what later layouts added to be read is
  /// read from a copy in memory that is brought up to date, so that reading never changes a file.
  ///
  /// - Parameter comparesDigests: whether rows are compared with their digests as they are read;
  ///   without that, only rows that cannot be read at all count as ``damages``.
  /// - Throws: ``ResultsFileError`` for a file that is missing, damaged, newer or another program's.
  public convenience init(readOnly path: String, comparesDigests: Bool = true) throws {
    let file = try ResultsFile(
      reading: path, schema: .current, busyTimeout: ResultsFile.busyTimeout)
    self.init(
      file: file, host: ProcessIdentity.hostName, now: { Timestamp.now() },
      comparesDigests: comparesDigests && !file.lacksDigests)
  }

  /// With everything that tests need to set.
  package convenience init(
    path: String, toolVersion: String = "poise", schema: Schema,
    busyTimeout: Double = 30, patience: Double = 600, host: String = ProcessIdentity.hostName,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    now: @escaping @Sendable () -> String = { Timestamp.now() }
  ) throws {
    self.init(
      file: try ResultsFile(
        writing: path, schema: schema, toolVersion: toolVersion, busyTimeout: busyTimeout,
        patience: patience, shouldStop: shouldStop),
      host: host, now: now)
  }

  private init(
    file: ResultsFile, host: String, now: @escaping @Sendable () -> String,
    comparesDigests: Bool = true
  ) {
    (self.file, self.host, self.now) = (file, host, now)
    self.comparesDigests = comparesDigests
  }

  /// Where the file is.
  public var path: String { file.path }

  /// Hears the SQL of every statement that is run from now on, its arguments written into it.
  package func trace(_ listener: @escaping @Sendable (String) -> Void) {
    file.queue.inDatabase { database in
      database.trace(options: .statement) { event in
        if case .statement(let statement) = event { listener(statement.expandedSQL) }
      }
    }
  }

  /// What SQLite finds wrong with the file, a line each; empty for a sound one. Reads every page.
  ///
  /// - Throws: ``ResultsFileError`` where the file cannot be read at all.
  public func problems() throws -> [String] { try file.problems() }

  /// Ends the connection; every later call throws.
  ///
  /// - Throws: `DatabaseError` where statements are still running.
  public func close() throws { try file.queue.close() }

  public func register(_ sweep: SweepRecord) throws {
    try file.write { database in
      try database.execute(
        sql: """
          INSERT INTO sweep (name, file, source, source_sha, baseline, created_at)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (name) DO UPDATE SET file = excluded.file, source = excluded.source,
            source_sha = excluded.source_sha, baseline = excluded.baseline
          """,
        arguments: [
          sweep.name, sweep.file, sweep.source, SHA256Digest.hex(of: sweep.source),
          sweep.baseline, now(),
        ])
      let id = try Int64.fetchOne(
        database, sql: "SELECT id FROM sweep WHERE name = ?", arguments: [sweep.name])
      try Self.renewDigests(in: database) { book in
        if let id { try book.renew(DigestOwner(.sweep, id)) }
      }
    }
  }

  public func find(sweep: String, configHash: String) throws -> (id: RunID, status: RunStatus)? {
    try file.read { try Self.find(sweep: sweep, configHash: configHash, in: $0) }
  }

  public func begin(_ run: RunID, environment: EnvironmentRecord, processID: Int32) throws {
    let process = ProcessIdentity(of: processID)
    try change(run, [.run, .attempt, .note]) { database, now in
      try requireNobodyAtWork(on: run, but: processID, in: database)
      try Self.closeAttempt(of: run, as: .lost, at: now, in: database)
      try database.execute(
        sql: """
          INSERT INTO attempt (run_id, number, started_at, from_epoch, host, pid, pid_token)
          SELECT id, (SELECT count(*) + 1 FROM attempt WHERE run_id = id), ?, epochs_done, ?, ?, ?
          FROM run WHERE id = ?
          """,
        arguments: [now, host, process.processID, process.token, run])
      let environmentID = try Self.environmentID(of: environment, in: database)
      try database.execute(
        sql: """
          UPDATE run SET status = 'running', error = NULL, finished_at = NULL, wall_s = NULL,
            started_at = coalesce(started_at, ?), heartbeat_at = ?, environment_id = ?
          WHERE id = ?
          """,
        arguments: [now, now, environmentID, run])
      try Self.forgetEqual(of: run, in: database)
    }
  }

  public func beat(_ run: RunID) throws {
    do {
      try change(run, [.run], patience: 0) { database, now in
        try database.execute(
          sql: "UPDATE run SET heartbeat_at = ? WHERE id = ?", arguments: [now, run])
        try database.execute(sql: "UPDATE owner SET heartbeat_at = ?", arguments: [now])
      }
    } catch ResultsFileError.locked {
      // The next one will do.
    }
  }

  public func finish(_ run: RunID, _ outcome: RunOutcome) throws {
    try change(run, DigestedPart.results) { database, now in
      try database.execute(
        sql: """
          UPDATE run SET status = ?, error = ?, finished_at = ?, heartbeat_at = ?,
            wall_s = (SELECT sum(wall_s) FROM epoch WHERE run_id = id)
          WHERE id = ?
          """,
        arguments: [outcome.status.rawValue, outcome.errorText, now, now, run])
      if case .done(let result) = outcome {
        try self.write(result, of: run, in: database)
      }
      try Self.closeAttempt(
        of: run, as: outcome.attemptOutcome, at: now, cause: outcome, in: database)
    }
  }

  public func reapLostRuns() throws -> Int {
    try file.write { database in
      let candidates = try CheckedRow.fetchAll(
        database, table: "run",
        sql: """
          SELECT r.id, a.host, a.pid, a.pid_token FROM run r
          LEFT JOIN attempt a ON a.run_id = r.id
            AND a.number = (SELECT max(number) FROM attempt WHERE run_id = r.id)
          WHERE r.status = 'running'
          """)
      var lost = 0
      for row in candidates {
        // What runs on another machine cannot be judged from here.
        if let other: String = try row[optional: "host"], other != host { continue }
        let process = ProcessIdentity(
          processID: try row[optional: "pid"] ?? 0, token: try row[optional: "pid_token"])
        guard !process.isAlive else { continue }
        try Self.markLost(try row["id"], at: now(), in: database)
        lost += 1
      }
      return lost
    }
  }

  /// Runs `body` on a run that is there and not done, in one transaction.
  ///
  /// - Parameters:
  ///   - parts: what `body` changes. It must be what was written, so that damage is never signed; the
  ///     digests are renewed afterwards.
  ///   - patience: as of `write`.
  func change(
    _ run: RunID, _ parts: [DigestedPart], patience: Double? = nil,
    _ body: (Database, String) throws -> Void
  ) throws {
    let now = now()
    try file.write(patience: patience) { database in
      try requireOwnership(in: database)
      let row = try CheckedRow.fetchOne(
        database, table: "run", sql: "SELECT status, name, equals_run FROM run WHERE id = ?",
        arguments: [run])
      guard let row else { throw RunStoreError.unknownRun(run) }
      let (status, equal): (String, RunID?) = (try row["status"], try row[optional: "equals_run"])
      guard status != RunStatus.done.rawValue || equal != nil else {
        throw RunStoreError.alreadyDone(run, name: try row["name"])
      }
      try Self.renewDigests(in: database) { book in
        try book.check(.run(run), parts)
        try body(database, now)
        try book.renew(.run(run), parts)
      }
    }
  }

  /// Renews digests in the transaction that writes the rows, and their sum at the end.
  static func renewDigests(
    in database: Database, _ body: (DigestBook) throws -> Void
  ) throws {
    let book = DigestBook(database)
    try body(book)
    try book.close()
  }

  static func closeAttempt(
    of run: RunID, as outcome: AttemptOutcome, at now: String, cause: RunOutcome? = nil,
    in database: Database
  ) throws {
    var (exitCode, signal): (Int32?, Int32?) = (nil, nil)
    if case .failed(_, let code, let number)? = cause { (exitCode, signal) = (code, number) }
    try database.execute(
      sql: """
        UPDATE attempt SET outcome = ?, finished_at = ?, error = ?, exit_code = ?, signal = ?
        WHERE run_id = ? AND outcome IS NULL
        """,
      arguments: [outcome.rawValue, now, cause?.errorText, exitCode, signal, run])
  }

  private static func environmentID(
    of environment: EnvironmentRecord, in database: Database
  ) throws -> Int64? {
    let digest = SHA256Digest.hex(of: try CanonicalJSON.text(of: environment))
    try database.execute(
      sql: """
        INSERT INTO environment (digest, host, os, cpu, cores, memory_mb, swift, tool_version,
          blas, blas_threads, git_commit, git_dirty)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING
        """,
      arguments: [
        digest, environment.host, environment.operatingSystem, environment.processor,
        environment.cores, environment.memoryMB, environment.swift, environment.toolVersion,
        environment.blas, environment.threads, environment.gitCommit, environment.gitDirty,
      ])
    let isNew = database.changesCount > 0
    let id = try Int64.fetchOne(
      database, sql: "SELECT id FROM environment WHERE digest = ?", arguments: [digest])
    if isNew, let id {
      try renewDigests(in: database) { try $0.renew(DigestOwner(.environment, id)) }
    }
    return id
  }
}
