import Datasets

/// LWS: the whole network first, then one factor a class on the frozen classifier's weights.
///
///     z_c = s_c · (w_c · h) + b_c,    s_c = 1 at first, w, b and the trunk frozen
///
/// Kang et al., ICLR 2020, section 4.1: w̃_c = f_c · w_c. The bias stays as it is (the authors' code
/// scales it too). The tested weights are w̃.
public struct LearnableWeightScaling: Strategy {
  public static let name = "learnable-weight-scaling"
  public static let card = StrategyCard(
    family: .schedule, summary: "LWS: one learned factor a class on the frozen classifier.",
    formula: "w̃_c = s_c · w_c; only s learns after the share start of the run",
    paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, section 4.1 (LWS)",
    parameters: [.retrainingStart, .retrainingSampling, .retrainingPeak],
    isNeutralOnBalancedData: true)

  public var start = 0.9
  public var sampling = SamplingChoice(ClassBalancedSampling())
  public var peak = 1.0

  /// Factors learned with class-balanced draws from 90 % of the run on.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(start > 0 && start < 1, "start", is: start)
    try require(peak > 0 && peak <= 1000, "peak", is: peak)
    try sampling.validate(as: "sampling")
  }

  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let late = TrainingPlan.Phase(
      share: 1 - start, sampler: try sampling.sampler(for: census), trains: .scales,
      restartedPeak: peak)
    return TrainingPlan(phases: [TrainingPlan.Phase(share: start), late])
  }
}
