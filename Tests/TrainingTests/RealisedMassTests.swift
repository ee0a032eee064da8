import Foundation
import Recipes
import Results
import Strategies
import TestSupport
import Testing
import Training

/// What the store is told of draws and weights, against the promise.
@Suite struct RealisedMassTests {
  @Test func `deferred re-sampling draws by size for most of the run, and the run says so`() throws
  {
    let fixture = try TrainingFixture(strategy: DeferredResampling())
    let mass = try fixture.result("run").classMass
    let phases = try #require(mass.phases)
    let drawn = try #require(mass.drawn)
    #expect(phases.map(\.phase) == [1, 2])
    #expect(phases.reduce(0) { $0 + $1.steps } == fixture.budgetSteps)
    let total = phases.flatMap(\.draws).reduce(0, +)
    #expect(total == fixture.budgetSteps * 8)
    // The promise of the last phase is balanced; most of the run is not.
    assertClose(mass.sampled, [0.25, 0.25, 0.25, 0.25], within: 1e-12)
    let rare = Double(phases[0].draws[3] + phases[1].draws[3]) / Double(total)
    assertClose([drawn[3]], [rare], within: 1e-12)
    #expect(drawn[3] < 0.15)
    assertClose(try #require(mass.realised), drawn, within: 1e-12)
  }

  @Test func `a run continued from a checkpoint that counted nothing says nothing of draws`() throws
  {
    let fixture = try TrainingFixture(strategy: DeferredResampling())
    let whole = try fixture.result("whole")
    var steps = 0
    _ = try fixture.trainer("old").run(shouldStop: {
      steps += 1
      return steps == 15
    })
    let checkpoints = RunFolder(fixture.folder.path(of: "old")).checkpoints
    var saved = try #require(try checkpoints.load().checkpoint)
    var state = try #require(
      try JSONSerialization.jsonObject(with: saved.metadata) as? [String: Any])
    #expect(state.removeValue(forKey: "masses") != nil)
    saved.metadata = try JSONSerialization.data(withJSONObject: state)
    try? FileManager.default.removeItem(atPath: checkpoints.previous)
    try checkpoints.save(saved)
    let result = try fixture.result("old")
    #expect(result.weightsDigest == whole.weightsDigest)
    #expect(result.classMass.drawn == nil && result.classMass.realised == nil)
    #expect(result.classMass.sampled == whole.classMass.sampled)
  }

  @Test func `a post-hoc method says nothing of draws`() throws {
    var post = PosthocLogitAdjustment()
    post.tau = 1
    let result = try TrainingFixture(strategy: post).result("run")
    #expect(result.classMass.drawn == nil && result.classMass.phases == nil)
  }

  /// Focal loss with γ = 0 is cross-entropy by another formula, which rounds otherwise: equal up to
  /// rounding, but not to the last bit.
  @Test func `strategies that differ by a constant or in name train to the same bits`() throws {
    let groups: [[any Strategy]] = [
      [InverseWeights(), MaxRatioWeights(), CostSensitiveWeights(), BalancedWeights()],
      [BalancedSoftmax(), LogitAdjustment()],
    ]
    for group in groups {
      let digests = try group.map { strategy in
        try TrainingFixture(strategy: strategy).result("run").weightsDigest
      }
      #expect(Set(digests).count == 1, "\(group.map { type(of: $0).name }): \(digests)")
    }
  }
}

extension TrainingFixture {
  /// Updates of the weights in a whole run.
  fileprivate var budgetSteps: Int {
    TrainingBudget(recipe.training, trainingCount: data.splits.training.examples.count).steps
  }
}
