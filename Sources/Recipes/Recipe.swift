import Datasets
import Images
import Networks
import Strategies

/// One run, completely: every default filled in, nothing left to look up but the data.
///
/// A file's strategies × grid × seeds become recipes; the trainer needs nothing else. The recipe's
/// canonical JSON, with the data's digest, is what a run's fingerprint is made of.
public struct Recipe: Codable, Hashable, Sendable {
  /// The experiment's name.
  public var experiment: String
  /// The strategy's key in the file; often, but not always, its catalogue name.
  public var label: String
  /// What was swept, in short, such as `beta=0.999`; empty where nothing was.
  public var variant: String
  /// Of everything random in the run but the division of the data.
  public var seed: UInt64
  /// With all its parameters.
  public var strategy: StrategyConfiguration
  /// Which images there are.
  public var dataset: DatasetConfiguration
  /// How they are divided.
  public var split: SplitConfiguration
  /// How they enter the network.
  public var image: ImageConfiguration
  /// The network.
  public var model: ModelConfiguration
  /// How long and how it trains.
  public var training: TrainingConfiguration
  /// The experiment's own augmentation, the same for every strategy.
  public var augmentation: [PixelTransform]
  /// Keys of model or training that this strategy's `overrides` changed, in dotted form.
  public var overrides: [String]
  /// Whether every test prediction is stored.
  public var storesPredictions: Bool
  /// Where the run stands in a staged experiment; `nil` in one without stages.
  public var stage: Stage?
  /// Whether the classes' sizes may be undone more than once (`allow_overcompensation`); absent
  /// where not. It decides only whether the run is made.
  public var allowsOvercompensation: Bool?

  /// A recipe with all its parts.
  public init(
    experiment: String, label: String, variant: String = "", seed: UInt64,
    strategy: StrategyConfiguration, dataset: DatasetConfiguration, split: SplitConfiguration,
    image: ImageConfiguration, model: ModelConfiguration, training: TrainingConfiguration,
    augmentation: [PixelTransform] = [], overrides: [String] = [], storesPredictions: Bool = false
  ) {
    (self.experiment, self.label, self.variant, self.seed) = (experiment, label, variant, seed)
    (self.strategy, self.dataset, self.split) = (strategy, dataset, split)
    (self.image, self.model, self.training) = (image, model, training)
    (self.augmentation, self.overrides) = (augmentation, overrides)
    self.storesPredictions = storesPredictions
  }
}
