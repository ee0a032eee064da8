import Datasets

/// Inverse frequency with one more image a class: w_c = N/(C·(n_c + 1)), not scaled.
///
/// The weights of uditarora's study of the fashion products (code, no paper);
/// Laplace's smoothing keeps classes of one image from weighing twice those of two.
public struct SmoothedInverseWeights: LossWeighting {
  public static let name = "smoothed-inverse-weights"
  public static let card = StrategyCard(
    family: .weighting, summary: "Inverse weights as if each class had one image more.",
    formula: "w_c = N/(C·(n_c + 1))",
    paper: "uditarora's study of the fashion products (code, no paper)",
    parameters: [.normalization(default: .none), .reduction])

  /// How the weights are scaled.
  public var normalization = WeightNormalization.none
  /// What a batch's loss is divided by.
  public var reduction = LossReduction.meanOverWeights

  /// Not scaled, divided by the batch's weights.
  public init() {}

  public func weight(of count: Int, in census: ClassCensus) -> Double {
    Double(census.total) / (Double(census.counts.count { $0 > 0 }) * Double(count + 1))
  }
}
