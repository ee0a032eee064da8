import Datasets

/// DRW: unweighted training first, then class weights.
///
///     w_c = 1 for the share `start` of the run, then the weights of `weighting`
///
/// Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss", NeurIPS
/// 2019, algorithm 1, with the authors' weights (effective number, β = 0.9999, mean 1) and their
/// border, the learning rate's first decay: epoch 160 of 200. The learning rate is the
/// experiment's, which runs on over the border.
public struct DeferredReweighting: Strategy {
  public static let name = "deferred-reweighting"
  public static let card = StrategyCard(
    family: .schedule, summary: "DRW: no class weights at first, then those of any weighting.",
    formula: "w_c = 1 up to the share start of the run, then the weighting's",
    paper: "Cao et al., Learning Imbalanced Datasets with LDAM Loss, NeurIPS 2019, algorithm 1",
    parameters: [
      .deferralStart,
      StrategyParameter(
        "weighting", default: "effective-number-weights",
        range: "a strategy with class weights: its name, or a mapping with a name",
        "The weights of the second phase."),
      .deferralLoss,
    ])

  /// The share of the run before the second phase; the learning-rate schedule runs on. Range: 0 <
  /// start < 1.
  public var start = 0.8
  /// The weights of the second phase.
  public var weighting = WeightingChoice(EffectiveNumberWeights())
  /// The loss of both phases, such as ldam; cross-entropy where not set.
  public var loss: LossChoice?

  /// Effective-number weights from 80 % of the run on.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try weighting.validate(as: "weighting")
    try loss?.validateWithoutWeights()
  }

  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let weights = weighting.weighting
    let late =
      try loss?.strategy.loss(
        for: LossSetting(
          census: census, classWeights: weights.weights(for: census), reduction: weights.reduction))
      ?? weights.loss(for: census)
    let early = try loss?.strategy.loss(for: LossSetting(census: census)) ?? CrossEntropy()
    let phases = [
      TrainingPlan.Phase(share: start, loss: early),
      TrainingPlan.Phase(share: 1 - start, loss: late),
    ]
    return TrainingPlan(
      phases: phases, head: loss?.strategy.head(for: census),
      notes: census.emptyClassNotes + phases[1].compensationNotes(for: census))
  }
}

extension StrategyParameter {
  static let deferralStart = StrategyParameter(
    "start", default: "0.8", range: "a number, 0 < start < 1",
    "The share of the run before the second phase; the learning-rate schedule runs on.")

  static let deferralLoss = StrategyParameter.unset(
    "loss", range: "a strategy with a loss: its name, or a mapping with a name",
    "The loss of both phases, such as ldam; cross-entropy where not set.")
}
