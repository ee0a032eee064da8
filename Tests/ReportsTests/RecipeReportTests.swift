import Foundation
import Metrics
import Reports
import Results
import TestSupport
import Testing

/// One key edited and run again, then the data grown: what a report shows of it.
@Suite("A report on runs of several recipes") struct RecipeReportTests {
  private static func shared(epochs: Int, data: String) -> SharedRecipe {
    SharedRecipe(
      configuration: #"{"training":{"budget":{"epochs":{"_0":\#(epochs)}}}}"#, dataDigest: data)
  }

  private static func run(
    _ strategy: String, seed: UInt64, id: RunID, hits: Int, recipe: SharedRecipe
  ) -> RunSummary {
    var run = SampleRuns.done(strategy, seed: seed, hits: [hits, 0, 0, 0, 0, 0])
    (run.id, run.recipe, run.groupHash) = (id, recipe.hash, "\(strategy)\(recipe.id)")
    return run
  }

  /// Baseline and weights by two seeds, with one epoch (5 more hits), then with four (9 more).
  static var runs: [RunSummary] {
    var runs: [RunSummary] = []
    for (epochs, gain) in [(1, 5), (4, 9)] {
      for seed in UInt64(1)...2 {
        for (strategy, hits) in [("baseline", 10 * epochs), ("weights", 10 * epochs + gain)] {
          runs.append(
            run(
              strategy, seed: seed, id: RunID(runs.count + 1), hits: min(hits, 40),
              recipe: shared(epochs: epochs, data: "d")))
        }
      }
    }
    return runs
  }

  @Test("some of the planned folds are said to be some") func missingFolds() throws {
    let shared = SharedRecipe(
      configuration: #"{"split":{"test":{"fold":{"index":1,"of":5}}}}"#, dataDigest: "d")
    func remarks(_ folds: [Int]) throws -> [String] {
      let runs = folds.enumerated().flatMap { place, fold in
        ["baseline", "weights"].enumerated().map { strategy, name -> RunSummary in
          var run = Self.run(
            name, seed: 1, id: RunID(2 * place + strategy + 1), hits: 10, recipe: shared)
          run.fold = fold
          return run
        }
      }
      let comparisons = try Comparison.ofEachDataset(
        runs, recipes: [Self.record(shared, runs: runs.map(\.id))], baseline: "baseline",
        metric: .macroRecall)
      let page = HTMLReport().render(comparisons)
      let text = ReportFormat.markdown.report().render(comparisons)
      return [page, text]
    }
    for text in try remarks([1, 3]) { #expect(text.contains("2 of 5 folds have runs (1, 3)")) }
    for text in try remarks([1, 2, 3, 4, 5]) { #expect(!text.contains("folds have runs")) }
  }

  private static func record(
    _ recipe: SharedRecipe, runs: [RunID], replaced: [RunID] = [], images: Int = 40,
    remarks: [DatasetRemark] = []
  ) -> RecipeRecord {
    var classes = SampleRuns.records
    classes[0].testCount = images
    return RecipeRecord(
      recipe: recipe,
      datasets: [
        DatasetRecord(
          name: "fashion-small", digest: "d\(images)", classes: classes, quarantined: [:],
          remarks: remarks)
      ], addedAt: "2026-11-23T01:00:00Z", plannedAt: "2026-11-23T02:00:00Z", runs: runs,
      replaced: replaced)
  }

  static var recipes: [RecipeRecord] {
    [
      record(shared(epochs: 1, data: "d"), runs: [1, 2, 3, 4]),
      record(
        shared(epochs: 4, data: "d"), runs: [5, 6, 7, 8],
        remarks: [DatasetRemark(.quarantined, count: 12, "12 left out: missing image")]),
    ]
  }

  private func texts(_ comparison: Comparison) -> String {
    TerminalReport(style: TextStyle(width: 2000)).render(comparison)
  }

  @Test func `is about the newest, and says what was set aside`() throws {
    let comparisons = try Comparison.ofEachDataset(
      Self.runs, recipes: Self.recipes, baseline: "baseline")
    #expect(comparisons.count == 1)
    let weights = try #require(comparisons[0].strategies.first { $0.strategy == "weights" })
    #expect(weights.runs.map(\.id) == [6, 8])
    // 40 − 40 hits: four epochs reach every image.
    #expect(weights.differences[.accuracy]?.replicas.count == 2)
    let text = texts(comparisons[0])
    #expect(
      text.contains("4 older runs (training.epochs 1 → 4) set aside; --recipe lists them."))
    #expect(text.contains("data: 12 left out: missing image"))
    #expect(text.contains("recipe     \(Self.recipes[1].recipe.id)"))
  }

  @Test func `can be about each, or about one, never about two at once`() throws {
    let all = try Comparison.ofEachDataset(
      Self.runs, recipes: Self.recipes, choice: .all, baseline: "baseline")
    #expect(
      all.map { $0.strategies.flatMap { $0.runs.map(\.id) }.sorted() } == [
        [5, 6, 7, 8], [1, 2, 3, 4],
      ])
    let id = Self.recipes[0].recipe.id
    let one = try Comparison.ofEachDataset(
      Self.runs, recipes: Self.recipes, choice: .one(id.uppercased()), baseline: "baseline")
    #expect(one.map(\.recipe) == [id])
    let weights = try #require(one[0].strategies.first { $0.strategy == "weights" })
    #expect(abs(weights.differences[.accuracy]!.mean - 5.0 / 135) < 1e-12)
    #expect(
      texts(one[0]).contains("Recipe \(id) is not the newest: training.epochs 1 → 4."))
    #expect(throws: ComparisonError.unknownRecipe("zz", known: Self.recipes.map(\.recipe.id))) {
      try Comparison.ofEachDataset(
        Self.runs, recipes: Self.recipes, choice: .one("zz"), baseline: "baseline")
    }
  }

