import Foundation
import GRDB
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("A results file of another layout")
struct MigrationTests {
  /// A layout that some day follows the present one.
  private var next: Schema {
    let added = Schema.Migration(
      number: Schema.current.version + 1, sql: "ALTER TABLE run ADD COLUMN energy_kj REAL;")
    let view = Schema.View(
      "v_energy", shows: "energy", example: "SELECT * FROM v_energy;",
      sql: "SELECT id, energy_kj FROM run")
    return Schema(
      migrations: Schema.current.migrations + [added], views: Schema.current.views + [view])
  }

  /// What makes an empty file of a layout; recorded when that layout was current.
  private func fixture(_ version: Int) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/layout-\(version).sql")
  }

  @Test("is recorded for the present one, which is never edited once released")
  func recorded() throws {
    let folder = try TemporaryFolder()
    try SQLiteRunStore(path: folder.file(), toolVersion: "poise").close()
    let objects = try lines(
      folder.file(), "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
    let version = SQLiteRunStore.schemaVersion
    var actual = objects.map { $0 + ";\n" }.joined(separator: "\n")
    actual += "\nINSERT INTO migration VALUES (\(version), '2026-11-23T00:00:00Z', 'poise');\n"
    actual += "PRAGMA application_id = \(Schema.applicationID);\n"
    actual += "PRAGMA user_version = \(version);\n"
    let expected = try? String(contentsOf: fixture(version), encoding: .utf8)
    if expected == nil {
      try actual.write(to: fixture(version), atomically: true, encoding: .utf8)
    }
    #expect(actual == expected)
  }

  @Test("that is stored opens, with a copy kept, and works", arguments: [1, 2, 3, 4])
  func storedFile(version: Int) throws {
    let folder = try TemporaryFolder()
    let stored = try String(contentsOf: fixture(version), encoding: .utf8)
    try DatabaseQueue(path: folder.file()).write { try $0.execute(sql: stored) }
    let store = try SQLiteRunStore(path: folder.file(), schema: next)
    try store.register(Sample.sweep)
    try store.complete(Sample.run("focal"))
    #expect(try query(folder.file(), "SELECT energy_kj FROM v_energy").count == 1)
    #expect(try lines(folder.file(), "PRAGMA user_version") == ["\(next.version)"])
    let copy = folder.file("results.sqlite.bak-v\(version)")
    #expect(try lines(copy, "PRAGMA user_version") == ["\(version)"])
    #expect(try lines(copy, "PRAGMA integrity_check") == ["ok"])
    // All views of that layout but the one that lists them.
    let views = stored.components(separatedBy: "CREATE VIEW ").count - 2
    #expect(try query(copy, "SELECT * FROM help").count == views)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(names) == ["results.sqlite", "results.sqlite.bak-v\(version)"])
  }

  @Test("that is only read stays as it is, byte by byte", arguments: [1, 2])
  func readOnly(version: Int) throws {
    let folder = try TemporaryFolder()
    let stored = try String(contentsOf: fixture(version), encoding: .utf8)
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write { try $0.execute(sql: stored) }
    try queue.close()
    let before = try Data(contentsOf: URL(filePath: folder.file()))
    let store = try SQLiteRunStore(readOnly: folder.file())
    #expect(try store.sweeps().isEmpty && store.summaries(ofSweep: "night").isEmpty)
    try store.close()
    #expect(try Data(contentsOf: URL(filePath: folder.file())) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["results.sqlite"])
  }

  @Test("keeps its rows when it is brought up to date")
  func rowsStay() throws {
    let folder = try TemporaryFolder()
    let old = try SQLiteRunStore(path: folder.file())
    try old.register(Sample.sweep)
    let id = try old.complete(Sample.run("focal"))
    let before = try old.run(id)
    try old.close()
    let store = try SQLiteRunStore(path: folder.file(), toolVersion: "poise 2", schema: next)
    #expect(try store.run(id) == before)
    let tools = try lines(folder.file(), "SELECT tool_version FROM migration ORDER BY number")
    #expect(tools == Array(repeating: "poise", count: Schema.current.version) + ["poise 2"])
  }

  @Test("stays as it was when a migration fails")
  func failingMigration() throws {
    let folder = try TemporaryFolder()
    try SQLiteRunStore(path: folder.file()).close()
    let broken = Schema(
      migrations: next.migrations
        + [.init(number: next.version + 1, sql: "ALTER TABLE no_such ADD COLUMN x;")],
      views: next.views)
    #expect(throws: ResultsFileError.self) {
      try SQLiteRunStore(path: folder.file(), schema: broken)
    }
    let store = try SQLiteRunStore(path: folder.file())
    #expect(try store.problems() == [])
    #expect(try query(folder.file(), "SELECT * FROM help").count == Schema.current.views.count)
  }

  @Test("is refused untouched when it is newer")
  func newer() throws {
    let folder = try TemporaryFolder()
    try SQLiteRunStore(path: folder.file(), toolVersion: "poise 7.1", schema: next).close()
    let before = try Data(contentsOf: URL(filePath: folder.file()))
    let expected = ResultsFileError.newer(
      folder.file(), version: next.version, supported: Schema.current.version,
      writtenBy: "poise 7.1")
    #expect(throws: expected) { try SQLiteRunStore(path: folder.file()) }
    #expect(throws: expected) { try SQLiteRunStore(readOnly: folder.file()) }
    #expect(try Data(contentsOf: URL(filePath: folder.file())) == before)
  }

  @Test("is made once when many come at the same time")
  func race() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        group.addTask {
          let store = try SQLiteRunStore(path: path)
          try store.register(
            SweepRecord(name: "sweep-\(index)", file: "f", source: "s", baseline: nil))
        }
      }
      try await group.waitForAll()
    }
    #expect(try query(path, "SELECT * FROM migration").count == Schema.current.version)
    #expect(try query(path, "SELECT * FROM sweep").count == 4)
  }
}
