import Datasets

/// Post-hoc logit adjustment: argmax z_c − τ · log π_c on a finished run.
///
/// Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 9. π is the class
/// mass that the run was trained with (draws × weights: the share of the images for a baseline). A
/// class without training images has no prior and keeps its logit.
public struct PosthocLogitAdjustment: PostHoc {
  public static let name = "posthoc-logit-adjustment"
  public static let card = StrategyCard(
    family: .postHoc, summary: "Takes τ times the log prior off a finished run's logits.",
    formula: "argmax z_c − τ · log π_c; τ by validation, ties to the smaller",
    paper: "Menon et al., Long-tail learning via logit adjustment, ICLR 2021, equation 9",
    parameters: [.reusedStrategy, .chosenTau])

  /// The strategy whose run is reused; one that trains.
  public var of = StrategyConfiguration(Baseline())
  /// τ, at least 0 and at most 10; chosen on validation where `nil`.
  public var tau: Double?

  /// Of the baseline, with τ chosen on validation.
  public init() {}

  public func validate() throws(InvalidParameter) {
    if let tau { try require(tau >= 0 && tau <= 10, "tau", is: tau) }
    try validateBase()
  }

  /// Refuses a loss that adjusts logits itself: the prior would be taken off twice.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let plan = try changedPlan(for: census)
    guard plan.phases[plan.phases.count - 1].loss.logitOffsets == nil else {
      throw InvalidParameter(
        "of", received: of.name, expected: "a strategy whose loss does not adjust logits itself")
    }
    return plan
  }

  public func change(for census: ClassCensus, prior: [Double]) -> any ClassifierChange {
    Change(
      candidates: tau.map { [$0] } ?? tauGrid,
      logPriors: prior.map { $0 > 0 ? naturalLogarithm($0) : 0 })
  }

  private struct Change: ClassifierChange {
    let candidates: [Double]
    let logPriors: [Double]
    var parameter: String? { "tau" }

    func changed(
      _ classifier: LinearClassifier, at tau: Double, means: [[Double]?]
    ) -> LinearClassifier {
      var changed = classifier
      for (label, logPrior) in logPriors.enumerated() {
        changed.bias[label] = Float(Double(classifier.bias[label]) - tau * logPrior)
      }
      return changed
    }
  }
}
