import Datasets
import Images

/// A random rectangle is filled with one value.
///
/// Zhong et al., "Random Erasing Data Augmentation", AAAI 2020: half of the images, 2 % to 33 % of
/// the area, aspect 0.3 to 3.3. Filled with gray (0.5) where the paper has noise.
public struct RandomErasing: ClasswisePolicy {
  public static let name = "random-erasing"
  public static let card = StrategyCard(
    family: .augmentation, summary: "A random rectangle is erased, for all or rare classes.",
    formula: "a rectangle of min_area to max_area of the image is set to value",
    paper: "Zhong et al., Random Erasing Data Augmentation, AAAI 2020 (constant value)",
    parameters: [
      StrategyParameter(
        "probability", default: "0.5", range: "a number, 0 ≤ probability ≤ 1",
        "How often an image loses a rectangle."),
      StrategyParameter(
        "min_area", default: "0.02", range: "a number, 0 < min_area ≤ max_area",
        "Smallest share of the image."),
      StrategyParameter(
        "max_area", default: "0.33", range: "a number, min_area ≤ max_area < 1",
        "Largest share of the image."),
      StrategyParameter(
        "value", default: "0.5", range: "a number, 0 ≤ value ≤ 1", "0 is black, 1 white."),
      .only, .strength, .strengthByCount, .untouched(default: "0"),
    ])

  public var probability = 0.5
  public var minArea = 0.02
  public var maxArea = 0.33
  public var value = 0.5
  public var only: ClassChoice?
  public var strength = 1.0
  public var strengthByCount: [StrengthStep]?
  public var untouched = 0.0

  private enum CodingKeys: String, CodingKey {
    case probability, value, only, strength, untouched
    case minArea = "min_area"
    case maxArea = "max_area"
    case strengthByCount = "strength_by_count"
  }

  /// Half of the images, all classes.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(probability >= 0 && probability <= 1, "probability", is: probability)
    try require(maxArea > 0 && maxArea < 1, "max_area", is: maxArea)
    try require(minArea > 0 && minArea <= maxArea, "min_area", is: minArea)
    try require(value >= 0 && value <= 1, "value", is: value)
    try validateClasswise()
  }

  public func augmentation(
    for census: ClassCensus
  ) throws(InvalidParameter) -> (any Augmentation)? {
    let transform = PixelTransform.erasing(
      probability: probability, minArea: minArea, maxArea: maxArea, value: Float(value))
    return ClassAugmentation(
      transforms: try strengths(for: census).map { strength in
        strength.map { [transform.scaled(by: $0)] } ?? []
      }, untouched: untouched)
  }
}
