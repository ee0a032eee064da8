import Foundation
import Networks
import Recipes
import Results
import Strategies
import Testing
import Training

@Suite struct TrainerTests {
  @Test func `a separable task is learned`() throws {
    var fixture = try TrainingFixture(trainCounts: [60, 60, 60, 60])
    fixture.recipe.training.budget = .epochs(8)
    let result = try fixture.result("run")
    let headline = try #require(result.test?.headline)
    #expect(headline.images == 32)
    #expect(try #require(headline.accuracy) > 0.9)
    #expect(result.imagesSeen == result.steps * 8)
  }

  @Test func `the same seed gives the same bits, whatever the thread count`() throws {
    let fixture = try TrainingFixture()
    let one = try fixture.result("one")
    let again = try fixture.result("again")
    let two = try fixture.result("two", threads: 2)
    #expect(one.weightsDigest == again.weightsDigest)
    #expect(one.weightsDigest == two.weightsDigest)
    #expect(one.test == two.test)
    var other = fixture
    other.recipe.seed = 2
    #expect(try other.result("other").weightsDigest != one.weightsDigest)
  }

  @Test func `a run stopped after any step continues to the same bits`() throws {
    let fixture = try TrainingFixture(strategy: try sampling())
    let undisturbed = try fixture.result("undisturbed")
    for stopAfter in [1, 2, 5, 11, 12, 20] {
      var resumed: RunOutcome = .cancelled(reason: "")
      var attempts = 0
      while case .cancelled = resumed {
        var steps = 0
        resumed = try fixture.trainer("stopped-\(stopAfter)").run(shouldStop: {
          steps += 1
          return steps >= stopAfter
        })
        attempts += 1
      }
      guard case .done(let result) = resumed else { throw UnexpectedOutcome(outcome: resumed) }
      #expect(attempts > 1)
      #expect(result.weightsDigest == undisturbed.weightsDigest, "stopped every \(stopAfter) steps")
      #expect(result.test == undisturbed.test)
      #expect(result.validation == undisturbed.validation)
      #expect(result.bestEpoch == undisturbed.bestEpoch)
    }
  }

  @Test func `epochs told after a resume equal those of an undisturbed run`() throws {
    let fixture = try TrainingFixture()
    var undisturbed: [EpochRecord] = []
    _ = try fixture.trainer("whole").run(report: { collect($0, into: &undisturbed) })
    var steps = 0
    _ = try fixture.trainer("cut").run(shouldStop: {
      steps += 1
      return steps == 17
    })
    var resumed: [EpochRecord] = []
    _ = try fixture.trainer("cut").run(report: { collect($0, into: &resumed) })
    #expect(undisturbed.count == 3)
    #expect(resumed.map(\.epoch) == undisturbed.map(\.epoch))
    #expect(resumed.map(\.trainLoss) == undisturbed.map(\.trainLoss))
    #expect(resumed.map(\.validation) == undisturbed.map(\.validation))
    #expect(resumed.map(\.isBest) == undisturbed.map(\.isBest))
  }

  @Test func `every strategy sees the same number of images`() throws {
    let baseline = try TrainingFixture().result("run")
    for name in StrategyCatalog.all.map({ $0.name }) where name.contains("sampling") {
      let strategy = try #require(StrategyCatalog.type(named: name)).init()
      let result = try TrainingFixture(strategy: strategy).result("run")
      #expect(result.imagesSeen == baseline.imagesSeen, "\(name)")
      #expect(result.steps == baseline.steps, "\(name)")
      #expect(result.weightsDigest != baseline.weightsDigest, "\(name)")
    }
  }

  @Test func `a run that blows up ends as diverged and keeps its last good checkpoint`() throws {
    var fixture = try TrainingFixture()
    fixture.recipe.training.optimizer.learningRate = 1e30
    let trainer = try fixture.trainer("run")
    let outcome = try trainer.run()
    guard case .diverged(let step, let reason) = outcome else {
      throw UnexpectedOutcome(outcome: outcome)
    }
    #expect(step >= 1 && step <= 4)
    #expect(reason.contains("loss") || reason.contains("gradient"))
  }

  @Test func `a checkpoint of another run is refused`() throws {
    var fixture = try TrainingFixture()
    var steps = 0
    _ = try fixture.trainer("run").run(shouldStop: {
      steps += 1
      return steps == 3
    })
    fixture.recipe.training.optimizer.momentum = 0.5
    #expect(throws: TrainingError.self) { try fixture.trainer("run").run() }
  }

  @Test func `a damaged checkpoint falls back to the one before`() throws {
    let fixture = try TrainingFixture()
    let undisturbed = try fixture.result("undisturbed")
    for stop in [3, 5] {
      var steps = 0
      _ = try fixture.trainer("run").run(shouldStop: {
        steps += 1
        return steps == stop
      })
    }
    let current = fixture.folder.path(of: "run/current.checkpoint")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: current))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: current))
    #expect(try fixture.result("run").weightsDigest == undisturbed.weightsDigest)
  }

  @Test func `without validation the last epoch is tested, and a note says so`() throws {
    var fixture = try TrainingFixture()
    fixture.recipe.split.validation = 0
    let data = try PreparedData(
      dataset: fixture.recipe.dataset, split: fixture.recipe.split, image: fixture.recipe.image,
      cacheFolder: fixture.folder.path, threads: 1)
    let outcome = try Trainer(
      recipe: fixture.recipe, data: data, folder: RunFolder(fixture.folder.path(of: "none")),
      threads: 1
    ).run()
    guard case .done(let result) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
    #expect(result.bestEpoch == 3)
    #expect(result.notes.contains { $0.contains("last epoch") })
  }

  private func collect(_ event: TrainingEvent, into epochs: inout [EpochRecord]) {
    if case .epoch(let record) = event { epochs.append(record) }
  }

  private func sampling() throws -> any Strategy {
    try #require(StrategyCatalog.type(named: "repeat-factor-sampling")).init()
  }
}
