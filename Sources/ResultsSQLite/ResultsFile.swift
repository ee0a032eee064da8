import Files
import Foundation
import GRDB
import Results
import Synchronization

/// One open results file: the connection, its settings, its layout.
///
/// A rollback journal with EXTRA synchronisation, one connection, short transactions. Readers of any
/// kind may come and go; a write that finds the file locked waits and tries again.
struct ResultsFile: Sendable {
  let path: String
  private(set) var queue: DatabaseQueue
  /// Whether the file is of a layout without digests of its rows, or a copy of such a one.
  private(set) var lacksDigests = false
  /// Seconds that a write keeps trying while others hold locks.
  let patience: Double

  /// Whether the process was asked to stop: no wait lasts much longer then.
  let shouldStop: @Sendable () -> Bool

  /// Seconds that SQLite itself waits for a lock.
  static let busyTimeout = 30.0
  /// Seconds that a wait may take although the process was asked to stop: others' transactions are
  /// short, and what is written then need not be found out again.
  static let lastPatience = 1.0

  /// Opens or makes a file for reading and writing and brings it up to date.
  init(
    writing path: String, schema: Schema, toolVersion: String, busyTimeout: Double,
    patience: Double, shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws {
    (self.path, self.patience, self.shouldStop) = (path, patience, shouldStop)
    try Self.checkWritable(path)
    queue = try Self.translating(path, shouldStop) {
      try DatabaseQueue(
        path: path,
        configuration: Self.configuration(
          readOnly: false, busyTimeout: busyTimeout, shouldStop: shouldStop))
    }
    let version = try checkedVersion(schema: schema)
    try translating { try checkContent() }
    if version == schema.version { try checkShape(schema) }
    try refuseTriggers()
    if version < schema.version {
      if version > 0 { try translating { try backUp(version: version) } }
      try migrate(to: schema, toolVersion: toolVersion)
    }
  }

  /// Opens a file for reading only. One of a layout that lacks what is read is copied into memory, and
  /// the copy is brought up to date; the file stays as it is.
  init(reading path: String, schema: Schema, busyTimeout: Double) throws {
    (self.path, patience, shouldStop) = (path, 0, { false })
    try Self.checkReadable(path)
    let configuration = Self.configuration(readOnly: true, busyTimeout: busyTimeout)
    queue = try Self.translating(path) {
      do {
        return try Self.openForReading(path, configuration)
      } catch let error as DatabaseError
        where error.resultCode == .SQLITE_READONLY || error.resultCode == .SQLITE_CANTOPEN
      {
        // A writer was killed in the middle: its journal must be rolled back, which is writing.
        try Self.rollBackJournal(of: path, busyTimeout: busyTimeout)
        return try Self.openForReading(path, configuration)
      }
    }
    let version = try checkedVersion(schema: schema)
    guard version > 0 else { throw ResultsFileError.empty(path) }
    if version < schema.oldestReadable {
      try readCopy(as: schema.asRead, busyTimeout: busyTimeout)
    }
    if version < schema.version {
      lacksDigests = true
      try checkShape(schema.asRead)
    } else {
      try checkShape(schema)
    }
  }

  /// Refuses tables that are not those of the layout: what is read from them would be something else.
  private func checkShape(_ schema: Schema) throws {
    let damage = try read { try schema.shape().differences(in: $0) }.first {
      $0.isDamage && !$0.isTrigger
    }
    guard let damage else { return }
    throw ResultsFileError.corrupted(path, detail: "\(damage.name): \(damage.detail)")
  }

  /// Refuses to write where statements of others would be run.
  private func refuseTriggers() throws {
    let triggers = try read {
      try String.fetchAll(
        $0, sql: "SELECT coalesce(name,'?') FROM sqlite_schema WHERE type = 'trigger'")
    }
    if !triggers.isEmpty { throw ResultsFileError.triggers(path, names: triggers) }
  }

  /// Goes on with a copy in memory that has another layout.
  private mutating func readCopy(as schema: Schema, busyTimeout: Double) throws {
    let file = queue
    let copy = try DatabaseQueue(
      configuration: Self.configuration(readOnly: false, busyTimeout: busyTimeout))
    try translating {
      try file.backup(to: copy)
      try file.close()
    }
    queue = copy
    try migrate(to: schema, toolVersion: "a copy for reading")
  }

  /// Reads in one transaction.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try translating { try queue.read(body) }
  }