  @Test func `tells data that grew`() throws {
    let grown = Self.record(
      Self.shared(epochs: 4, data: "e"), runs: [5, 6, 7, 8], images: 45)
    let before = Self.record(Self.shared(epochs: 4, data: "d"), runs: [1, 2, 3, 4])
    let comparison = try #require(
      Comparison.ofEachDataset(Self.runs, recipes: [before, grown], baseline: "baseline").first)
    let images = before.images
    #expect(
      texts(comparison).contains("4 older runs (data \(images) → \(images + 5) images) set aside"))
  }

  @Test func `leaves archived runs out, and takes the recipe before where all are`() throws {
    var runs = Self.runs
    for index in 4...7 { runs[index].isArchived = true }
    let comparison = try #require(
      Comparison.ofEachDataset(runs, recipes: Self.recipes, baseline: "baseline").first)
    #expect(comparison.recipe == Self.recipes[0].recipe.id)
    #expect(texts(comparison).contains("4 archived runs left out"))
    for index in runs.indices { runs[index].isArchived = true }
    #expect(
      try Comparison.ofEachDataset(runs, recipes: Self.recipes, baseline: nil).isEmpty)
  }

  @Test func `keeps differences where a strategy was edited, also the baseline`() throws {
    let recipe = Self.shared(epochs: 4, data: "d")
    let records = [Self.record(recipe, runs: [5, 6, 7, 8], replaced: [1, 2, 3, 4])]
    let newest = try #require(
      Comparison.ofEachDataset(Self.runs, recipes: records, baseline: "baseline").first)
    #expect(newest.strategies.map(\.name).sorted() == ["baseline", "weights"])
    #expect(
      texts(newest).contains(
        "2 older runs of weights, which the file has changed since, set aside; --recipe all"))
    let all = try #require(
      Comparison.ofEachDataset(
        Self.runs, recipes: records, choice: .all, baseline: "baseline"
      ).first)
    #expect(all.strategies.count == 4)
    #expect(all.strategies.count { !$0.differences.isEmpty } == 2)
  }

  @Test func `has no differences, and says so, before the baseline's first run`() throws {
    let runs = Self.runs.filter { $0.strategy != "baseline" || $0.id < 5 }
    let comparison = try #require(
      Comparison.ofEachDataset(runs, recipes: Self.recipes, baseline: "baseline").first)
    #expect(comparison.comparisons == 0)
    #expect(texts(comparison).contains("There is no run of baseline here yet"))
  }

  @Test func `lists recipes in every format`() throws {
    let table = RecipeTable(Self.recipes, runs: Self.runs)
    let text = table.render(.table, style: TextStyle(width: 200))
    #expect(text.contains("training.epochs 1 → 4") && text.contains("(newest)"))
    #expect(table.render(.csv).split(separator: "\r\n").count == 3)
    let list = try JSONSerialization.jsonObject(with: Data(table.render(.json).utf8))
    let rows = try #require(list as? [[String: Any]])
    #expect(rows.map { $0["is_newest"] as? Bool } == [true, false])
    #expect(rows.map { $0["runs"] as? Int } == [4, 4])
  }
}
