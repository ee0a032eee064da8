import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("What people do to runs") struct CurationTests {
  private func filled(_ folder: TemporaryFolder) throws -> SQLiteRunStore {
    let store = try SQLiteRunStore(path: folder.file())
    try RecipeTests.sweep(epochs: 1, in: store)
    return store
  }

  @Test func `archived runs leave the comparing views and come back`() throws {
    let folder = try TemporaryFolder()
    let store = try filled(folder)
    #expect(try store.archive([4]) == 1)
    #expect(try store.archive([4]) == 0)
    #expect(try lines(folder.file(), "SELECT seed FROM v_pairs") == ["1"])
    #expect(
      try lines(folder.file(), "SELECT strategy, seeds FROM v_compare ORDER BY 1")
        == ["baseline|2", "weights|1"])
    #expect(try lines(folder.file(), "SELECT runs FROM v_progress") == ["3"])
    #expect(try store.summaries(ofSweep: "night").map(\.isArchived) == [false, false, false, true])
    // A sweep still finds it done.
    let found = try store.find(
      sweep: "night", configHash: RecipeTests.run("weights", seed: 2).configHash)
    #expect(found?.status == .done)
    #expect(try store.archive([3, 4], false) == 1)
    #expect(try lines(folder.file(), "SELECT count(*) FROM v_pairs") == ["2"])
  }

  @Test func `an archived recipe gives its place to the one before`() throws {
    let folder = try TemporaryFolder()
    let store = try filled(folder)
    try RecipeTests.sweep(epochs: 2, in: store)
    try store.archive([5, 6, 7, 8])
    // Epochs 1: clogs 1 of 2 right, half of that in the mean of two classes.
    #expect(try lines(folder.file(), "SELECT d_bal_acc FROM v_pairs") == ["0.25", "0.25"])
    #expect(try lines(folder.file(), "SELECT is_newest FROM v_recipes") == ["1", "0"])
  }

  @Test func `removed runs are gone with all their rows, and are new to a sweep`() throws {
    let folder = try TemporaryFolder()
    let store = try filled(folder)
    try store.add(tag: "odd", to: 4)
    try store.remove([3, 4])
    #expect(try store.summaries(ofSweep: "night").map(\.id) == [1, 2])
    for table in ["class_metric", "tag", "recipe_run", "epoch", "attempt", "setting"] {
      #expect(try lines(folder.file(), "SELECT 1 FROM \(table) WHERE run_id > 2").isEmpty)
    }
    #expect(try store.problems().isEmpty)
    #expect(
      try store.find(sweep: "night", configHash: RecipeTests.run("weights", seed: 2).configHash)
        == nil)
    try store.remove([1, 2])
    #expect(try store.recipes(ofSweep: "night").isEmpty)
    #expect(try lines(folder.file(), "SELECT 1 FROM recipe").isEmpty)
  }

  @Test func `a run that was not made goes with the one that stands for it`() throws {
    let folder = try TemporaryFolder()
    let store = try filled(folder)
    let twin = try store.enqueue(RecipeTests.run("twin"))
    try store.finish(twin, asEqualTo: 2, note: "the same")
    #expect(try store.remove([2, twin]) == 2)
    #expect(try store.summaries(ofSweep: "night").map(\.id) == [1, 3, 4])
    let other = try store.enqueue(RecipeTests.run("other"))
    try store.finish(other, asEqualTo: 3, note: "the same")
    #expect(try store.remove([3]) == 2)
    #expect(try store.problems().isEmpty)
  }

  @Test func `a running run is not removed, and neither are those beside it`() throws {
    let folder = try TemporaryFolder()
    let store = try filled(folder)
    let id = try store.enqueue(RecipeTests.run("late"))
    try store.begin(id, environment: Sample.environment, processID: 1)
    #expect(throws: RunStoreError.running(id, name: "late-s1")) { try store.remove([1, id]) }
    #expect(throws: RunStoreError.unknownRun(99)) { try store.remove([1, 99]) }
    #expect(throws: RunStoreError.unknownRun(99)) { try store.archive([1, 99]) }
    #expect(try store.summaries(ofSweep: "night").count == 5)
    #expect(try store.summaries(ofSweep: "night").count { $0.isArchived } == 0)
  }

  @Test func `tags and comments are kept, from the file and by hand`() throws {
    let folder = try TemporaryFolder()
    let store = try filled(folder)
    var run = RecipeTests.run("late")
    (run.tags, run.remark) = (["b", "a", "b"], "first try")
    let id = try store.enqueue(run)
    try store.add(tag: "c", to: id)
    try store.add(tag: "c", to: id)
    let removed = [try store.remove(tag: "b", from: id), try store.remove(tag: "b", from: id)]
    #expect(removed == [true, false])
    try store.add(comment: "the fan was loud", to: id)
    let summary = try #require(try store.run(id)?.summary)
    #expect(summary.tags == ["a", "c"])
    #expect(summary.comments == ["first try", "the fan was loud"])
    #expect(
      try lines(folder.file(), "SELECT tags, comments FROM v_runs WHERE id = \(id)")
        == ["a c|first try | the fan was loud"])
    // A later sweep of the file does not undo what people did.
    _ = try store.enqueue(run)
    #expect(try store.run(id)?.summary.tags == ["a", "c"])
    #expect(throws: RunStoreError.unknownRun(99)) { try store.add(tag: "a", to: 99) }
  }

  @Test(arguments: StoreKind.allCases)
  func `data keep what they said last`(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    var run = RecipeTests.run("baseline")
    run.dataset.remarks = [DatasetRemark(.quarantined, count: 3, "3 left out: missing image")]
    _ = try store.enqueue(run)
    run.dataset.remarks.append(DatasetRemark(.split, sentence: "validation is the data's own"))
    _ = try store.enqueue(run)
    let recipe = try #require(try store.recipes(ofSweep: "night").first)
    #expect(recipe.datasets.map(\.remarks) == [run.dataset.remarks])
    guard kind == .file else { return }
    #expect(
      try lines(
        folder.file(), "SELECT sweep, dataset, kind, n, text, runs, digest FROM v_data_remarks")
        == [
          "night|shoes|quarantined|3|3 left out: missing image|1|data-4",
          "night|shoes|split|-|validation is the data's own|1|data-4",
        ])
  }
}
