import Datasets

/// LDAM with deferred re-weighting: the setting that its paper recommends, under its usual name.
public struct LDAMDeferred: Strategy {
  public static let name = "ldam-drw"
  public static let card = StrategyCard(
    family: .schedule, summary: "LDAM with deferred re-weighting: its paper's best setting.",
    formula: "ldam's loss; weights (1 − β)/(1 − β^n_c) after the share start of the run",
    paper: "Cao et al., Learning Imbalanced Datasets with LDAM Loss, NeurIPS 2019, table 2",
    parameters: [
      StrategyParameter(
        "margin", default: "0.5", range: "a number, 0 ≤ margin ≤ 2",
        "Margin of the smallest class, as a cosine; 0.3 for iNaturalist."),
      StrategyParameter(
        "scale", default: "30", range: "a number, 0 < scale ≤ 1000",
        "s: what cosines are multiplied by."),
      StrategyParameter(
        "beta", default: "0.9999", range: "a number, 0 ≤ beta < 1",
        "Of the second phase's effective-number weights."),
      .deferralStart,
    ],
    isNeutralOnBalancedData: false)

  /// Margin of the smallest class, as a cosine; 0.3 for iNaturalist. Range: 0 ≤ margin ≤ 2.
  public var margin = 0.5
  /// s: what cosines are multiplied by. Range: 0 < scale ≤ 1000.
  public var scale = 30.0
  /// β of the second phase's effective-number weights. Range: 0 ≤ beta < 1.
  public var beta = 0.9999
  /// The share of the run before the second phase, above 0 and below 1.
  public var start = 0.8

  /// Margin 0.5, scale 30, β = 0.9999 from 80 % of the run on.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try parts.loss.validate()
    try parts.weights.validate()
  }

  private var parts: (loss: LDAM, weights: EffectiveNumberWeights) {
    var (loss, weights) = (LDAM(), EffectiveNumberWeights())
    (loss.margin, loss.scale, weights.beta) = (margin, scale, beta)
    return (loss, weights)
  }

  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    var deferred = DeferredReweighting()
    deferred.start = start
    deferred.weighting = WeightingChoice(parts.weights)
    deferred.loss = LossChoice(parts.loss)
    return try deferred.plan(for: census)
  }
}
