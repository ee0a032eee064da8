import Foundation
import GRDB
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("Digests of a store's rows")
struct DigestTests {
  private func fixture(_ name: String) throws -> String {
    try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/\(name)"), encoding: .utf8)
  }

  private let stored = """
    SELECT owner, id, part, n, sha256 FROM row_digest
    WHERE owner <> 'store' ORDER BY owner || '|' || id || '|' || part || '|'
    """

  @Test("are those that Python computes as the documents describe them")
  func python() throws {
    let folder = try TemporaryFolder()
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write {
      try $0.execute(sql: fixture("layout-3.sql"))
      try $0.execute(sql: fixture("digests.sql"))
    }
    try queue.close()
    try SQLiteRunStore(path: folder.file()).close()
    let actual = try lines(folder.file(), stored)
    #expect(actual.sorted() == (try fixture("digests.txt")).split(separator: "\n").map(String.init))
    let origins = try lines(
      folder.file(), "SELECT DISTINCT origin FROM row_digest WHERE owner = 'run'")
    #expect(origins == ["found"])
  }

  /// Every column that may be NULL is NULL somewhere in these rows.
  @Test("do not keep sparse rows from being read")
  func sparse() throws {
    let folder = try TemporaryFolder()
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write {
      try $0.execute(sql: fixture("layout-3.sql"))
      try $0.execute(sql: fixture("digests.sql"))
    }
    try queue.close()
    let store = try SQLiteRunStore(readOnly: folder.file())
    #expect(try store.summaries(ofSweep: "night").map(\.id) == [7, 9])
    #expect(try store.run(7)?.environment?.host == "bänk")
    #expect(try store.epochs(of: 7).map(\.finishedAt) == ["", ""])
    #expect(try store.attempts(of: 7).map(\.processID) == [12, 0])
    #expect(try store.predictions(of: 7).map(\.classes) == [[0]])
    #expect(try store.guesses(of: 7)?.map(\.classIndex) == [0, nil])
    #expect(try store.confusionMatrix(of: 7, split: "test") == nil)
    #expect(store.damages.isEmpty)
    // A file of this layout is read where it is, and says what cannot be known of it.
    let verification = try store.verify()
    #expect(verification.isSound && verification.runs == [7, 9])
    #expect("\(verification.remarks)".contains("no digests"))
    try store.close()
    try change(folder) { try $0.execute(sql: "ALTER TABLE run RENAME COLUMN accuracy TO figure") }
    let error = #expect(throws: ResultsFileError.self) {
      try SQLiteRunStore(readOnly: folder.file())
    }
    #expect(error?.description.contains("run") == true)
  }

  private func change(_ folder: TemporaryFolder, _ body: (Database) throws -> Void) throws {
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write(body)
    try queue.close()
  }

  @Test("are written with the rows, whatever is done to a run")
  func written() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    let first = try store.complete(Sample.run("baseline"))
    let second = try store.complete(Sample.run("focal"), clogs: 2)
    #expect(try store.verify().isSound)
    var equal = Sample.run("other")
    (equal.tags, equal.remark) = (["new"], "said in the file")
    let third = try store.enqueue(equal)
    try store.finish(third, asEqualTo: first, note: "the same as baseline-s1")
    let fourth = try store.enqueue(Sample.run("hot"))
    try store.begin(fourth, environment: Sample.environment, processID: 1)
    try store.append(Sample.epoch(1), to: fourth)
    #expect(try store.verify().isSound)
    try store.finish(fourth, .diverged(step: 3, reason: "a loss was no number"))
    let fifth = try store.enqueue(Sample.run("lost"))
    try store.begin(fifth, environment: Sample.environment, processID: 999_999_999)
    #expect(try store.reapLostRuns() == 1)
    try store.add(tag: "final", to: second)
    try store.add(comment: "good", to: second)
    try store.remove(tag: "new", from: third)
    try store.archive([second])
    try store.register(Sample.sweep)
    // The same label in the same recipe with another fingerprint takes the place of the first.
    var changed = Sample.run("focal")
    (changed.configHash, changed.groupHash) = ("c-new", "g-new")
    _ = try store.enqueue(changed)
    var verification = try store.verify()
    #expect(verification.isSound, "\(verification.damages)")
    #expect(verification.runs.count == 6 && verification.soundRuns.count == 6)
    #expect(verification.remarks.isEmpty)
    try store.remove([first])
    verification = try store.verify()
    #expect(verification.isSound, "\(verification.damages)")
    #expect(verification.runs == [second, fourth, fifth, fifth + 1])
    let origins = try lines(folder.file(), "SELECT DISTINCT origin FROM row_digest")
    #expect(origins == ["written"])
  }

  /// Every value of every row of every table, one at a time.
  @Test("miss no value that is changed")
  func everyValue() async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    let first = try store.complete(Sample.run("baseline"))
    try store.finish(
      try store.enqueue(Sample.run("other")), asEqualTo: first, note: "the same as baseline-s1")
    try store.add(tag: "final", to: first)
    try store.add(comment: "good", to: first)
    try store.close()
    let tables = try lines(
      folder.file(),
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    #expect(tables.count == 29)
    let copy = folder.file("copy.sqlite")
    var changes = 0
    for table in tables {
      let columns = try lines(folder.file(), "SELECT name FROM pragma_table_info('\(table)')")
      for column in columns {
        // Other tests wait for their own clocks meanwhile.
        await Task.yield()
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: folder.file(), toPath: copy)
        guard try change(column, of: table, in: copy) else { continue }
        changes += 1
        let noticed: Bool
        do {
          noticed = !(try SQLiteRunStore(readOnly: copy).verify().isSound)
        } catch is ResultsFileError {
          noticed = true
        }
        #expect(noticed, "\(table).\(column)")
      }
    }
    #expect(changes > 150, "\(changes)")
  }

  /// Changes the column's value in one row; says whether it did.
  private func change(_ column: String, of table: String, in path: String) throws -> Bool {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    try queue.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
    }
    return try queue.write { database in
      let pick = "WHERE \(column) IS NOT NULL LIMIT 1"
      guard
        let old = try DatabaseValue.fetchOne(
          database, sql: "SELECT \(column) FROM \(table) \(pick)")
      else { return false }
      let new: DatabaseValue =
        switch old.storage {
        case .int64(let value): (value ^ 1).databaseValue
        case .double(let value): (value * 1.000_001 + 1e-9).databaseValue
        case .string(let value): "\(value)x".databaseValue
        default: "x".databaseValue
        }
      do {
        let keys = try Row.fetchAll(
          database, sql: "SELECT name FROM pragma_table_info('\(table)') WHERE pk > 0 ORDER BY pk"
        ).map { $0["name"] as String }
        let row = try Row.fetchOne(database, sql: "SELECT * FROM \(table) \(pick)")
        let condition = keys.map { "\($0) = ?" }.joined(separator: " AND ")
        let values = keys.map { row?[$0] as DatabaseValue? ?? .null }
        try database.execute(
          sql: "UPDATE OR IGNORE \(table) SET \(column) = ? WHERE \(condition)",
          arguments: StatementArguments([new] + values))
        let changed = database.changesCount > 0
        return changed
      } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
        return false
      }
    }
  }
}
