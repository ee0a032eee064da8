import Datasets
import Foundation
import Networks
import Recipes
import Strategies

/// Trains a few steps of a recipe to measure them: the real trainer with the real learners, losses and
/// augmentation, in a folder that is gone afterwards. Nothing of it is kept but durations.
public enum Rehearsal {
  /// Measures every phase of a recipe's run.
  ///
  /// The network starts from random weights whatever the recipe says, and learns next to nothing.
  ///
  /// - Precondition: the strategy trains; a post-hoc method has no steps.
  /// - Throws: what ``Trainer`` throws, and `FileError` where the temporary folder cannot be used.
  public static func measure(
    _ recipe: Recipe, data: PreparedData, threads: Int, limits: RehearsalLimits = RehearsalLimits()
  ) throws -> StepTimes {
    var recipe = recipe
    (recipe.model.weights, recipe.stage) = (nil, nil)
    recipe.training.optimizer.learningRate = 1e-9
    recipe.training.optimizer.headLearningRate = nil
    let folder =
      FileManager.default.temporaryDirectory.path
      + "/poise-rehearsal-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let start = monotonicSeconds()
    let trainer = try Trainer(
      recipe: recipe, data: data, folder: RunFolder(folder), threads: threads)
    let setup = monotonicSeconds() - start
    var phases: [StepTimes.Phase] = []
    var count = 0
    for index in trainer.plan.phases.indices {
      let (phase, steps) = try trainer.rehearse(phase: index, limits)
      if index == 0 { count = steps }
      phases.append(phase)
    }
    return StepTimes(
      setup: setup, phases: phases, checkpoint: try trainer.rehearseCheckpoint(),
      measuredSteps: count)
  }
}

extension Trainer {
  /// Measures steps, evaluation and, where a part is frozen, what that part takes.
  ///
  /// - Returns: the durations, and how many steps were counted.
  fileprivate func rehearse(
    phase index: Int, _ limits: RehearsalLimits
  ) throws -> (StepTimes.Phase, steps: Int) {
    if index != state.phase { begin(phase: index) }
    var phase = StepTimes.Phase(step: 0, evaluation: 0)
    let part = frozenPart(inPhase: index)
    if let part,
      let kept = ActivationPlan(part: part, recipe: recipe, splits: data.splits, plan: plan)
    {
      learner.trunk = FrozenTrunk(
        standingInFor: kept, model: model, loader: loader, pool: pool)
      (phase.activation, phase.probe) = frozenSeconds(part)
    }
    for _ in 0..<limits.warmUp { _ = trainStep() }
    var steps: [Double] = []
    let start = monotonicSeconds()
    while steps.count < limits.fewest
      || steps.count < limits.most && monotonicSeconds() - start < limits.seconds
    {
      steps.append(seconds { _ = trainStep() })
    }
    phase.step = steps.sorted()[steps.count / 2]
    phase.evaluation = evaluationSeconds()
    return (phase, steps.count)
  }

  private func seconds(_ body: () -> Void) -> Double {
    let start = monotonicSeconds()
    body()
    return monotonicSeconds() - start
  }

  /// One image through a frozen part, loading included, and the whole probe of that part.
  private func frozenSeconds(_ part: FrozenPart) -> (image: Double, probe: Double) {
    let batch = recipe.training.batch
    let examples = data.splits.training.examples
    let pictures = (0..<batch).map {
      BatchLoader.Picture(example: examples[$0 % examples.count].example, view: nil)
    }
    let probe = seconds {
      _ = FrozenProbe.digests(of: pictures, part, model: model, loader: loader)
    }
    let pass = seconds {
      loader.load(pictures, at: Array(0..<batch), into: model.input)
      model.forwardFrozen(part)
    }
    return (pass / Double(batch), probe * Double(FrozenProbe.passes))
  }

  /// One batch in evaluation; the first one, which folds weights, is left out.
  private func evaluationSeconds() -> Double {
    let batch = recipe.training.batch
    let examples = data.splits.validation.examples + data.splits.test.examples
    guard !examples.isEmpty else { return 0 }
    func evaluate(batches: Int) -> Double {
      let chosen = (0..<(batches * batch)).map { examples[$0 % examples.count] }
      return seconds {
        if let fallback {
          _ = fallback.evaluate(chosen, by: nil)
        } else {
          _ = evaluator.evaluate(chosen)
        }
      }
    }
    let first = evaluate(batches: 1)
    return first > 1 ? first : evaluate(batches: 2) / 2
  }

  /// Writes a checkpoint.
  fileprivate func rehearseCheckpoint() throws -> Double {
    try folder.make()
    let start = monotonicSeconds()
    try save()
    return monotonicSeconds() - start
  }
}
