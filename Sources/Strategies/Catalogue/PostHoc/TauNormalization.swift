import Datasets

/// τ-normalisation: w_c / ‖w_c‖^τ on a finished run, without bias.
///
/// Kang et al., ICLR 2020, section 4.1. A row of zeros stays one.
public struct TauNormalization: PostHoc {
  public static let name = "tau-normalization"
  public static let card = StrategyCard(
    family: .postHoc, summary: "Evens out the lengths of a finished run's classifier weights.",
    formula: "w_c / ‖w_c‖^τ without bias; τ by validation, ties to the smaller",
    paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, equation 4",
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

  public func change(for census: ClassCensus, prior: [Double]) -> any ClassifierChange {
    Change(candidates: tau.map { [$0] } ?? tauGrid)
  }

  private struct Change: ClassifierChange {
    let candidates: [Double]
    var parameter: String? { "tau" }

    func changed(
      _ classifier: LinearClassifier, at tau: Double, means: [[Double]?]
    ) -> LinearClassifier {
      var changed = classifier
      for label in classifier.bias.indices {
        changed.bias[label] = 0
        let norm = classifier.norm(label)
        guard norm > 0 else { continue }
        let length = power(norm, tau)
        for index in label * classifier.features..<(label + 1) * classifier.features {
          changed.weights[index] = Float(Double(classifier.weights[index]) / length)
        }
      }
      return changed
    }
  }
}
