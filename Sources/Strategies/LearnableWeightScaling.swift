import Datasets

/// LWS: the whole network first, then one factor a class for the classifier's weights, on
/// class-balanced draws; all else stays as it is.
///
///     z_c = s_c (w_c · h + b_c), s_c learned from 1 on
///
/// Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020,
/// section 4, with the bias scaled as in the authors' code. The stages share the run's budget.
public struct LearnableWeightScaling: Strategy {
  public static let name = "learnable-weight-scaling"
  public static let card = StrategyCard(
    family: .schedule, summary: "LWS: then one factor a class, on class-balanced draws.",
    formula: "of up to the share start of the run; then z_c = s_c (w_c·h + b_c), s alone learned",
    paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, section 4",
    parameters: [.decouplingStart, .peak, .base])

  public var start = 0.85
  public var peak = 1.0
  public var of = BaseChoice(Baseline())

  /// The last 15 % of the run, after ordinary training.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try require(peak > 0 && peak <= 100, "peak", is: peak)
    try of.validateAsFirstStage()
  }

  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let head = try of.strategy.plan(for: census).head
    guard head?.cosineScale == nil else {
      throw InvalidParameter(
        "of", received: of.name, expected: "a strategy whose last layer is linear")
    }
    var plan = try of.decoupled(start, census) { phase in
      phase.trains = .classScales
      phase.course = .cosine(peak: peak)
    }
    plan.head = head ?? HeadRequirement()
    return plan
  }
}
