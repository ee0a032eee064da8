import Datasets
import Randomness

/// Ordinary training: every pass draws each example once, in random order.
public struct EveryExampleOnce: Sampler {
  /// The neutral sampler.
  public init() {}

  /// A shuffle of all indices.
  public func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] {
    var order = Array(split.examples.indices)
    generator.shuffle(&order)
    return order
  }

  /// The classes' shares of the training images.
  public func classMass(for census: ClassCensus) -> [Double] {
    census.counts.map { Double($0) / Double(max(census.total, 1)) }
  }
}
