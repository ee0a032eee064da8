import Foundation
import Metrics
import Recipes
import Results
import Strategies
import TestSupport
import Testing
import Training

/// Methods that change a finished run.
@Suite struct PostHocTests {
  private func adjustment(_ tau: Double?) -> PosthocLogitAdjustment {
    var strategy = PosthocLogitAdjustment()
    strategy.tau = tau
    return strategy
  }

  @Test(arguments: [false, true])
  func `no adjustment is the reused run to the bit`(_ freezes: Bool) throws {
    var fixture = try TrainingFixture(strategy: adjustment(0))
    if freezes { fixture.recipe.model.freeze = .layer2 }
    let result = try fixture.result("run")
    let base = try fixture.base()
    #expect(result.weightsDigest == base?.digest)
    var plain = fixture
    plain.recipe = try #require(fixture.recipe.base)
    let original = try plain.result("base")
    #expect(result.test == original.test)
    #expect(result.imagesSeen == original.imagesSeen)
    #expect(result.steps == original.steps)
    #expect(result.notes.contains { $0.contains("reuses run it-s1") })
  }

  @Test func `tau is chosen on validation, and ties go to the smaller`() throws {
    let fixture = try TrainingFixture(strategy: adjustment(nil), trainCounts: [60, 60, 60, 60])
    // Classes of one size: the prior is even, every τ predicts the same.
    let result = try fixture.result("run")
    let note = try #require(result.notes.first { $0.contains("chosen on validation") })
    #expect(note.hasPrefix("tau 0.0 was chosen"))
    let tail = try TrainingFixture(strategy: adjustment(nil))
    let chosen = try tail.result("run")
    for tau in [0.0, 1, 2] {
      var fixed = tail
      fixed.recipe.strategy = StrategyConfiguration(adjustment(tau))
      let other = try fixed.result("tau\(tau)")
      let figures = [chosen, other].map {
        $0.validation.flatMap { SelectionMetric.macroRecall.value(of: $0.headline) } ?? 0
      }
      #expect(figures[0] >= figures[1])
    }
  }

  @Test(arguments: ["tau-normalization", "nearest-class-mean"])
  func `a changed classifier is stored as ordinary weights`(_ name: String) throws {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    let fixture = try TrainingFixture(strategy: strategy)
    let (one, two) = (try fixture.result("one"), try fixture.result("two", threads: 2))
    #expect(one.weightsDigest == two.weightsDigest)
    #expect(one.test == two.test)
    #expect(one.weightsDigest != (try fixture.base()?.digest))
    _ = try TrainedModel(
      recipe: fixture.recipe, weightsAt: RunFolder(fixture.folder.path(of: "one")).weights,
      digest: one.weightsDigest)
    let accuracy = try #require(one.test?.headline.accuracy)
    #expect(accuracy > 0.3)
  }

  @Test func `a run on a retrained classifier can be reused too`() throws {
    var strategy = adjustment(0)
    strategy.of = StrategyConfiguration(ClassifierRetraining())
    let fixture = try TrainingFixture(strategy: strategy)
    let result = try fixture.result("run")
    #expect(result.weightsDigest == (try fixture.base()?.digest))
  }

  @Test func `without a run, or with one whose weights are not those, it fails clearly`() throws {
    let fixture = try TrainingFixture(strategy: adjustment(1))
    let folder = RunFolder(fixture.folder.path(of: "run"))
    let lonely = try Trainer(
      recipe: fixture.recipe, data: fixture.data, folder: folder, threads: 1)
    #expect(throws: TrainingError.self) { try lonely.run() }
    var base = try #require(try fixture.base())
    base.digest = String(repeating: "0", count: 64)
    let trainer = try Trainer(
      recipe: fixture.recipe, data: fixture.data, folder: folder, threads: 1, base: base)
    let error = #expect(throws: TrainingError.self) { try trainer.run() }
    #expect(error?.description.contains("SHA-256") == true)
  }

  @Test func `without validation a tau must be given`() throws {
    var fixture = try TrainingFixture(strategy: adjustment(nil))
    let shared = fixture.data
    fixture.recipe.split.validation = 0
    let data = try PreparedData(
      dataset: fixture.recipe.dataset, split: fixture.recipe.split, image: fixture.recipe.image,
      cacheFolder: fixture.folder.path, threads: 1)
    #expect(shared.splits.validation.examples.count > 0)
    let plan = try adjustment(nil).plan(for: data.splits.census)
    let recipe = fixture.recipe
    let error = #expect(throws: TrainingError.self) {
      try recipe.check(plan, splits: data.splits)
    }
    #expect(error?.description.contains("set tau") == true)
    let fixed = try adjustment(1).plan(for: data.splits.census)
    try fixture.recipe.check(fixed, splits: data.splits)
  }
}
