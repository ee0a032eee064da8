import Datasets
import Networks
import Recipes
import Strategies

extension Recipe {
  /// Refuses a plan that this recipe's network, texts or data have no place for.
  ///
  /// - Throws: `TrainingError` with what does not go together and what to do about it.
  public func check(_ plan: TrainingPlan, splits: DatasetSplits) throws {
    try checkTexts(plan)
    try checkCompensation(plan, census: splits.census)
    for phase in plan.phases where frozenPart(in: phase) != nil && phase.mixing != nil {
      throw TrainingError(
        "\(strategy.name) mixes images, and what a frozen part makes of an image is kept "
          + "for all mixes of it; remove model.freeze, or choose a strategy without mixing")
    }
    let head = plan.phases.contains { $0.trains != .all }
    guard model.text == nil || !head && plan.change == nil else {
      throw TrainingError(
        "\(strategy.name) leaves the trunk as it is, and a network that reads texts has no such "
          + "trunk; set model.text.variant to none, or choose another strategy")
    }
    let scale = plan.head == nil ? model.cosineScale : plan.head?.cosineScale
    if scale != nil, plan.change != nil || plan.phases.contains(where: { $0.trains == .scales }) {
      throw TrainingError(
        "\(strategy.name) changes the lengths or the bias of a linear classifier, and the last "
          + "layer is a cosine one; remove model.head.cosine_scale")
    }
    if let change = plan.change, change.candidates.count > 1, splits.validation.examples.isEmpty {
      let parameter = change.parameter ?? "parameter"
      throw TrainingError(
        "\(strategy.name) chooses its \(parameter) on validation, and there is no validation "
          + "image; give split.validation a share above 0, or set \(parameter)")
    }
    let budget = TrainingBudget(training, trainingCount: splits.training.examples.count)
    let last = plan.steps(ofPhase: plan.phases.count - 1, of: budget.steps)
    guard !last.isEmpty else {
      throw TrainingError(
        "\(strategy.name) has \(plan.phases.count) phases, and of \(budget.steps) steps none is "
          + "left for the last one; give the run more images, or the phases other shares")
    }
  }

  /// Refuses to undo the classes' sizes more than once, however that is spelt.
  private func checkCompensation(_ plan: TrainingPlan, census: ClassCensus) throws {
    guard allowsOvercompensation != true, !strategy.strategy.allowsOvercompensation,
      let found = plan.repeatedCompensation(for: census)
    else { return }
    throw TrainingError(
      "\(strategy.name) has \(found.sum), but must be \(found.expectation(canSplit: false))")
  }

  /// What is frozen in a phase: all but the head where that alone learns, else what the model says.
  func frozenPart(in phase: TrainingPlan.Phase) -> FrozenPart? {
    phase.trains == .all ? model.freeze : model.architecture.lastPart
  }
}
