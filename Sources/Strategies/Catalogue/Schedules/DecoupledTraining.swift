import Datasets

/// The whole network first, then part of the classifier alone, on the frozen trunk and with
/// balanced draws. `Refinement` says which part.
///
/// Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020,
/// section 4.1. There 90 epochs are followed by 10 more; here the two share the run's images as 9
/// to 1, since compared runs see as many. The second phase has the experiment's learning-rate curve
/// for itself, without warm-up.
public struct DecoupledTraining<Refinement: ClassifierRefinement>: Strategy {
  public static var name: String { Refinement.name }
  public static var card: StrategyCard {
    StrategyCard(
      family: .schedule, summary: Refinement.summary, formula: Refinement.formula,
      paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, section 4.1 "
        + "(\(Refinement.abbreviation))",
      parameters: [.retrainingStart, .retrainingSampling, .retrainingPeak],
      isNeutralOnBalancedData: true)
  }

  /// The share of the run before the second phase, above 0 and below 1.
  public var start = 0.9
  /// The draws of the second phase.
  public var sampling = SamplingChoice(ClassBalancedSampling())
  /// The second phase's highest learning rate, as a factor of the experiment's.
  public var peak = 1.0

  /// Class-balanced draws from 90 % of the run on.
  public init() {}

  /// Checks the ranges of all parameters, and those of the sampling.
  ///
  /// - Throws: ``InvalidParameter`` for the first that is out of range.
  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try require(peak > 0 && peak <= 1000, "peak", is: peak)
    try sampling.validate(as: "sampling")
  }

  /// Two phases: neutral training, then the refinement.
  ///
  /// - Throws: ``InvalidParameter`` where the sampling cannot draw from these classes.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let late = TrainingPlan.Phase(
      share: 1 - start, sampler: try sampling.sampler(for: census), trains: Refinement.trains,
      startsHeadAnew: Refinement.startsHeadAnew, restartedPeak: peak)
    return TrainingPlan(phases: [TrainingPlan.Phase(share: start), late])
  }
}

/// What the second phase of ``DecoupledTraining`` learns, and what the strategy is called then.
public protocol ClassifierRefinement: Sendable {
  /// The name of the strategy.
  static var name: String { get }
  /// What the paper calls it.
  static var abbreviation: String { get }
  /// One line.
  static var summary: String { get }
  /// The formula on the strategy's card.
  static var formula: String { get }
  /// What learns; all else is frozen.
  static var trains: TrainableParts { get }
  /// Whether the head begins once more.
  static var startsHeadAnew: Bool { get }
}

/// cRT: a new classifier on the frozen trunk, with balanced draws.
public typealias ClassifierRetraining = DecoupledTraining<RetrainedHead>

/// The head's weights are drawn anew and learn alone.
public enum RetrainedHead: ClassifierRefinement {
  public static let name = "classifier-retraining"
  public static let abbreviation = "cRT"
  public static let summary = "cRT: a new classifier on the frozen trunk, with balanced draws."
  public static let formula = "all parts up to the share start of the run; then a fresh head alone"
  public static let trains = TrainableParts.head
  public static let startsHeadAnew = true
}

/// LWS: one factor a class on the frozen classifier's weights.
///
///     z_c = s_c · (w_c · h) + b_c,    s_c = 1 at first, w, b and the trunk frozen
///
/// The paper's w̃_c = f_c · w_c. The bias stays as it is (the authors' code scales it too). The
/// tested weights are w̃.
public typealias LearnableWeightScaling = DecoupledTraining<ScaledHead>

/// The head's weights stay as they are; one factor a class on them learns.
public enum ScaledHead: ClassifierRefinement {
  public static let name = "learnable-weight-scaling"
  public static let abbreviation = "LWS"
  public static let summary = "LWS: one learned factor a class on the frozen classifier."
  public static let formula = "w̃_c = s_c · w_c; only s learns after the share start of the run"
  public static let trains = TrainableParts.scales
  public static let startsHeadAnew = false
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
