import Foundation
import GRDB
import Results
import ResultsSQLite
import Synchronization
import TestSupport
import Testing

/// What is fast with ten runs must be fast with ten thousand: no table that grows with every run is
/// read from end to end for one run or one sweep.
///
/// Plans are judged, not seconds. The file has no statistics, so that its plans are those of a large
/// one.
@Suite("However large the store")
struct QueryPlanTests {
  /// A file with two strategies by two seeds, leaks, a failed run and one that is the same as another.
  private func filled(_ folder: TemporaryFolder) throws -> SQLiteRunStore {
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    for seed in 1...2 {
      var baseline = Sample.run("baseline", seed: UInt64(seed))
      baseline.dataset.testImages = [0, 0, 0, 0, 1, 1, 3].enumerated().map { index, trueClass in
        TestImage(id: "img-\(index)", trueClass: trueClass, isLeaked: index == 0)
      }
      try store.complete(baseline, clogs: 0)
      try store.complete(Sample.run("focal", seed: UInt64(seed), variant: "g=2"), clogs: seed)
    }
    let failed = try store.enqueue(Sample.run("weights"))
    try store.begin(failed, environment: Sample.environment, processID: 1)
    try store.finish(failed, .failed(reason: "no room", exitCode: 3, signal: nil))
    let twin = try store.enqueue(Sample.run("twin"))
    try store.finish(twin, asEqualTo: 2, note: "the same as focal")
    return store
  }

  private func reading<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read(body)
  }

  @Test("a view finds one sweep and one run, and every example of `help` is such a query")
  func views() throws {
    let folder = try TemporaryFolder()
    try filled(folder).close()
    try reading(folder.file()) { database in
      for view in Schema.current.views {
        let columns = try Row.fetchAll(database, sql: "PRAGMA table_info(\(view.name))")
          .map { $0["name"] as String }
        let conditions =
          columns.filter { ["run", "id"].contains($0) }.map { "\($0) = 1" }
          + columns.filter { $0 == "sweep" }.map { "\($0) = 'night'" }
        #expect(columns.contains("sweep"), "\(view.name)")
        let queries = conditions.map { "SELECT * FROM \(view.name) WHERE \($0)" }
        // One line a sweep, of all sweeps.
        for query in queries + (view.name == "v_progress" ? [] : [view.example]) {
          let plan = try QueryPlan(of: query, in: database)
          #expect(plan.scanned.isEmpty, "\(query)\n\(plan.lines.joined(separator: "\n"))")
        }
      }
    }
  }

  @Test("a scan is noticed, also behind an alias and in a view")
  func scans() throws {
    let folder = try TemporaryFolder()
    try filled(folder).close()
    try reading(folder.file()) { database in
      for (query, table) in [
        ("SELECT * FROM epoch WHERE val_loss > 1", "epoch"),
        ("SELECT c.n FROM confusion c WHERE c.n > 1", "confusion"),
        ("SELECT * FROM v_figures WHERE name = 'fallback.asked'", "figure"),
        ("SELECT count(*) FROM v_class_metrics", "class_metric"),
      ] {
        let plan = try QueryPlan(of: query, in: database)
        #expect(plan.scanned == [table], "\(query)")
      }
    }
  }

  @Test("no call reads what other runs and sweeps have")
  func calls() throws {
    let folder = try TemporaryFolder()
    let store = try filled(folder)
    let statements = Mutex<[String]>([])
    store.trace { sql in statements.withLock { $0.append(sql) } }
    try readEverything(store)
    try writeEverything(store)
    try store.close()
    let traced = statements.withLock { $0 }
      .filter {
        $0.hasPrefix("SELECT") || $0.hasPrefix("INSERT") || $0.hasPrefix("UPDATE")
          || $0.hasPrefix("DELETE")
      }
    #expect(traced.count > 80)
    // A run's removal counts the rows before and after it.
    let allowed = ["SELECT count(*) FROM run"]
    try reading(folder.file()) { database in
      for sql in Set(traced).subtracting(allowed).sorted() {
        let plan = try QueryPlan(of: sql, in: database)
        #expect(plan.scanned.isEmpty, "\(sql)\n\(plan.lines.joined(separator: "\n"))")
      }
    }
  }

  private func readEverything(_ store: SQLiteRunStore) throws {
    #expect(try store.sweeps().count == 1)
    #expect(try store.summaries(ofSweep: "night").count == 6)
    #expect(try store.listedRuns(ofSweep: "night").count == 6)
    #expect(try store.listedRun(2)?.strategy == "focal")
    #expect(try store.runs(named: "focalg=2-s1", inSweep: "night") == [2])
    #expect(try store.runs(named: "focalg=2-s1") == [2])
    #expect(try store.runs(withFingerprint: "c-focal-g=2") == [2, 4])
    #expect(try store.runNames(ofSweep: "night").count == 6)
    let recipes = try store.recipes(ofSweep: "night")
    let start = String(try #require(recipes.last).recipe.id)
    #expect(try store.runs(ofRecipe: start).count == 6)
    #expect(try store.descriptions(ofSweep: "night").count == 6)
    #expect(try store.run(1)?.summary.withoutLeaks != nil)
    _ = (try store.epochs(of: 1), try store.attempts(of: 1), try store.predictions(of: 1))
    _ = (try store.guesses(of: 1), try store.confusionMatrix(of: 1, split: "test"))
    #expect(try store.curves(of: [1, 2]).values.count == 2)
    #expect(try store.classMasses(of: [1, 2]).values.count == 2)
    #expect(try store.reliability(of: [1, 3]).values.count == 2)
    #expect(try store.confusions(of: [1, 2]) { _, _ in true }.isEmpty)
    #expect(try store.find(sweep: "night", configHash: "c-twin--1")?.id == 6)
    #expect(try store.equal(of: 6) == 2)
  }

  private func writeEverything(_ store: SQLiteRunStore) throws {
    try store.register(Sample.sweep)
    #expect(try store.reapLostRuns() == 0)
    try store.complete(Sample.run("late"))
    _ = try store.enqueue([Sample.run("late"), Sample.run("later")])
    let running = try store.enqueue(Sample.run("last"))
    try store.begin(running, environment: Sample.environment, processID: 1)
    _ = try store.reapLostRuns()
    try store.finish(running, asEqualTo: 2, note: "the same as focal")
    try store.archive([1])
    try store.archive([1], false)
    try store.add(tag: "final", to: 1)
    try store.remove(tag: "final", from: 1)
    try store.add(comment: "good", to: 1)
    #expect(try store.remove([4]) == 1)
  }
}
