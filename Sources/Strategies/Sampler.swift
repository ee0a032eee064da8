import Datasets
import Randomness

/// What a sampler may know of how well the classes are learned: the last validation's recalls.
public struct ValidationFeedback: Sendable, Codable, Hashable {
  /// Recall of each class; `nil` for a class without validation images.
  public var recall: [Double?]

  /// Recalls by class index.
  public init(recall: [Double?]) { self.recall = recall }
}

/// The order in which training examples are drawn.
public protocol Sampler: Sendable {
  /// One pass: indices into `split.examples`, of any length but 0.
  ///
  /// The trainer draws pass after pass until the run's image budget is spent, so a longer pass
  /// does not train longer.
  func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int]
  /// Expected share of the draws that fall on each class; sums to 1.
  func classMass(for census: ClassCensus) -> [Double]
}
