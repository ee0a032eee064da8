import Foundation
import GRDB
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("The views of layout 3 and those of today")
struct OlderViewTests {
  /// The definitions of a layout's views, by name.
  private func views(ofLayout version: Int) throws -> [(name: String, sql: String)] {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/layout-\(version).sql")
    return try String(contentsOf: url, encoding: .utf8).components(separatedBy: "CREATE VIEW ")
      .dropFirst().compactMap { text in
        guard let end = text.firstIndex(of: ";"), let space = text.firstIndex(of: " ") else {
          return nil
        }
        let name = String(text[..<space])
        // The list of views has examples, which hold semicolons; it may change.
        return name == "help" ? nil : (name, String(text[space..<end]))
      }
  }

  /// Two sweeps of strategies by seeds and folds, with leaks, edited settings, archived, replaced,
  /// equal, failed and queued runs, and with and without single guesses.
  private func fill(_ store: SQLiteRunStore) throws {
    for sweep in ["night", "day"] {
      try store.register(
        SweepRecord(name: sweep, file: "f", source: "s", baseline: "baseline"))
      for seed: UInt64 in 1...3 {
        for (place, label) in ["baseline", "focal", "weights"].enumerated() {
          var run = Sample.run(label, seed: seed, variant: place == 1 ? "g=2" : "", sweep: sweep)
          run.configHash += sweep
          run.dataset.testImages = [0, 0, 0, 0, 1, 1, 3].enumerated().map { index, trueClass in
            TestImage(id: "img-\(index)", trueClass: trueClass, isLeaked: index % 3 == 0)
          }
          if seed == 3 { run.dataset = folded(run.dataset, &run) }
          try store.complete(run, clogs: (place + Int(seed)) % 3)
        }
      }
      var edited = Sample.run("focal", variant: "g=2", sweep: sweep)
      edited.configHash += "edited\(sweep)"
      edited.shared = SharedRecipe(hash: "0123456789abcdef", settings: "{}")
      let older = try store.complete(edited)
      var again = edited
      again.configHash += "again"
      try store.complete(again, clogs: 2)
      if sweep == "day" { try store.archive([older, older + 1]) }
      let failed = try store.enqueue(Sample.run("failing", sweep: sweep))
      try store.begin(failed, environment: Sample.environment, processID: 1)
      try store.finish(failed, .failed(reason: "no room", exitCode: 3, signal: nil))
      let twin = try store.enqueue(Sample.run("twin", sweep: sweep))
      try store.finish(twin, asEqualTo: older, note: "the same as focal")
      try store.add(tag: "final", to: older)
      try store.add(comment: "good", to: older)
    }
  }

  /// Other data of the same name, as a fold has them, whose leaks nobody looked for.
  private func folded(_ dataset: DatasetRecord, _ run: inout RunDescription) -> DatasetRecord {
    var other = dataset
    (other.digest, other.testImages) = ("d2", nil)
    run.fold = 2
    run.shared = SharedRecipe(configuration: run.configuration, dataDigest: "d1")
    return other
  }

  @Test("give the same rows")
  func sameRows() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try fill(store)
    try store.close()
    let older = try views(ofLayout: 3)
    #expect(older.count == 20)
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write { database in
      try database.execute(sql: "UPDATE prediction SET p_1 = p_1 * 0.5 WHERE run_id = 3")
      try database.execute(sql: "DELETE FROM guess WHERE run_id = 5")
      for view in older {
        try database.execute(sql: "CREATE VIEW older_\(view.name)\(view.sql)")
        let names = try Row.fetchAll(database, sql: "PRAGMA table_info(older_\(view.name))")
          .map { $0["name"] as String }.joined(separator: ", ")
        for condition in ["", " WHERE sweep = 'night'", " WHERE sweep = 'day'"] {
          let before = try Row.fetchAll(
            database, sql: "SELECT \(names) FROM older_\(view.name)\(condition)")
          let now = try Row.fetchAll(
            database, sql: "SELECT \(names) FROM \(view.name)\(condition)")
          #expect(!before.isEmpty, "\(view.name)\(condition)")
          #expect(sorted(before) == sorted(now), "\(view.name)\(condition)")
        }
      }
    }
  }

  /// Rows as texts; where a view has no order of its own, that of the rows says nothing.
  private func sorted(_ rows: [Row]) -> [String] { rows.map(\.description).sorted() }

  @Test("a file of layout 3 is read where it is, not from a copy")
  func readInPlace() throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/layout-3.sql")
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write { try $0.execute(sql: String(contentsOf: url, encoding: .utf8)) }
    let store = try SQLiteRunStore(readOnly: folder.file())
    #expect(try store.sweeps().isEmpty)
    try queue.write { database in
      try database.execute(
        sql: """
          INSERT INTO sweep (name, file, source, source_sha, created_at)
          VALUES ('late', 'f', 's', 'x', '2026-11-30T00:00:00Z')
          """)
    }
    #expect(try store.sweeps().map(\.name) == ["late"])
    #expect(try store.summaries(ofSweep: "late").isEmpty)
  }
}
