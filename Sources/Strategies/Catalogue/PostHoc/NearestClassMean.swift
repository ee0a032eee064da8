import Datasets

/// NCM: the class whose mean features are nearest, on a finished run.
///
///     cosine       z_c = m_c/‖m_c‖ · h
///     euclidean    z_c = m_c · h − ‖m_c‖²/2
///
/// Kang et al., ICLR 2020, section 4.1: cosine similarity, or Euclidean distance on L2-normalised
/// means. Both order the classes as m̂_c · h does, since ‖h − m̂_c‖² = ‖h‖² + 1 − 2 m̂_c · h: that is
/// `cosine` here. `euclidean` takes the means as they are. Means are over training images without
/// augmentation, of what the last layer reads.
public struct NearestClassMean: PostHoc {
  /// How near is measured.
  public enum Distance: String, Codable, CaseIterable, Sendable { case cosine, euclidean }

  public static let name = "nearest-class-mean"
  public static let card = StrategyCard(
    family: .postHoc, summary: "Takes the class whose mean features are nearest.",
    formula: "argmax m̂_c · h (cosine), or argmin ‖h − m_c‖ (euclidean)",
    paper: "Kang et al., Decoupling Representation and Classifier, ICLR 2020, section 4.1 (NCM)",
    parameters: [
      .reusedStrategy,
      StrategyParameter(
        "distance", default: "cosine", range: "cosine or euclidean",
        "cosine is also the Euclidean distance to means of length 1."),
    ])
  /// The logit of a class without training images: below any other, and finite.
  static let unseenLogit: Float = -1e6

  /// The strategy whose run is reused; one that trains.
  public var of = StrategyConfiguration(Baseline())
  /// How features are compared; `cosine` is also the Euclidean distance to means of length 1.
  public var distance = Distance.cosine

  /// Of the baseline, by cosine similarity.
  public init() {}

  public func validate() throws(InvalidParameter) { try validateBase() }

  public func change(for census: ClassCensus, prior: [Double]) -> any ClassifierChange {
    Change(distance: distance)
  }

  private struct Change: ClassifierChange {
    let distance: Distance
    let candidates = [0.0]
    var parameter: String? { nil }
    var readsClassMeans: Bool { true }

    func changed(
      _ classifier: LinearClassifier, at value: Double, means: [[Double]?]
    ) -> LinearClassifier {
      var changed = classifier
      for (label, mean) in means.enumerated() {
        let row = label * classifier.features
        let squares = mean?.reduce(0) { $0 + $1 * $1 } ?? 0
        let length = distance == .cosine && squares > 0 ? squares.squareRoot() : 1
        for index in 0..<classifier.features {
          changed.weights[row + index] = Float((mean?[index] ?? 0) / length)
        }
        let offset = distance == .euclidean ? Float(-squares / 2) : 0
        changed.bias[label] = mean == nil ? NearestClassMean.unseenLogit : offset
      }
      return changed
    }
  }
}
