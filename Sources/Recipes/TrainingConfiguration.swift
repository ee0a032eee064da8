import Images
import Metrics
import Networks
import Strategies

/// How long and how a run trains.
public struct TrainingConfiguration: Codable, Hashable, Sendable {
  /// What the budget is given in. Either way it counts images seen, equal for all strategies.
  public enum Budget: Codable, Hashable, Sendable {
    /// Multiples of the training split's size.
    case epochs(Double)
    case images(Int)
  }
  /// When the run ends.
  public var budget: Budget
  /// Images a step, at least 1.
  public var batch: Int
  /// The update rule and its settings.
  public var optimizer: OptimizerConfiguration
  /// The learning rate over time.
  public var schedule: ScheduleConfiguration
  /// 0 ≤ ε < 1: targets are (1−ε)·one-hot + ε/K.
  public var labelSmoothing: Double
  /// Chooses the best epoch on validation.
  public var selectBy: SelectionMetric

  /// The usual settings: 8 epochs, batches of 64.
  public init(
    budget: Budget = .epochs(8), batch: Int = 64, optimizer: OptimizerConfiguration = .init(),
    schedule: ScheduleConfiguration = .init(), labelSmoothing: Double = 0,
    selectBy: SelectionMetric = .macroRecall
  ) {
    (self.budget, self.batch, self.optimizer) = (budget, batch, optimizer)
    (self.schedule, self.labelSmoothing, self.selectBy) = (schedule, labelSmoothing, selectBy)
  }
}

/// The images that enter the network.
public struct ImageConfiguration: Codable, Hashable, Sendable {
  /// Rows, at least 1.
  public var height: Int
  /// Columns, at least 1.
  public var width: Int
  /// Per channel, on values 0…1.
  public var mean: [Float]
  /// Per channel, on values 0…1; above 0.
  public var standardDeviation: [Float]
  /// How pictures become pixels.
  public var decoding: DecodingOptions

  /// Images of a size, normalised with ImageNet's statistics unless others are given.
  public init(
    height: Int, width: Int, mean: [Float] = [0.485, 0.456, 0.406],
    standardDeviation: [Float] = [0.229, 0.224, 0.225], decoding: DecodingOptions = .init()
  ) {
    (self.height, self.width, self.mean) = (height, width, mean)
    (self.standardDeviation, self.decoding) = (standardDeviation, decoding)
  }

  private enum CodingKeys: String, CodingKey {
    case height, width, mean, standardDeviation, decoding
  }

  /// Reads what ``encode(to:)`` writes; without `decoding` it is the usual one.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    height = try values.decode(Int.self, forKey: .height)
    width = try values.decode(Int.self, forKey: .width)
    mean = try values.decode([Float].self, forKey: .mean)
    standardDeviation = try values.decode([Float].self, forKey: .standardDeviation)
    decoding = try values.decodeIfPresent(DecodingOptions.self, forKey: .decoding) ?? .init()
  }

  /// Leaves out the usual `decoding`, so that runs from before there was a choice keep their
  /// fingerprints.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(height, forKey: .height)
    try values.encode(width, forKey: .width)
    try values.encode(mean, forKey: .mean)
    try values.encode(standardDeviation, forKey: .standardDeviation)
    if decoding != DecodingOptions() { try values.encode(decoding, forKey: .decoding) }
  }
}
