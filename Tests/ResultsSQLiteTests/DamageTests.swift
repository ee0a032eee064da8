import Foundation
import GRDB
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("A damaged store")
struct DamageTests {
  /// A store of two finished runs and an unfinished one.
  private static let sound = Result {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    try store.complete(Sample.run("baseline"))
    try store.complete(Sample.run("focal"), clogs: 2)
    _ = try store.enqueue(Sample.run("ldam"))
    try store.close()
    return try Data(contentsOf: URL(filePath: folder.file()))
  }

  /// That store after some statements of another program.
  private func damaged(
    _ statements: String, _ folder: TemporaryFolder, path: String = "results.sqlite"
  ) throws -> SQLiteRunStore {
    try Self.sound.get().write(to: URL(filePath: folder.file(path)))
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: folder.file(path), configuration: configuration)
    try queue.writeWithoutTransaction { database in
      try database.execute(
        sql: "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
      try database.execute(sql: statements)
    }
    try queue.close()
    return try SQLiteRunStore(readOnly: folder.file(path))
  }

  /// What reading says of the first run, and what of the second, which is sound.
  @Test(
    "is read as far as it is sound, and the run is named",
    arguments: [
      ("DELETE FROM class_metric WHERE run_id = 1 AND class_index = 1", "class_metric"),
      ("UPDATE run SET model_classes = -1 WHERE id = 1", "model_classes"),
      ("UPDATE run SET model_classes = 4000000000 WHERE id = 1", "run"),
      ("UPDATE run SET balanced_accuracy = balanced_accuracy + 0.001 WHERE id = 1", "run"),
      ("UPDATE run SET accuracy = 9e999 WHERE id = 1", "accuracy"),
      ("UPDATE run SET seed = 5 WHERE id = 1", "run"),
      ("UPDATE run SET dataset_id = 77 WHERE id = 1", "run"),
      ("UPDATE run SET equals_run = 1 WHERE id = 1", "run"),
      ("UPDATE run SET config = '{}' WHERE id = 1", "run.config"),
      ("UPDATE run SET name = x'00ff' WHERE id = 1", "name"),
      ("UPDATE run SET name = cast(x'ff41' AS TEXT) WHERE id = 1", "UTF-8"),
      ("UPDATE class_metric SET support = 9223372036854775807 WHERE run_id = 1", "support"),
      ("UPDATE note SET text = 'another' WHERE run_id = 1", "note"),
      ("DELETE FROM recipe_run WHERE run_id = 1", "recipe_run"),
      ("UPDATE figure SET value = 0.26 WHERE run_id = 1", "figure"),
      ("UPDATE epoch SET val_loss = 1 WHERE run_id = 1 AND epoch = 1", "epoch"),
      ("DELETE FROM row_digest WHERE owner = 'run' AND id = 1", "no digest"),
    ])
  func oneRun(statements: String, words: String) throws {
    let folder = try TemporaryFolder()
    let text = statements.replacing("x'00ff'", with: "'b' || char(0)")
    let store = try damaged(text, folder)
    let runs = try store.summaries(ofSweep: "night").map(\.id)
    #expect(runs == [2, 3])
    let damage = try #require(store.damages.first)
    #expect(store.damages.count == 1 && damage.run == 1 && damage.leftOut == [1])
    #expect("\(damage)".contains(words), "\(damage)")
    #expect(throws: StoreDamage.self) { try store.run(1) }
    #expect(try store.run(2)?.summary.headline != nil)
    let verification = try store.verify()
    #expect(!verification.isSound && verification.soundRuns == [2, 3])
    #expect(try store.recipes(ofSweep: "night").flatMap(\.runs) == [2, 3])
  }

  @Test(
    "of which several runs stand on the damage shows none of them",
    arguments: [
      "UPDATE class SET n_train = 9223372036854775807",
      "UPDATE class SET name = 'boots' WHERE class_index = 1",
      "DELETE FROM class WHERE class_index = 0", "DELETE FROM dataset",
      "UPDATE dataset SET name = 'hats'", "UPDATE recipe SET settings = '[1]'",
      "DELETE FROM recipe",
    ])
  func shared(statements: String) throws {
    let folder = try TemporaryFolder()
    let store = try damaged(statements, folder)
    #expect(try store.summaries(ofSweep: "night").isEmpty)
    #expect(store.damages.count == 1 && store.damages.first?.leftOut == [1, 2, 3])
    #expect(!(try store.verify().isSound))
  }

