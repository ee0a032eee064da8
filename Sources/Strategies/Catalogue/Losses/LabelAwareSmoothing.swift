import Datasets

/// Label smoothing that is stronger for frequent classes, in the concave form:
/// ε_c = tail + (head − tail) · sin(π(n_c − n_min)/(2(n_max − n_min))).
///
/// Zhong et al., "Improving Calibration for Long-Tailed Recognition" (MiSLAS), CVPR 2021: head 0.4,
/// tail 0.1 on CIFAR-100, 0.3 and 0 on ImageNet. Where all classes are of one size ε is `head`.
public struct LabelAwareSmoothing: LossDesign {
  public static let name = "label-aware-smoothing"
  public static let card = StrategyCard(
    family: .loss, summary: "Label smoothing, the more the larger the class.",
    formula: "ε_c = tail + (head − tail)·sin(π(n_c − min n)/(2(max n − min n)))",
    paper: "Zhong et al., Improving Calibration for Long-Tailed Recognition, CVPR 2021",
    parameters: [
      StrategyParameter(
        "head", default: "0.4", range: "a number, 0 ≤ head < 1", "ε of the largest class."),
      StrategyParameter(
        "tail", default: "0.1", range: "a number, 0 ≤ tail < 1", "ε of the smallest class."),
      .classWeights,
    ],
    isNeutralOnBalancedData: false)

  /// ε of the largest class. Range: 0 ≤ head < 1.
  public var head = 0.4
  /// ε of the smallest class. Range: 0 ≤ tail < 1.
  public var tail = 0.1
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case head, tail
    case classWeights = "class_weights"
  }

  /// 0.4 and 0.1, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(head >= 0 && head < 1, "head", is: head)
    try require(tail >= 0 && tail < 1, "tail", is: tail)
    try classWeights?.validate(as: "class_weights")
  }

  /// ε of each class; `tail` for classes without images.
  public func smoothing(for census: ClassCensus) -> [Double] {
    let setting = LossSetting(census: census)
    let (most, least) = setting.extremes
    return setting.perClass(otherwise: tail) { count in
      guard most > least else { return head }
      return tail + (head - tail) * sine(.pi * (count - least) / (2 * (most - least)))
    }
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    SmoothedCrossEntropy(
      smoothing: smoothing(for: setting.census), classWeights: setting.classWeights,
      reduction: setting.reduction)
  }
}
