import Datasets

/// cRT: the whole network first, then a new classifier on class-balanced draws, over a trunk that
/// stays as it is.
///
/// Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020,
/// section 4: the learning rate starts again at its peak and falls along half a cosine. There the
/// second stage comes on top of the first; here both share the run's budget, so that this strategy
/// sees as many images as any other. The first stage's schedule ends with it.
public struct ClassifierRetraining: Strategy {
  public static let name = "classifier-retraining"
  public static let card = StrategyCard(
    family: .schedule, summary: "cRT: then the classifier anew, on class-balanced draws.",
    formula: "of up to the share start of the run; then a new head alone, classes drawn alike",
    paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, section 4",
    parameters: [.decouplingStart, .peak, .base])

  public var start = 0.85
  public var peak = 1.0
  public var of = BaseChoice(Baseline())

  /// The last 15 % of the run, as 30 of 200 epochs, after ordinary training.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try require(peak > 0 && peak <= 100, "peak", is: peak)
    try of.validateAsFirstStage()
  }

  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    try of.decoupled(start, census) { phase in
      phase.trains = .head
      phase.resetsHead = true
      phase.course = .cosine(peak: peak)
    }
  }
}

/// The strategy that another one starts from.
public typealias BaseChoice = StrategyChoice<any Strategy>

extension BaseChoice {
  /// Throws where its parameters cannot be used, or where it is decoupled or derived itself.
  func validateAsFirstStage() throws(InvalidParameter) {
    try validate(as: "of")
    let two = TrainingSplit(
      examples: [0, 0, 1].enumerated().map { LabeledExample(example: $0, classIndex: $1) },
      classCount: 2)
    let plan = try? strategy.plan(for: ClassCensus(of: two, names: ["0", "1"]))
    guard plan?.phases.allSatisfy({ $0.trains == .all }) ?? true else {
      throw InvalidParameter(
        "of", received: name, expected: "a strategy that trains the whole network all the time")
    }
  }

  /// This strategy's phases for the share `start` of a run, and one of class-balanced draws after
  /// them.
  func decoupled(
    _ start: Double, _ census: ClassCensus, _ change: (inout TrainingPlan.Phase) -> Void
  ) throws(InvalidParameter) -> TrainingPlan {
    var plan = try strategy.plan(for: census)
    for index in plan.phases.indices { plan.phases[index].share *= start }
    var last = TrainingPlan.Phase(
      share: 1 - start, sampler: try ClassBalancedSampling().sampler(for: census))
    change(&last)
    plan.phases.append(last)
    return plan
  }
}

extension StrategyParameter {
  static let decouplingStart = StrategyParameter(
    "start", default: "0.85", range: "a number, 0 < start < 1",
    "The share of the run that trains the whole network; its schedule ends there.")

  static let peak = StrategyParameter(
    "peak", default: "1", range: "a number, 0 < peak ≤ 100",
    "Where the second stage's learning rate starts, as a multiple of the experiment's.")

  static let base = StrategyParameter(
    "of", default: "baseline", range: "a strategy: its name, or a mapping with a name",
    "How the network is trained first.")
}
