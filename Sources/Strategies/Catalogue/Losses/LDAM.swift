import Datasets

/// Label-distribution-aware margins, on a cosine classifier.
///
///     ℓ(z, y) = −log softmax(z − s·m_y·[c = y])_y,  z_c = s · cos(features, W_c)
///     m_c = margin · n_c^(−1/4) / max_k n_k^(−1/4)
///
/// Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss", NeurIPS
/// 2019. The scale s is part of the head here, so that the logits that are evaluated are the ones
/// that were trained; the loss is the authors' s · (cos − m). Without the cosine head it is another
/// loss (SubpopBench), which is therefore not offered. Only the true class has a margin.
public struct LDAM: LossDesign {
  public static let name = "ldam"
  public static let card = StrategyCard(
    family: .loss, summary: "Larger margins for rarer classes, on a cosine classifier.",
    formula: "−log softmax(s·(cos − m_y·[c = y]))_y, m_c = margin·(min(n)/n_c)^(1/4)",
    paper: "Cao et al., Learning Imbalanced Datasets with LDAM Loss, NeurIPS 2019",
    parameters: [
      StrategyParameter(
        "margin", default: "0.5", range: "a number, 0 ≤ margin ≤ 2",
        "Margin of the smallest class, as a cosine; 0.3 for iNaturalist."),
      StrategyParameter(
        "scale", default: "30", range: "a number, 0 < scale ≤ 1000",
        "s: what cosines are multiplied by."),
      .classWeights,
    ],
    isNeutralOnBalancedData: false)

  /// Margin of the smallest class, as a cosine; 0.3 for iNaturalist. Range: 0 ≤ margin ≤ 2.
  public var margin = 0.5
  /// s: what cosines are multiplied by. Range: 0 < scale ≤ 1000.
  public var scale = 30.0
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case margin, scale
    case classWeights = "class_weights"
  }

  /// Margin 0.5, scale 30, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(margin >= 0 && margin <= 2, "margin", is: margin)
    try require(scale > 0 && scale <= 1000, "scale", is: scale)
    try classWeights?.validate(as: "class_weights")
  }

  /// m of each class; 0 for classes without images.
  public func margins(for census: ClassCensus) -> [Double] {
    let setting = LossSetting(census: census)
    let least = setting.extremes.least
    return setting.perClass(otherwise: 0) { margin * power(least / $0, 0.25) }
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    AdjustedCrossEntropy(
      margins: margins(for: setting.census).map { $0 * scale },
      classWeights: setting.classWeights, reduction: setting.reduction)
  }

  public func head(for census: ClassCensus) -> HeadRequirement? {
    HeadRequirement(cosineScale: scale)
  }
}
