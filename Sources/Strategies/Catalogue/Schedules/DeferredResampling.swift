import Datasets

/// DRS: ordinary draws first, then those of another sampler.
///
/// Cao et al., NeurIPS 2019, section 4 ("deferred re-sampling"). The authors' code builds its
/// loader before the sampler, so that its resampling never happens; here it does. A loss that uses
/// a prior gets that of each phase's own draws.
public struct DeferredResampling: Strategy {
  public static let name = "deferred-resampling"
  public static let card = StrategyCard(
    family: .schedule, summary: "DRS: ordinary draws at first, then those of any sampler.",
    formula: "every image once up to the share start of the run, then the sampling's draws",
    paper: "Cao et al., Learning Imbalanced Datasets with LDAM Loss, NeurIPS 2019, section 4",
    parameters: [
      .deferralStart,
      StrategyParameter(
        "sampling", default: "class-balanced-sampling",
        range: "a strategy with a sampler: its name, or a mapping with a name",
        "The draws of the second phase."),
      .deferralLoss,
    ])

  /// The share of the run before the second phase, above 0 and below 1.
  public var start = 0.8
  /// The draws of the second phase.
  public var sampling = SamplingChoice(ClassBalancedSampling())
  /// The loss of both phases; cross-entropy where `nil`.
  public var loss: LossChoice?

  /// Class-balanced draws from 80 % of the run on.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try sampling.validate(as: "sampling")
    try loss?.validateWithoutWeights()
  }

  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let sampler = try sampling.sampler(for: census)
    let late = LossSetting(census: census, sampledMass: sampler.classMass(for: census))
    let phases = [
      TrainingPlan.Phase(
        share: start,
        loss: try loss?.strategy.loss(for: LossSetting(census: census)) ?? CrossEntropy()),
      TrainingPlan.Phase(
        share: 1 - start, loss: try loss?.strategy.loss(for: late) ?? CrossEntropy(),
        sampler: sampler),
    ]
    return TrainingPlan(
      phases: phases, head: loss?.strategy.head(for: census),
      notes: phases[1].compensationNotes(for: census))
  }
}
