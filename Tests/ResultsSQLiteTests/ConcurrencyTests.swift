import Foundation
import GRDB
import Results
import ResultsSQLite
import Synchronization
import TestSupport
import Testing

@Suite("While a sweep writes")
struct ConcurrencyTests {
  /// A connection that may leave a transaction open, as a person at `sqlite3` may.
  private func openReader(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  @Test("a reader that holds on delays a write and does not break it")
  func heldLock() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(
      path: folder.file(), schema: .current, busyTimeout: 0.05, patience: 20)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    let reader = try openReader(folder.file())
    try reader.inDatabase { database in
      try database.execute(sql: "BEGIN")
      _ = try Row.fetchAll(database, sql: "SELECT * FROM v_runs")
    }
    // A thread of its own: tasks may wait for others that block theirs.
    Thread.detachNewThread {
      usleep(400_000)
      try? reader.inDatabase { try $0.execute(sql: "COMMIT") }
    }
    try store.append(Sample.epoch(1), to: id)
    #expect(try store.epochs(of: id) == [Sample.epoch(1)])
  }

  @Test("a lock that never ends is an error, and the store works afterwards")
  func endlessLock() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(
      path: folder.file(), schema: .current, busyTimeout: 0.05, patience: 0.2)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    let reader = try openReader(folder.file())
    try reader.inDatabase { database in
      try database.execute(sql: "BEGIN")
      _ = try Row.fetchAll(database, sql: "SELECT * FROM v_runs")
    }
    let error = #expect(throws: ResultsFileError.self) {
      try store.append(Sample.epoch(1), to: id)
    }
    #expect(error?.description.contains("locked") == true)
    try reader.inDatabase { try $0.execute(sql: "COMMIT") }
    try store.append(Sample.epoch(1), to: id)
    #expect(try store.epochs(of: id).count == 1)
  }

  @Test("readers see whole transactions only")
  func wholeTransactions() throws {
    let folder = try TemporaryFolder()
    let path = folder.file()
    let store = try SQLiteRunStore(path: path)
    try store.register(Sample.sweep)
    let reader = Reader(path: path)
    reader.start()
    while reader.looks == 0 { usleep(1000) }
    for seed in 1...15 { try store.complete(Sample.run("focal", seed: UInt64(seed))) }
    reader.stop()
    #expect(reader.surprises == [])
    #expect(try store.summaries(ofSweep: "night").count == 15)
  }

  @Test(
    "what a kill in the middle of a transaction leaves is rolled back", arguments: [true, false])
  func killed(readsOnly: Bool) throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    try store.complete(Sample.run("focal"))
    try store.close()

    // Given a transaction that is too large for the cache, so that pages are in the file already
    let writer = try DatabaseQueue(path: folder.file())
    let copy = folder.file("copy.sqlite")
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try writer.write { database in
        try database.execute(sql: "PRAGMA cache_size = 5")
        try database.execute(
          sql: """
            WITH RECURSIVE i(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM i WHERE n < 3000)
            INSERT INTO note SELECT 1, n, printf('%0100d', n) FROM i
            """)
        // When the process dies here: the file and its journal as they are at this moment
        try FileManager.default.copyItem(atPath: folder.file(), toPath: copy)
        try FileManager.default.copyItem(
          atPath: folder.file() + "-journal", toPath: copy + "-journal")
        throw Stop()
      }
    }
    let before = try FileManager.default.attributesOfItem(atPath: folder.file())[.size] as? Int
    let spilt = try FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int
    #expect(try #require(spilt) > #require(before))

    // Then the next one to open it finds what was there before
    let survivor = try readsOnly ? SQLiteRunStore(readOnly: copy) : SQLiteRunStore(path: copy)
    #expect(try survivor.problems() == [])
    #expect(try survivor.summaries(ofSweep: "night").first?.notes.count == 1)
    #expect(!FileManager.default.fileExists(atPath: copy + "-journal"))
  }
}

/// Looks at a file from a thread of its own, again and again, for runs that are done without all
/// their rows.
private final class Reader: Sendable {
  private let path: String
  private let state = Mutex<(looks: Int, surprises: [String], isStopped: Bool)>((0, [], false))
  private let end = DispatchSemaphore(value: 0)

  init(path: String) { self.path = path }

  var looks: Int { state.withLock { $0.looks } }
  var surprises: [String] { state.withLock { $0.surprises } }

  func start() {
    Thread.detachNewThread { [self] in
      while !state.withLock({ $0.isStopped }) { look() }
      end.signal()
    }
  }

  func stop() {
    state.withLock { $0.isStopped = true }
    end.wait()
  }

  private func look() {
    let sql = """
      SELECT count(*) FROM run r WHERE status = 'done' AND
        (SELECT count(*) FROM class_metric m WHERE m.run_id = r.id) <> 8
      """
    let found = (try? lines(path, sql)) ?? ["an error"]
    state.withLock { state in
      state.looks += 1
      if found != ["0"] { state.surprises += found }
    }
  }
}