  /// Writes in one transaction, all or nothing; tries again while others hold locks, so `body` may
  /// run several times.
  ///
  /// - Parameter patience: instead of the file's own; 0 to try once.
  func write<Value>(
    patience: Double? = nil, _ body: (Database) throws -> Value
  ) throws -> Value {
    // Time in which a suspended machine could not try does not count.
    let start = SuspendingClock.now
    let patience = patience ?? self.patience
    return try translating {
      while true {
        do {
          return try queue.write(body)
        } catch let error as DatabaseError
          where error.resultCode == .SQLITE_BUSY && !shouldStop()
          && SuspendingClock.now - start < .seconds(patience)
        {
          continue
        }
      }
    }
  }

  private static func configuration(
    readOnly: Bool, busyTimeout: Double,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .callback(
      waiting(atMost: busyTimeout, unless: shouldStop))
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { database in
      // A file may come from anywhere: what its schema calls is not trusted, its cells are looked at.
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      try database.execute(sql: "PRAGMA cell_size_check = ON")
      _ = try Int.fetchOne(database, sql: "PRAGMA mmap_size = 0")
      if !readOnly {
        _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
        // FULL does not wait until the journal's removal, which is the commit, is on the disk: after a
        // loss of power the journal is back and takes away what was reported as done.
        try database.execute(sql: "PRAGMA synchronous = EXTRA")
      }
    }
    return configuration
  }

  /// Waits for a lock in small steps, so that a wish to stop is heard.
  private static func waiting(
    atMost seconds: Double, unless shouldStop: @escaping @Sendable () -> Bool
  ) -> Database.BusyCallback {
    let began = Mutex(SuspendingClock.now)
    return { tries in
      if tries == 0 { began.withLock { $0 = .now } }
      let waited = began.withLock { SuspendingClock.now - $0 }
      if waited >= .seconds(shouldStop() ? min(seconds, lastPatience) : seconds) { return false }
      usleep(tries < 10 ? 2_000 : 20_000)
      return true
    }
  }

  /// The layout's number, 0 for an empty file; throws for files that are not ours or too new.
  private func checkedVersion(schema: Schema) throws -> Int {
    try read { database in
      let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      let objects = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
      guard objects > 0 || version > 0 || application != 0 else { return 0 }
      guard application == Schema.applicationID, version > 0 else {
        throw ResultsFileError.foreign(path)
      }
      guard version <= schema.version else {
        let tool = try? String.fetchOne(
          database, sql: "SELECT tool_version FROM migration ORDER BY number DESC LIMIT 1")
        throw ResultsFileError.newer(
          path, version: version, supported: schema.version,
          writtenBy: tool ?? "an unknown version")
      }
      return version
    }
  }

  /// Finds damage before a night is spent on a file; skipped for files that would take seconds.
  private func checkContent() throws {
    guard let size = try FileStamp(of: path)?.size, size < 64 << 20 else { return }
    let verdict = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard verdict == "ok" else {
      throw ResultsFileError.corrupted(path, detail: verdict ?? "no answer from quick_check")
    }
  }

  private func translating<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      if error.resultCode == .SQLITE_BUSY, shouldStop() { throw ResultsFileError.stopped(path) }
      throw ResultsFileError(error, path: path, code: queue.lastSystemError)
    }
  }

  private static func translating<Value>(
    _ path: String, _ shouldStop: () -> Bool = { false }, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      if error.resultCode == .SQLITE_BUSY, shouldStop() { throw ResultsFileError.stopped(path) }
      throw ResultsFileError(error, path: path)
    } catch let error as RowDecodingError {
      throw ResultsFileError.corrupted(path, detail: "a value is of another kind: \(error)")
    }
  }

  private static func openForReading(
    _ path: String, _ configuration: Configuration
  ) throws -> DatabaseQueue {
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    _ = try queue.read { try Row.fetchOne($0, sql: "SELECT * FROM sqlite_schema") }
    return queue
  }

  private static func rollBackJournal(of path: String, busyTimeout: Double) throws {
    try checkWritable(path)
    try translating(path) {
      let queue = try DatabaseQueue(
        path: path, configuration: configuration(readOnly: false, busyTimeout: busyTimeout))
      _ = try queue.read { try Row.fetchOne($0, sql: "SELECT * FROM sqlite_schema") }
      try queue.close()
    }
  }
}
