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

  /// How often an image loses a rectangle. Range: 0 ≤ probability ≤ 1.
  public var probability = 0.5
  /// Smallest share of the image. Range: 0 < minArea ≤ maxArea.
  public var minArea = 0.02
  /// Largest share of the image. Range: minArea ≤ maxArea < 1.
  public var maxArea = 0.33
  /// Brightness of the rectangle: 0 is black, 1 is white. Range: 0 ≤ value ≤ 1.
  public var value = 0.5
  /// Restricts it to the chosen classes; all where `nil`.
  public var only: ClassChoice?
  /// Factor on the strength; finite, at least 0.
  public var strength = 1.0
  /// Strength of classes with few training images; ``strength`` for the others.
  public var strengthByCount: [StrengthStep]?
  /// Share of the draws of a treated class that stay as they are; at least 0, below 1.
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
