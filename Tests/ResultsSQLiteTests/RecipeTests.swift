import GRDB
import Results
import ResultsSQLite
import TestSupport
import Testing

/// One key edited and run again, data that grew, an edited strategy: what belongs together after that.
@Suite("Recipes in a store") struct RecipeTests {
  /// A run of the file as it is with so many epochs and images.
  static func run(
    _ strategy: String, seed: UInt64 = 1, epochs: Int = 1, beta: Double = 0, images: Int = 4,
    overriding batch: Int? = nil
  ) -> RunDescription {
    var dataset = Sample.dataset
    dataset.digest = "data-\(images)"
    dataset.classes[0].testCount = images
    func configuration(batch: Int, overrides: String) -> String {
      """
      {"label":"\(strategy)","overrides":[\(overrides)],"seed":\(seed),"strategy":{"beta":\(beta)},\
      "training":{"batch":\(batch),"budget":{"epochs":{"_0":\(epochs)}}},"variant":""}
      """
    }
    let whole = configuration(
      batch: batch ?? 16, overrides: batch == nil ? "" : "\"training.batch\"")
    var run = RunDescription(
      sweep: "night", name: "\(strategy)-s\(seed)", strategy: strategy, variant: "", seed: seed,
      configHash: "\(whole)\(images)", groupHash: "\(strategy) \(epochs) \(beta) \(images)",
      configuration: whole, sweptKeys: batch == nil ? [] : ["training.batch"], dataset: dataset,
      epochsPlanned: epochs, imagesPlanned: 520)
    run.shared = SharedRecipe(
      configuration: configuration(batch: 16, overrides: ""), dataDigest: dataset.digest)
    return run
  }

  /// Two strategies by two seeds, as `rerun.yaml` has them.
  static func sweep(epochs: Int, images: Int = 4, in store: any RunStore) throws {
    try store.register(Sample.sweep)
    for seed in UInt64(1)...2 {
      try store.complete(run("baseline", seed: seed, epochs: epochs, images: images), clogs: 0)
      try store.complete(run("weights", seed: seed, epochs: epochs, images: images), clogs: epochs)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `are told apart by settings and data, the one planned last at the end`(
    kind: StoreKind
  ) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try Self.sweep(epochs: 1, in: store)
    try Self.sweep(epochs: 2, in: store)
    try Self.sweep(epochs: 2, images: 5, in: store)
    let recipes = try store.recipes(ofSweep: "night")
    #expect(recipes.map(\.runs) == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    #expect(recipes.flatMap(\.replaced).isEmpty)
    #expect(
      recipes[0].changes(to: recipes[2], arrow: "→")
        == ["training.epochs 1 → 2", "data 274 → 275 images"])
    #expect(recipes[1].dataset == "shoes" && recipes[1].datasets.map(\.digest) == ["data-4"])
    #expect(try store.summaries(ofSweep: "night")[4].recipe == recipes[1].recipe.hash)
    // The first state of the file again: nothing is new, and yet it is what counts.
    #expect(try store.enqueue(Self.run("baseline", epochs: 1)) == 1)
    #expect(try store.recipes(ofSweep: "night").last?.runs == [1, 2, 3, 4])
    #expect(try store.recipes(ofSweep: "elsewhere").isEmpty)
  }

