import Foundation
import Networks
import Recipes
import Results
import Strategies
import Testing
import Training

/// Phases that leave the trunk as it is.
@Suite struct PhaseTests {
  /// The weights when a run ends, and the trunk's when its last phase begins.
  private func trunks(
    _ fixture: TrainingFixture, stop: Int
  ) throws -> (border: [[Float]], end: [[Float]], head: (border: [Float], end: [Float])) {
    func trunk(_ trainer: Trainer) -> [[Float]] {
      (trainer.model.parameters + trainer.model.buffers).filter { $0.part == .trunk }
        .map(\.value.array)
    }
    let trainer = try fixture.trainer("stopped")
    var steps = 0
    _ = try trainer.run(shouldStop: {
      steps += 1
      return steps == stop
    })
    let border = (trunk(trainer), trainer.model.classifier[0].value.array)
    let again = try fixture.trainer("stopped")
    guard case .done = try again.run() else { throw StoppedTwice() }
    return (border.0, trunk(again), (border.1, again.model.classifier[0].value.array))
  }

  private struct StoppedTwice: Error {}

  @Test(arguments: ["classifier-retraining", "learnable-weight-scaling"])
  func `a phase of the head alone leaves the trunk's bits and statistics`(_ name: String) throws {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    let fixture = try TrainingFixture(strategy: strategy)
    // 87 training images, 3 epochs, batches of 8: 33 steps, of which the last 3 are the head's.
    let total = try fixture.result("whole").steps
    let border = Int((0.9 * Double(total)).rounded())
    let found = try trunks(fixture, stop: border)
    #expect(found.border == found.end)
    #expect(found.head.border != found.head.end)
    let before = try trunks(fixture, stop: border - 3)
    #expect(before.end == found.end)
    let result = try fixture.result("whole2")
    #expect(result.bestEpoch == 3)
    #expect(result.notes.contains { $0.contains("last of 2 phases") })
  }

  @Test func `scales multiply rows of the classifier and leave its bias`() throws {
    var strategy = LearnableWeightScaling()
    strategy.start = 0.5
    let fixture = try TrainingFixture(strategy: strategy)
    let steps = try fixture.result("whole").steps
    let border = Int((0.5 * Double(steps)).rounded())
    let found = try trunks(fixture, stop: border)
    let (width, old, new) = (found.head.border.count / 4, found.head.border, found.head.end)
    for row in 0..<4 {
      let largest = (row * width..<(row + 1) * width).max { abs(old[$0]) < abs(old[$1]) }!
      let scale = new[largest] / old[largest]
      #expect(scale.isFinite && scale != 1)
      for index in row * width..<(row + 1) * width {
        #expect(abs(new[index] - scale * old[index]) < 1e-5)
      }
    }
  }

  @Test(arguments: ["classifier-retraining", "learnable-weight-scaling"])
  func `activations kept, stops anywhere and threads change no bit`(_ name: String) throws {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    var fixture = try TrainingFixture(strategy: strategy)
    fixture.recipe.augmentation = []
    fixture.recipe.model.freeze = .stem
    let whole = try fixture.result("whole")
    guard case .done(let kept) = try fixture.trainer("kept", threads: 2, caches: true).run() else {
      return #expect(Bool(false), "the run did not end")
    }
    #expect(kept.weightsDigest == whole.weightsDigest)
    #expect(kept.test == whole.test)
    #expect(
      !FileManager.default.fileExists(atPath: fixture.folder.path(of: "kept/activations")))
    for stop in [whole.steps - 5, whole.steps - 4, whole.steps - 3, whole.steps - 2] {
      var steps = 0
      _ = try fixture.trainer("stop\(stop)", caches: true).run(shouldStop: {
        steps += 1
        return steps == stop
      })
      #expect(try fixture.result("stop\(stop)").weightsDigest == whole.weightsDigest)
    }
  }

  @Test func `a new head is that of the seed`() throws {
    var strategy = ClassifierRetraining()
    (strategy.start, strategy.peak) = (0.9, 1e-9)
    let fixture = try TrainingFixture(strategy: strategy)
    let fresh = try fixture.trainer("fresh").model.classifier[0].value.array
    let trainer = try fixture.trainer("run")
    _ = try trainer.run()
    let found = trainer.model.classifier[0].value.array
    #expect(zip(fresh, found).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func `a curve that starts once more ends like the run's own`() {
    let cosine = ScheduleConfiguration(curve: .cosine, warmupEpochs: 2)
    func factor(_ step: Int) -> Double {
      cosine.compressedFactor(atStep: step, of: 10, totalSteps: 100, stepsPerEpoch: 5)
    }
    #expect(factor(0) == 1)
    #expect(abs(factor(5) - 0.5) < 1e-12)
    var steps = ScheduleConfiguration(curve: .step, warmupEpochs: 0)
    (steps.milestones, steps.gamma) = ([16, 18], 0.1)
    let factors = [0, 7, 8, 9].map {
      steps.compressedFactor(atStep: $0, of: 10, totalSteps: 100, stepsPerEpoch: 5)
    }
    #expect(zip(factors, [1, 1, 0.1, 0.01]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func `a last phase without a step is refused`() throws {
    var fixture = try TrainingFixture(strategy: ClassifierRetraining())
    fixture.recipe.training.budget = .images(16)
    #expect(throws: TrainingError.self) { try fixture.trainer("run") }
  }

  @Test func `a cosine classifier has no scales and no bias to change`() throws {
    for strategy in [LearnableWeightScaling(), TauNormalization()] as [any Strategy] {
      var fixture = try TrainingFixture(strategy: strategy)
      fixture.recipe.model.cosineScale = 16
      let recipe = fixture.recipe
      let plan = try recipe.strategy.strategy.plan(for: fixture.data.splits.census)
      #expect(throws: TrainingError.self) { try recipe.check(plan, splits: fixture.data.splits) }
    }
  }
}
