import Datasets

/// cRT: the whole network first, then a new classifier on the frozen trunk, with balanced draws.
///
/// Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020,
/// section 4.1. There 90 epochs are followed by 10 more; here the two share the run's images as 9
/// to 1, since compared runs see as many. The second phase has the experiment's learning-rate curve
/// for itself, without warm-up.
public struct ClassifierRetraining: Strategy {
  public static let name = "classifier-retraining"
  public static let card = StrategyCard(
    family: .schedule, summary: "cRT: a new classifier on the frozen trunk, with balanced draws.",
    formula: "all parts up to the share start of the run; then a fresh head alone",
    paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, section 4.1 (cRT)",
    parameters: [.retrainingStart, .retrainingSampling, .retrainingPeak],
    isNeutralOnBalancedData: true)

  public var start = 0.9
  public var sampling = SamplingChoice(ClassBalancedSampling())
  public var peak = 1.0

  /// A new head with class-balanced draws from 90 % of the run on.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try require(peak > 0 && peak <= 1000, "peak", is: peak)
    try sampling.validate(as: "sampling")
  }

  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let late = TrainingPlan.Phase(
      share: 1 - start, sampler: try sampling.sampler(for: census), trains: .head,
      startsHeadAnew: true, restartedPeak: peak)
    return TrainingPlan(phases: [TrainingPlan.Phase(share: start), late])
  }
}

extension SamplingChoice {
  /// The sampler; what is wrong with its parameters is named under `sampling`.
  func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    do { return try strategy.sampler(for: census) } catch {
      throw InvalidParameter(
        "sampling.\(error.parameter)", received: error.received, expected: error.expected)
    }
  }
}

extension StrategyParameter {
  static let retrainingStart = StrategyParameter(
    "start", default: "0.9", range: "a number, 0 < start < 1",
    "The share of the run before the second phase; both together see the images of any run.")

  static let retrainingSampling = StrategyParameter(
    "sampling", default: "class-balanced-sampling",
    range: "a strategy with a sampler: its name, or a mapping with a name",
    "The draws of the second phase.")

  static let retrainingPeak = StrategyParameter(
    "peak", default: "1", range: "a number, 0 < peak ≤ 1000",
    "The second phase's highest learning rate, as a factor of the experiment's.")
}