  @Test("whose sweep is damaged does not show it, and one that lost a run says so")
  func sweeps() throws {
    let folder = try TemporaryFolder()
    for change in ["name = 'nights'", "baseline = 'x'", "source = 'y'"] {
      let path = "\(change.prefix(4)).sqlite"
      let store = try damaged("UPDATE sweep SET \(change)", folder, path: path)
      #expect(try store.sweeps().isEmpty && store.damages.first?.table == "sweep")
    }
    let gone = try damaged("DELETE FROM sweep", folder, path: "gone.sqlite")
    #expect(try gone.sweeps().isEmpty)
    #expect("\(gone.damages)".contains("the row is lost"))
    let lost = try damaged(
      "DELETE FROM run WHERE id = 1; DELETE FROM row_digest WHERE owner = 'run' AND id = 1", folder)
    #expect(try lost.summaries(ofSweep: "night").count == 2)
    #expect("\(lost.damages)".contains("2 runs where 3 were added"))
    #expect(!(try lost.verify().isSound))
  }

  /// An index can still name a row whose page has become another table's.
  @Test(
    "in which a page stands in the place of another says so, or shows all of it",
    arguments: ["sweep", "run", "row_digest", "sqlite_autoindex_sweep_1"])
  func pages(table: String) throws {
    let folder = try TemporaryFolder()
    let bytes = try Self.sound.get()
    try bytes.write(to: URL(filePath: folder.file("sound.sqlite")))
    let queue = try DatabaseQueue(path: folder.file("sound.sqlite"))
    let (size, root) = try queue.read { database in
      (
        try #require(try Int.fetchOne(database, sql: "PRAGMA page_size")),
        try #require(
          try Int.fetchOne(
            database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [table]))
      )
    }
    try queue.close()
    func page(_ number: Int) -> Range<Int> { (number - 1) * size..<number * size }
    for other in 2...bytes.count / size where other != root {
      var changed = bytes
      changed.replaceSubrange(page(root), with: bytes[page(other)])
      changed.replaceSubrange(page(other), with: bytes[page(root)])
      let path = folder.file("\(other).sqlite")
      try changed.write(to: URL(filePath: path))
      guard let store = try? SQLiteRunStore(readOnly: path) else { continue }
      guard let names = try? store.sweeps().map(\.name),
        let runs = try? store.listedRuns(ofSweep: "night").map(\.id)
      else { continue }
      #expect(
        names == ["night"] && runs == [1, 2, 3] || !store.damages.isEmpty,
        "pages \(root) and \(other): \(names), \(runs)")
    }
  }

  @Test("keeps a run whose tags alone were changed by others, and says it")
  func words() throws {
    let folder = try TemporaryFolder()
    let store = try damaged("INSERT INTO tag VALUES (1, 'mine')", folder)
    #expect(try store.summaries(ofSweep: "night").count == 3)
    #expect(store.damages.first?.concernsWords == true && store.damages.first?.leftOut == [])
    try store.close()
    try SQLiteRunStore(path: folder.file()).add(tag: "again", to: 1)
    #expect(try SQLiteRunStore(readOnly: folder.file()).verify().isSound)
  }

  @Test("with a foreign trigger is read and not written")
  func triggers() throws {
    let folder = try TemporaryFolder()
    let store = try damaged(
      "CREATE TRIGGER evil AFTER INSERT ON tag BEGIN UPDATE run SET accuracy = 1; END", folder)
    #expect(try store.summaries(ofSweep: "night").count == 3)
    #expect("\(try store.verify().damages)".contains("evil"))
    #expect(throws: ResultsFileError.triggers(folder.file(), names: ["evil"])) {
      try SQLiteRunStore(path: folder.file())
    }
  }

  @Test("whose tables are other ones is refused; views of others are told")
  func schema() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ResultsFileError.self) {
      try damaged(
        "ALTER TABLE note RENAME TO notes; CREATE VIEW note AS SELECT * FROM notes", folder,
        path: "view.sqlite")
    }
    #expect(throws: ResultsFileError.self) {
      try damaged(
        "DROP VIEW v_epochs; ALTER TABLE epoch DROP COLUMN val_loss", folder, path: "column.sqlite")
    }
    let view = try damaged(
      "DROP VIEW v_failures; CREATE VIEW v_failures AS SELECT 1 AS id", folder, path: "own.sqlite")
    let verification = try view.verify()
    #expect(verification.isSound && verification.remarks.first?.hasPrefix("v_failures: ") == true)
    let column = try damaged("ALTER TABLE run ADD COLUMN mine TEXT", folder, path: "more.sqlite")
    #expect(try column.verify().isSound && column.summaries(ofSweep: "night").count == 3)
  }

  @Test("lets a damaged run be removed, and nothing be built on it")
  func repair() throws {
    let folder = try TemporaryFolder()
    try damaged("UPDATE run SET accuracy = 0.5 WHERE id = 1", folder).close()
    let store = try SQLiteRunStore(path: folder.file())
    let other = try store.enqueue(Sample.run("other"))
    #expect(throws: RunStoreError.self) {
      try store.finish(other, asEqualTo: 1, note: "the same")
    }
    #expect(throws: RunStoreError.self) { try store.weightsDigest(of: 1) }
    #expect(try store.weightsDigest(of: 2) == "w1")
    try store.remove([1])
    #expect(try store.verify().isSound)
  }

  @Test("is never signed: an epoch that was changed stops the next one")
  func unsigned() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(id, environment: Sample.environment, processID: 1)
    try store.append(Sample.epoch(1), to: id)
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write { try $0.execute(sql: "UPDATE epoch SET val_loss = 0.001") }
    try queue.close()
    #expect(throws: StoreDamage.self) { try store.append(Sample.epoch(2), to: id) }
    #expect(try lines(folder.file(), "SELECT count(*) FROM epoch") == ["1"])
  }

  @Test("keeps its weights' place when its folder is moved", arguments: [true, false])
  func moved(isBelow: Bool) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "night/here")
    let weights = isBelow ? folder.path(of: "night/.poise/w") : "/elsewhere/w"
    let store = try SQLiteRunStore(path: folder.file("night/results.sqlite"))
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(id, environment: Sample.environment, processID: 1)
    var result = Sample.result()
    result.weightsPath = weights
    try store.finish(id, .done(result))
    let expected = isBelow ? ".poise/w" : "/elsewhere/w"
    #expect(try store.run(id)?.weightsPath == expected)
    let place = StorePlace(ofStore: "/other/place/results.sqlite")
    #expect(place.absolute(expected) == (isBelow ? "/other/place/.poise/w" : expected))
    #expect(StorePlace(ofStore: "/results.sqlite").absolute("w") == "/w")
  }

  @Test("of an older layout makes its weights' places relative when it is taken over")
  func oldPlaces() throws {
    let folder = try TemporaryFolder()
    let layout = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/layout-3.sql"), encoding: .utf8)
    let rows = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/digests.sql"), encoding: .utf8)
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write {
      try $0.execute(sql: layout + rows)
      try $0.execute(
        sql: "UPDATE run SET weights_path = ? WHERE id = 7",
        arguments: [folder.path(of: ".poise/results/runs/a/weights.checkpoint")])
    }
    try queue.close()
    let expected = [".poise/results/runs/a/weights.checkpoint"]
    // Reading leaves the file as it is.
    let read = try SQLiteRunStore(readOnly: folder.file())
    #expect(try read.run(7)?.weightsPath == folder.path(of: expected[0]))
    try read.close()
    try SQLiteRunStore(path: folder.file()).close()
    #expect(try lines(folder.file(), "SELECT weights_path FROM run WHERE id = 7") == expected)
  }
}
