import Foundation
import Networks
import Recipes
import Strategies

extension Trainer {
  /// What is frozen in a phase of the plan.
  func frozenPart(inPhase index: Int) -> FrozenPart? { recipe.frozenPart(in: plan.phases[index]) }

  /// Only what the last phase made is what the strategy promises.
  var isInLastPhase: Bool { state.phase == plan.phases.count - 1 }

  /// Moves on to the phase that the current step belongs to, with a stream of its own and, where
  /// other parameters learn, with an optimiser of its own.
  ///
  /// - Returns: whether a frozen part was prepared, once its weights are what they will stay.
  func enterPhase(_ shouldStop: () -> Bool, _ report: (TrainingEvent) -> Void) throws -> Bool {
    let index = plan.phaseIndex(atStep: state.step, of: budget.steps)
    if index != state.phase { begin(phase: index) }
    guard let part = frozenPart(inPhase: index), learner.trunk == nil else { return false }
    learner.trunk = try FrozenTrunk(
      part, model: model, loader: loader, recipe: recipe, data: data,
      plan: ActivationPlan(part: part, recipe: recipe, splits: data.splits, plan: plan),
      folder: activationFolder(of: part), mostPlaces: mostPlaces, pool: pool,
      shouldStop: shouldStop, tell: { report(.note($0)) })
    return true
  }

  /// Leaves the present phase for another one.
  func begin(phase index: Int) {
    let (old, new) = (plan.phases[state.phase], plan.phases[index])
    let part = frozenPart(inPhase: index)
    if part != frozenPart(inPhase: state.phase) { learner.trunk = nil }
    if new.startsHeadAnew {
      for parameter in model.tensors(above: recipe.model.architecture.lastPart) {
        parameter.initialize(seed: recipe.seed)
      }
    }
    if part != frozenPart(inPhase: state.phase) || old.trains != new.trains || new.startsHeadAnew {
      learner.restartOptimizer(
        above: part,
        scales: new.trains == .scales ? ClassScales(of: model.classifier[0]) : nil)
    }
    state.phase = index
    state.drawn = nil
    for learner in learners { learner.beginPhase() }
    stream = makeStream(phase: index)
  }

  /// Where activations are kept: with those of other runs where the trunk is theirs too, and in the
  /// run's own folder where the run trained the trunk itself.
  private func activationFolder(of part: FrozenPart) -> String? {
    options.cacheFolder.map { part == recipe.model.freeze ? $0 : ownActivations }
  }

  private var ownActivations: String { folder.path + "/activations" }

  /// Removes what no other run can use.
  func removeOwnActivations() {
    learner.trunk = nil
    try? FileManager.default.removeItem(atPath: ownActivations)
  }

  /// The schedule's factor for a step: over the whole run, or over its phase where that starts it
  /// anew.
  func learningRateFactor(atStep step: Int) -> Double {
    let schedule = recipe.training.schedule
    let stepsPerEpoch = 1 / budget.epochsSeen(afterSteps: 1)
    let index = plan.phaseIndex(atStep: step, of: budget.steps)
    guard let peak = plan.phases[index].restartedPeak else {
      return schedule.factor(atStep: step, of: budget.steps, stepsPerEpoch: stepsPerEpoch)
    }
    let steps = plan.steps(ofPhase: index, of: budget.steps)
    return peak
      * schedule.compressedFactor(
        atStep: step - steps.lowerBound, of: steps.count, totalSteps: budget.steps,
        stepsPerEpoch: stepsPerEpoch)
  }

  /// Says where the tested weights come from, if there was a choice of phases.
  var phaseNotes: [String] {
    guard plan.phases.count > 1, plan.change == nil else { return [] }
    let first = plan.steps(ofPhase: plan.phases.count - 1, of: budget.steps).lowerBound
    return [
      "the best epoch was chosen among those of the last of \(plan.phases.count) phases, which "
        + "begins after step \(first) of \(budget.steps)"
    ]
  }
}
