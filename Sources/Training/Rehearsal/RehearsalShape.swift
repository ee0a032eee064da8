import Datasets
import Images
import Networks
import Recipes
import Strategies

/// What a run's durations depend on, besides the machine: runs of equal shapes take equally long a
/// step. Which loss and which order of images are no part of it: they take next to nothing.
public struct RehearsalShape: Codable, Hashable, Sendable {
  /// Architecture, head, texts and what is frozen, without where weights come from.
  var model: ModelConfiguration
  var height: Int
  var width: Int
  var batch: Int
  var classes: Int
  var rule: String
  var transforms: [PixelTransform]
  var phases: [Phase]
  /// The strategy, where it changes images: how many it changes depends on the classes.
  var changing: StrategyConfiguration?
  /// SHA-256 over texts, where they are read.
  var texts: String?

  /// What of a phase of the strategy's plan takes time.
  struct Phase: Codable, Hashable, Sendable {
    var trains: String
    var mixes: Bool
    var readsFeatures: Bool
    var readsErrors: Bool
    /// What is frozen, and whether activations of training images and of others are kept.
    var frozen: FrozenPart?
    var keepsTraining = false
    var keepsEvaluation = false
  }

  /// The shape of a recipe's run on its data.
  ///
  /// - Parameter plan: the strategy's, for the data's classes.
  public init(of recipe: Recipe, plan: TrainingPlan, splits: DatasetSplits) {
    var model = recipe.model.fitted(to: plan.head)
    (model.weights, model.cacheLimit, model.initialBias) = (nil, nil, nil)
    self.model = model
    (height, width) = (recipe.image.height, recipe.image.width)
    (batch, classes) = (recipe.training.batch, splits.census.classCount)
    let optimizer = recipe.training.optimizer
    rule = optimizer.rule.rawValue + (optimizer.momentum == 0 ? " without momentum" : "")
    transforms = recipe.augmentation
    phases = plan.phases.map { phase in
      let kept = ActivationPlan(
        part: recipe.frozenPart(in: phase), recipe: recipe, splits: splits, plan: plan)
      return Phase(
        trains: phase.trains.rawValue, mixes: phase.mixing != nil,
        readsFeatures: phase.loss.readsFeatures, readsErrors: phase.sampler.readsErrors,
        frozen: kept?.part, keepsTraining: kept?.keepsTraining ?? false,
        keepsEvaluation: kept?.keepsEvaluation ?? false)
    }
    let changes = plan.phases.contains { $0.augmentation != nil || $0.mixing != nil }
    changing = changes ? recipe.strategy : nil
    texts = recipe.model.text == nil ? nil : splits.digest(pixels: "")
  }
}

extension ActivationPlan {
  /// Whether training images' activations are kept.
  public var keepsTraining: Bool {
    if case .kept = training { true } else { false }
  }

  /// Whether those of validation and test are.
  public var keepsEvaluation: Bool {
    if case .kept = evaluation { true } else { false }
  }

  /// Images, in all views, whose activations are computed once.
  public var keptRecords: Int {
    [training, evaluation].reduce(0) { sum, decision in
      if case .kept(let records, _) = decision { sum + records } else { sum }
    }
  }
}
