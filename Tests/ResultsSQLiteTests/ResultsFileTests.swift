import Foundation
import GRDB
import Metrics
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("A results file")
struct ResultsFileTests {
  @Test("is a rollback-journal database with our mark")
  func header() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file(), toolVersion: "poise 9")
    #expect(try lines(folder.file(), "PRAGMA application_id") == ["\(0x504f_4953)"])
    #expect(
      try lines(folder.file(), "PRAGMA user_version") == ["\(SQLiteRunStore.schemaVersion)"])
    #expect(try lines(folder.file(), "PRAGMA journal_mode") == ["delete"])
    #expect(try lines(folder.file(), "SELECT DISTINCT tool_version FROM migration") == ["poise 9"])
    #expect(try store.problems() == [])
  }

  @Test("keeps its comments")
  func comments() throws {
    let folder = try TemporaryFolder()
    _ = try SQLiteRunStore(path: folder.file())
    let tables = try query(
      folder.file(), "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name <> 'tag'")
    #expect(tables.count == 28)
    for table in tables {
      let sql: String = table["sql"]
      #expect(sql.contains("-- ") && sql.contains("STRICT"), "\(table["name"] as String)")
    }
  }

  @Test("refuses a folder, a missing folder, another file, another program's database")
  func badPlaces() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ResultsFileError.isDirectory(folder.path)) {
      try SQLiteRunStore(path: folder.path)
    }
    let nowhere = folder.file("no/such.sqlite")
    #expect(throws: ResultsFileError.missingFolder(file: nowhere, folder: folder.file("no"))) {
      try SQLiteRunStore(path: nowhere)
    }
    #expect(throws: ResultsFileError.missing(nowhere)) { try SQLiteRunStore(readOnly: nowhere) }
    let text = folder.file("text.csv")
    try "id,label\n".write(toFile: text, atomically: true, encoding: .utf8)
    #expect(throws: ResultsFileError.notADatabase(text)) { try SQLiteRunStore(path: text) }
    #expect(throws: ResultsFileError.notADatabase(text)) { try SQLiteRunStore(readOnly: text) }
    #expect(try String(contentsOfFile: text, encoding: .utf8) == "id,label\n")

    let other = folder.file("other.sqlite")
    try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE run (x)") }
    #expect(throws: ResultsFileError.foreign(other)) { try SQLiteRunStore(path: other) }
    #expect(throws: ResultsFileError.foreign(other)) { try SQLiteRunStore(readOnly: other) }
    #expect(try query(other, "SELECT name FROM sqlite_schema").count == 1)
  }

  @Test("says when it may not be written", .enabled(if: geteuid() != 0))
  func noPermission() throws {
    let folder = try TemporaryFolder()
    try SQLiteRunStore(path: folder.file()).close()
    chmod(folder.file(), 0o444)
    #expect(throws: ResultsFileError.notWritable(file: folder.file(), place: folder.file())) {
      try SQLiteRunStore(path: folder.file())
    }
    #expect(try SQLiteRunStore(readOnly: folder.file()).sweeps() == [])
  }

  @Test("starts from an empty file, which cannot be read only")
  func emptyFile() throws {
    let folder = try TemporaryFolder()
    #expect(FileManager.default.createFile(atPath: folder.file(), contents: nil))
    #expect(throws: ResultsFileError.empty(folder.file())) {
      try SQLiteRunStore(readOnly: folder.file())
    }
    #expect(try SQLiteRunStore(path: folder.file()).sweeps() == [])
  }

  /// A store amid its first transaction, as a kill leaves it: pages without the first, and a journal.
  private func cutOff(_ names: [String], in folder: TemporaryFolder) throws {
    let whole = folder.file("whole.sqlite")
    try DatabaseQueue(path: whole).inDatabase { database in
      try database.execute(sql: "PRAGMA cache_size = 1")
      try database.inTransaction {
        try database.execute(sql: "CREATE TABLE filler (content)")
        for _ in 0..<50 { try database.execute(sql: "INSERT INTO filler VALUES (zeroblob(4000))") }
        for (name, ending) in names.flatMap({ [($0, ""), ($0, "-journal")] }) {
          try FileManager.default.copyItem(
            atPath: whole + ending, toPath: folder.file(name) + ending)
        }
        return .rollback
      }
    }
  }

  @Test("takes up a file whose first entries were cut off")
  func cutOffAtFirst() throws {
    let folder = try TemporaryFolder()
    try cutOff(["read.sqlite", "written.sqlite"], in: folder)
    let (read, written) = (folder.file("read.sqlite"), folder.file("written.sqlite"))
    let content = try Data(contentsOf: URL(fileURLWithPath: written))
    try #require(content.count > 4096 && !content.starts(with: Data("SQLite".utf8)))
    #expect(throws: ResultsFileError.empty(read)) { try SQLiteRunStore(readOnly: read) }
    #expect(try SQLiteRunStore(path: read).sweeps() == [])
    #expect(try SQLiteRunStore(path: written).sweeps() == [])
  }

  @Test("is never written through a reader")
  func readOnly() throws {
    let folder = try TemporaryFolder()
    let writer = try SQLiteRunStore(path: folder.file())
    try writer.register(Sample.sweep)
    let reader = try SQLiteRunStore(readOnly: folder.file())
    #expect(try reader.sweeps() == [Sample.sweep])
    #expect(throws: ResultsFileError.readOnly(folder.file())) {
      try reader.register(Sample.sweep)
    }
  }

  @Test("is refused when it is damaged", arguments: [(100, 600), (4096 * 3, 4096 * 5)])
  func damaged(offset: Int, count: Int) throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    try store.complete(Sample.run("focal"))
    try store.close()
    var bytes = try Data(contentsOf: URL(filePath: folder.file()))
    bytes.replaceSubrange(offset..<offset + count, with: Data(repeating: 0x5a, count: count))
    try bytes.write(to: URL(filePath: folder.file()))
    let error = #expect(throws: ResultsFileError.self) {
      try SQLiteRunStore(path: folder.file())
    }
    guard case .corrupted(folder.file(), _)? = error else {
      Issue.record("expected corruption, got \(String(describing: error))")
      return
    }
    #expect(error!.description.contains(".recover"))
  }

  @Test("takes SQL text in names for text")
  func hostileNames() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    let hostile = "x'); DROP TABLE run; -- \"; é 靴"
    var sweep = Sample.sweep
    (sweep.name, sweep.source) = (hostile, hostile)
    try store.register(sweep)
    var run = Sample.run("focal", sweep: hostile)
    (run.strategy, run.variant, run.name) = (hostile, hostile, hostile)
    run.dataset.classes[0].name = hostile
    run.dataset.quarantined = [hostile: 1]
    let id = try store.enqueue(run)
    var result = Sample.result()
    result.notes = [hostile]
    result.predictions[0].exampleID = hostile
    try store.finish(id, .done(result))
    #expect(try store.descriptions(ofSweep: hostile) == [run])
    #expect(try store.run(id)?.summary.notes == [hostile])
    #expect(try store.problems() == [])
  }

  @Test("stores no NaN")
  func notANumber() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    var epoch = Sample.epoch(1)
    epoch.trainLoss = .nan
    epoch.validation?.loss = .infinity
    epoch.validation?.mcc = -.infinity
    try store.append(epoch, to: id)
    let row = try lines(folder.file(), "SELECT train_loss, val_loss, val_mcc FROM epoch")
    #expect(row == ["-|-|-"])
    #expect(try store.epochs(of: id)[0].trainLoss == nil)
  }

  @Test("judges no run of another machine")
  func otherHost() throws {
    let folder = try TemporaryFolder()
    let elsewhere = try SQLiteRunStore(path: folder.file(), schema: .current, host: "node7")
    try elsewhere.register(Sample.sweep)
    let id = try elsewhere.enqueue(Sample.run("focal"))
    try elsewhere.begin(id, environment: Sample.environment, processID: 2_147_483_646)
    #expect(try SQLiteRunStore(path: folder.file()).reapLostRuns() == 0)
    #expect(try elsewhere.reapLostRuns() == 1)
  }

  @Test("says what to do in every error")
  func errorTexts() {
    let errors: [ResultsFileError] = [
      .missing("a"), .isDirectory("a"), .missingFolder(file: "a/b", folder: "a"),
      .notWritable(file: "a", place: "a"), .notADatabase("a"), .foreign("a"),
      .newer("a", version: 9, supported: 1, writtenBy: "poise 3"),
      .corrupted("a", detail: "x"), .readOnly("a"),
      .locked("a", detail: "x"), .full("a"), .other("a", detail: "x"), .empty("a"),
      .refused("a", operation: "open the store or journal at", code: EIO),
      .notAFile("a", kind: "a pipe"), .linked("a", names: 2), .stopped("a"),
    ]
    for error in errors { #expect(error.description.contains("'a")) }
    #expect(errors[6].description.contains("poise 3"))
  }
}
