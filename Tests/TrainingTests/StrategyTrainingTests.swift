import Foundation
import Networks
import Recipes
import Results
import Strategies
import TestSupport
import Testing
import Training

/// Every kind of slot trains, and a run that is stopped in the middle ends with the same bits.
@Suite struct StrategyTrainingTests {
  /// Strategies with state of their own, or a slot that others have not.
  static let names = [
    "seesaw", "softmax-equalization", "influence-balanced", "ldam", "class-balanced-focal", "lade",
    "progressive-sampling", "accuracy-driven-sampling", "hard-example-sampling",
    "cyclic-sampling", "mixup", "cutmix", "remix", "trivial-augment",
    "deferred-reweighting", "deferred-resampling", "ldam-drw", "classifier-retraining",
    "learnable-weight-scaling",
  ]

  @Test(arguments: names)
  func `a stopped run continues to the same bits`(_ name: String) throws {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    let fixture = try TrainingFixture(strategy: strategy)
    let undisturbed = try fixture.result("undisturbed")
    let baseline = try TrainingFixture().result("run")
    #expect(undisturbed.weightsDigest != baseline.weightsDigest)
    var outcome: RunOutcome = .cancelled(reason: "")
    while case .cancelled = outcome {
      var steps = 0
      outcome = try fixture.trainer("stopped").run(shouldStop: {
        steps += 1
        return steps >= 7
      })
    }
    guard case .done(let result) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
    #expect(result.weightsDigest == undisturbed.weightsDigest)
    #expect(result.test == undisturbed.test)
    #expect(result.imagesSeen == undisturbed.imagesSeen)
    #expect(result.classMass == undisturbed.classMass)
  }

  @Test(arguments: StrategyCatalog.names)
  func `every strategy trains to the end with the same budget`(_ name: String) throws {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    var fixture = try TrainingFixture(strategy: strategy)
    fixture.recipe.training.budget = .images(64)
    let result = try fixture.result("run")
    #expect(result.imagesSeen == 64)
    #expect(result.steps == 8)
    #expect(result.test?.headline.images == 32)
  }

  @Test func `a combination of a loss, a sampler and mixing trains and resumes`() throws {
    var strategy = Combined()
    strategy.parts = [Seesaw(), AccuracyDrivenSampling(), CutMix()].map(StrategyConfiguration.init)
    let fixture = try TrainingFixture(strategy: strategy)
    let undisturbed = try fixture.result("undisturbed")
    var steps = 0
    _ = try fixture.trainer("stopped").run(shouldStop: {
      steps += 1
      return steps == 15
    })
    #expect(try fixture.result("stopped").weightsDigest == undisturbed.weightsDigest)
  }

  @Test func `draws of a sampler that changes are counted`() throws {
    let result = try TrainingFixture(strategy: ProgressiveSampling()).result("run")
    let sampled = result.classMass.sampled
    #expect(abs(sampled.reduce(0, +) - 1) < 1e-9)
    // Between the rarest class's share of the images and an equal one.
    #expect(sampled[3] > 0.06 && sampled[3] < 0.25)
  }

  @Test func `a cosine classifier is used where the loss requires it, and a note says so`() throws {
    let fixture = try TrainingFixture(strategy: LDAM())
    let result = try fixture.result("run")
    #expect(result.notes.contains { $0.contains("cosine classifier of scale 30") })
    let weights = try fixture.trainer("another").model.parameters.map(\.name)
    #expect(!weights.contains("fc.bias"))
    // What is stored can be used again.
    let model = try TrainedModel(
      recipe: fixture.recipe, weightsAt: try #require(result.weightsPath),
      digest: result.weightsDigest)
    let picture = try fixture.folder.write(
      PNGMaker.encode(height: 8, width: 8, rgb: [UInt8](repeating: 9, count: 192)), to: "a.png")
    #expect(try model.predict([picture], threads: 1)[0].get().logits.count == 4)
  }

  @Test func `a separable task is learned with mixed images and adjusted logits`() throws {
    for strategy in [Mixup(), BalancedSoftmax(), LDAM()] as [any Strategy] {
      var fixture = try TrainingFixture(strategy: strategy, trainCounts: [60, 60, 60, 60])
      fixture.recipe.training.budget = .epochs(8)
      let accuracy = try #require(try fixture.result("run").test?.headline.accuracy)
      #expect(accuracy > 0.85, "\(type(of: strategy).name)")
    }
  }
}
