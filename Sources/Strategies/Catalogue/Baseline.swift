import Datasets

/// No treatment: plain cross-entropy over every example once.
public struct Baseline: Strategy {
  public static let name = "baseline"
  public static let card = StrategyCard(
    family: .reference, summary: "No treatment: what the others are compared with.",
    formula: "−log p_y, averaged over the batch; every image once a pass", paper: "—")

  /// The neutral strategy.
  public init() {}

  /// Always valid.
  public func validate() throws(InvalidParameter) {}

  /// The neutral plan.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    TrainingPlan()
  }
}
