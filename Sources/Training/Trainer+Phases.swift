import Kernels
import Networks
import Recipes
import Strategies

extension Recipe {
  /// What is frozen in a phase of its plan.
  func frozenPart(in phase: TrainingPlan.Phase) -> FrozenPart? {
    phase.trains == .all ? model.freeze : model.architecture.lastPart
  }

  /// Refuses what has no meaning where a part is frozen.
  func checkFrozen(_ plan: TrainingPlan) throws {
    for phase in plan.phases where frozenPart(in: phase) != nil && phase.mixing != nil {
      throw TrainingError(
        "\(strategy.name) mixes images, and what a frozen part makes of an image is kept "
          + "for all mixes of it; remove model.freeze, or choose a strategy without mixing")
    }
    if plan.phases.contains(where: { $0.trains != .all }), let text = model.text {
      throw TrainingError(
        "\(strategy.name) trains the head alone for a while, which is not defined where texts are "
          + "read (model.text.variant is \(text.variant.rawValue)); set it to none, or choose "
          + "another strategy")
    }
  }
}

extension Trainer {
  /// What is frozen in a phase of the plan.
  func frozenPart(inPhase index: Int) -> FrozenPart? { recipe.frozenPart(in: plan.phases[index]) }

  /// An optimiser of what a phase trains, without memory yet.
  static func optimizer(
    for phase: TrainingPlan.Phase, of model: ImageClassifier, freezing part: FrozenPart?,
    _ recipe: Recipe, _ pool: ThreadPool
  ) throws -> any Optimizer {
    let configuration = recipe.training.optimizer
    guard phase.trains == .classScales else {
      return makeOptimizer(
        configuration, parameters: model.trainedParameters(above: part), pool: pool)
    }
    guard let scaling = ClassScaling(configuration, of: model, pool: pool) else {
      throw TrainingError(
        "\(recipe.strategy.name) scales the weights of a linear last layer, and this network ends "
          + "in a cosine classifier; remove model.cosine_scale")
    }
    return scaling
  }

  /// An optimiser for a phase of the plan, on the weights as they are.
  func newOptimizer(phase index: Int) throws -> any Optimizer {
    try Self.optimizer(
      for: plan.phases[index], of: model, freezing: frozenPart(inPhase: index), recipe, pool)
  }

  /// Moves on to the phase that the current step belongs to, with a stream of its own and, where it
  /// trains other parts, with an optimiser of its own.
  ///
  /// The weights that are tested are the best of the last phase: a strategy's result is not what its
  /// first phase had already.
  ///
  /// - Returns: whether a frozen part was prepared, once its weights are what they will stay.
  func enterPhase(
    _ shouldStop: () -> Bool, _ report: (TrainingEvent) -> Void
  ) throws -> Bool {
    let index = plan.phaseIndex(atStep: state.step, of: budget.steps)
    let part = frozenPart(inPhase: index)
    if index != state.phase {
      let (phase, last) = (plan.phases[index], plan.phases[state.phase])
      if phase.resetsHead { model.resetHead() }
      if phase.trains != last.trains || phase.resetsHead {
        optimizer = try newOptimizer(phase: index)
      }
      if part != frozenPart(inPhase: state.phase) { trunk = nil }
      state.phase = index
      (state.lossState, state.drawn) = (nil, nil)
      (state.best, bestWeights) = (nil, nil)
      fallback?.enterPhase()
      stream = makeStream(phase: index)
    }
    guard let part, trunk == nil else { return false }
    trunk = try FrozenTrunk(
      part, model: model, loader: loader, recipe: recipe, data: data,
      plan: ActivationPlan(part: part, recipe: recipe, splits: data.splits, plan: plan),
      folder: cacheFolder, mostPlaces: mostPlaces, pool: pool, shouldStop: shouldStop,
      tell: { report(.note($0)) })
    return true
  }
}