  @Test(arguments: StoreKind.allCases)
  func `keep the place of a run whose strategy was edited for the newer one`(
    kind: StoreKind
  ) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    try store.complete(Self.run("baseline"))
    try store.complete(Self.run("weights", beta: 0.9))
    _ = try store.enqueue(Self.run("weights", beta: 0.99))
    let recipe = try #require(try store.recipes(ofSweep: "night").first)
    #expect(recipe.runs == [1, 3] && recipe.replaced == [2])
    // Edited back.
    _ = try store.enqueue(Self.run("weights", beta: 0.9))
    let back = try #require(try store.recipes(ofSweep: "night").first)
    #expect(back.runs == [1, 2] && back.replaced == [3])
  }

  @Test(arguments: StoreKind.allCases)
  func `share a run that overrides all that was edited`(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    var run = Self.run("mixup", overriding: 8)
    _ = try store.enqueue(run)
    run.shared = SharedRecipe(configuration: #"{"training":{"batch":32}}"#, dataDigest: "data-4")
    #expect(try store.enqueue(run) == 1)
    #expect(try store.recipes(ofSweep: "night").map(\.runs) == [[1], [1]])
    #expect(try store.summaries(ofSweep: "night").map(\.recipe) == [run.shared.hash])
    #expect(try store.run(1)?.description.shared == run.shared)
  }

  /// Expected: for each state of the file 2 pairs, 3 classes and their test images once, whatever else
  /// is in the store; the views without `recipe` in their names are about the newest.
  @Test func `are what the comparing views join by`() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try Self.sweep(epochs: 1, in: store)
    try Self.sweep(epochs: 2, in: store)
    let ids = try store.recipes(ofSweep: "night").map(\.recipe.id)
    // Recall of clogs, 1 of 2 after one epoch and 2 of 2 after two; the baseline has 0: the gain of
    // the balanced accuracy of two classes is half of it.
    #expect(
      try lines(
        folder.file(), "SELECT strategy, count(*), avg(d_bal_acc), recipe FROM v_pairs GROUP BY 1")
        == ["weights|2|0.5|\(ids[1])"])
    #expect(
      try lines(
        folder.file(),
        """
        SELECT recipe = '\(ids[1])', strategy, count(*), avg(d_bal_acc) FROM v_recipe_pairs
        GROUP BY 1, 2
        """) == ["0|weights|2|0.25", "1|weights|2|0.5"])
    let classes = """
      SELECT strategy, count(*), sum(support), max(seeds), max(runs) FROM %
      WHERE split = 'test' AND support > 0 AND class <> 'crocs' GROUP BY sweep, strategy, variant, recipe
      """
    #expect(
      try lines(folder.file(), classes.replacing("%", with: "v_compare_class"))
        == ["baseline|2|6|2|2", "weights|2|6|2|2"])
    #expect(
      try lines(folder.file(), classes.replacing("%", with: "v_recipe_compare_class")).count == 4)
    #expect(
      try lines(folder.file(), "SELECT strategy, seeds, bal_acc, runs FROM v_compare ORDER BY 1")
        == ["baseline|2|0.375|2", "weights|2|0.875|2"])
    #expect(try lines(folder.file(), "SELECT 1 FROM v_recipe_compare").count == 4)
    #expect(
      try lines(
        folder.file(), "SELECT recipe, runs, done, replaced, images, is_newest FROM v_recipes")
        == ["\(ids[0])|4|4|0|274|0", "\(ids[1])|4|4|0|274|1"])
  }

  /// v_compare's worst class is what a report's is: the mean over runs of each run's lowest recall.
  @Test func `the worst class is a mean over runs`() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    // Lowest recalls: clogs 0 of 2, then boots 3 of 4.
    try store.complete(Self.run("baseline", seed: 1), clogs: 0)
    try store.complete(Self.run("baseline", seed: 2), clogs: 2)
    #expect(
      try lines(folder.file(), "SELECT seeds, worst_recall FROM v_compare") == ["2|0.375"])
    #expect(
      try lines(
        folder.file(),
        "SELECT recall_min FROM v_compare_class WHERE split = 'test' AND class = 'clogs'") == [
          "0.0"
        ])
  }

  @Test func `of a store from before are found in its configurations`() throws {
    let folder = try TemporaryFolder()
    let old = Schema(
      migrations: Array(Schema.current.migrations.prefix(2)),
      views: [Schema.View("v_ids", shows: "ids", example: "", sql: "SELECT id FROM run")])
    let store = try SQLiteRunStore(path: folder.file(), schema: old)
    try store.close()
    try DatabaseQueue(path: folder.file()).write { database in
      try database.execute(
        sql: "INSERT INTO sweep VALUES (1, 'night', 'f', 's', 'h', 'baseline', '2026')")
      for (id, digest) in [(1, "data-4"), (2, "data-5")] {
        try database.execute(
          sql: "INSERT INTO dataset VALUES (?, 'shoes', ?, NULL)", arguments: [id, digest])
      }
      let runs = [
        Self.run("baseline"), Self.run("weights", beta: 0.9), Self.run("mixup", overriding: 8),
        Self.run("baseline", epochs: 4), Self.run("weights", epochs: 4, beta: 0.9),
        Self.run("mixup", epochs: 4, overriding: 8), Self.run("weights", epochs: 4, beta: 0.99),
        Self.run("baseline", epochs: 4, images: 5),
      ]
      for (number, run) in runs.enumerated() {
        try database.execute(
          sql: """
            INSERT INTO run (uid, config_hash, group_hash, name, sweep_id, dataset_id, strategy,
              variant, seed, status, config, swept_keys, images_planned)
            VALUES (?, ?, ?, ?, 1, ?, ?, '', 1, 'done', ?, ?, 1)
            """,
          arguments: [
            "\(number)", run.configHash, run.groupHash, run.name,
            run.dataset.digest == "data-4" ? 1 : 2, run.strategy, run.configuration,
            run.sweptKeys.isEmpty ? "[]" : #"["training.batch"]"#,
          ])
      }
    }
    let opened = try SQLiteRunStore(path: folder.file())
    let recipes = try opened.recipes(ofSweep: "night")
    #expect(recipes.map(\.runs) == [[1, 2, 3], [4, 6, 7], [8]])
    #expect(recipes.map(\.replaced) == [[], [5], []])
    #expect(recipes[1].recipe == Self.run("baseline", epochs: 4).shared)
    // A sweep of the file as it was last finds its recipe and its runs again.
    #expect(try opened.enqueue(Self.run("weights", epochs: 4, beta: 0.9)) == 5)
    #expect(try opened.recipes(ofSweep: "night").last?.runs == [4, 5, 6])
  }
}
