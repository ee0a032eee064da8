import Foundation
import Networks
import Recipes
import Results
import Strategies
import Testing
import Training

/// Phases that train other parts than the one before.
@Suite struct PhaseTests {
  private func trunk(_ trainer: Trainer) -> [[Float]] {
    (trainer.model.parameters + trainer.model.buffers).filter { $0.part == .trunk }
      .map(\.value.array)
  }

  /// 3 epochs of 11 steps; the second stage begins after step 16, in the second epoch.
  private func fixture(_ strategy: any Strategy) throws -> TrainingFixture {
    var fixture = try TrainingFixture(strategy: strategy)
    fixture.recipe.training.schedule.warmupEpochs = 0
    return fixture
  }

  private func halves() -> [any Strategy] {
    var (retraining, scaling) = (ClassifierRetraining(), LearnableWeightScaling())
    (retraining.start, scaling.start) = (0.5, 0.5)
    return [retraining, scaling]
  }

  @Test func `the trunk and its running statistics keep their bits while the head is trained`()
    throws
  {
    for strategy in halves() {
      let fixture = try fixture(strategy)
      let total = try fixture.trainer("count").budget.steps
      let border = Int((Double(total) / 2).rounded())
      let trainer = try fixture.trainer("run")
      var steps = 0
      // Stopped at the border, before the second stage has done a step.
      guard
        case .cancelled = try trainer.run(shouldStop: {
          steps += 1
          return steps == border
        })
      else { throw UnexpectedOutcome(outcome: .cancelled(reason: "not stopped")) }
      let before = trunk(trainer)
      let head = try #require(trainer.model.classifier).weight.value.array
      let second = try fixture.trainer("run")
      guard case .done(let result) = try second.run() else {
        throw UnexpectedOutcome(outcome: .cancelled(reason: ""))
      }
      #expect(trunk(second) == before)
      #expect(try #require(second.model.classifier).weight.value.array != head)
      #expect(result.steps == total)
      #expect(result.notes.contains { $0.contains("phase 2 of 2 began after step \(border)") })
    }
  }

  @Test func `class scales multiply rows and do nothing else`() throws {
    let fixture = try fixture(halves()[1])
    let trainer = try fixture.trainer("run")
    let border = Int((Double(trainer.budget.steps) / 2).rounded())
    var steps = 0
    _ = try trainer.run(shouldStop: {
      steps += 1
      return steps == border
    })
    let first = try #require(trainer.model.classifier)
    let before = (weight: first.weight.value.array, bias: first.bias.value.array)
    let second = try fixture.trainer("run")
    _ = try second.run()
    let last = try #require(second.model.classifier)
    let features = before.weight.count / before.bias.count
    for c in before.bias.indices {
      let factor = last.bias.value.pointer[c] / before.bias[c]
      #expect(factor != 1)
      for f in 0..<features {
        let expected = factor * before.weight[c * features + f]
        #expect(abs(last.weight.value.pointer[c * features + f] - expected) <= 1e-5 * abs(expected))
      }
    }
  }

  @Test func `the tested weights come from the last phase, however good the first was`() throws {
    for strategy in halves() + [DeferredResampling()] {
      var fixture = try fixture(strategy)
      fixture.recipe.training.budget = .epochs(4)
      var epochs: [EpochRecord] = []
      let trainer = try fixture.trainer("run")
      let outcome = try trainer.run(report: {
        if case .epoch(let epoch) = $0 { epochs.append(epoch) }
      })
      guard case .done(let result) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
      let borders = strategy is DeferredResampling ? 0.8 : 0.5
      let border = Int((Double(trainer.budget.steps) * borders).rounded())
      let best = try #require(result.bestEpoch)
      #expect(trainer.budget.epochEnds[best - 1] > border)
    }
  }

  @Test func `the second stage's rate starts at its peak and falls, the first one's ends with it`()
    throws
  {
    var strategy = ClassifierRetraining()
    (strategy.start, strategy.peak) = (0.5, 0.5)
    let trainer = try fixture(strategy).trainer("run")
    let total = trainer.budget.steps
    let border = Int((Double(total) / 2).rounded())
    #expect(trainer.learningRateFactor(atStep: 0) == 1)
    #expect(trainer.learningRateFactor(atStep: border - 1) < 0.02)
    #expect(trainer.learningRateFactor(atStep: border) == 0.5)
    #expect(trainer.learningRateFactor(atStep: total - 1) < 0.01)
    let rates = (border..<total).map(trainer.learningRateFactor(atStep:))
    #expect(rates == rates.sorted(by: >))
  }

  @Test func `a run stopped after any step continues to the same bits`() throws {
    for strategy in halves() {
      let fixture = try fixture(strategy)
      let undisturbed = try fixture.result("undisturbed")
      let total = try fixture.trainer("count").budget.steps
      for stop in [total / 2 - 1, total / 2, total / 2 + 1, total - 1] {
        var steps = 0
        _ = try fixture.trainer("stopped-\(stop)").run(shouldStop: {
          steps += 1
          return steps == stop
        })
        let result = try fixture.result("stopped-\(stop)", threads: 2)
        #expect(result.weightsDigest == undisturbed.weightsDigest, "stopped after \(stop)")
        #expect(result.test == undisturbed.test)
      }
    }
  }
}
