import Metrics
import Results

/// What a page shows beyond the figures of a comparison. A part that nobody has read is empty, and
/// the page then says what is missing, or leaves the section out.
public struct Evidence: Sendable {
  /// Learning curves, in the order of epochs, by run.
  public var curves: [RunID: [EpochRecord]] = [:]
  /// Confusion matrices on the test split, summed over the finished runs of each strategy, by
  /// ``StrategySummary/name``; rows and columns are class indices of the data set.
  public var confusions: [String: ConfusionMatrix] = [:]
  /// How classes fared under sampler and weights, by run.
  public var masses: [RunID: ClassMass] = [:]

  /// Nothing but the comparison's own figures.
  public init() {}
}
