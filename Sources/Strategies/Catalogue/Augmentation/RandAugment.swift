import Datasets
import Images

/// A number of random operations an image, all of one magnitude.
///
/// Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space",
/// CVPR workshops 2020: two operations of magnitude 9 of 30, with torchvision's ranges. The border
/// is repeated where torchvision fills with black.
public struct RandAugment: ClasswisePolicy {
  public static let name = "rand-augment"
  public static let card = StrategyCard(
    family: .augmentation, summary: "Random operations of one magnitude, for all or rare classes.",
    formula: "operations × one of 14 operations at magnitude/30 · strength of their ranges",
    paper: "Cubuk et al., RandAugment, CVPR workshops 2020",
    parameters: [
      StrategyParameter(
        "operations", default: "2", range: "a whole number from 1 to 10", "Of one image."),
      StrategyParameter(
        "magnitude", default: "9", range: "a number, 0 ≤ magnitude ≤ 30", "30 is the strongest."),
      .only, .strength, .strengthByCount, .untouched(default: "0"),
    ])

  /// Operations of one image. Range: from 1 to 10.
  public var operations = 2
  /// Level of all operations; 30 is the strongest. Range: 0 ≤ magnitude ≤ 30.
  public var magnitude = 9.0
  /// Restricts it to the chosen classes; all where `nil`.
  public var only: ClassChoice?
  /// Factor on the strength; finite, at least 0.
  public var strength = 1.0
  /// Strength of classes with few training images; ``strength`` for the others.
  public var strengthByCount: [StrengthStep]?
  /// Share of the draws of a treated class that stay as they are; at least 0, below 1.
  public var untouched = 0.0

  private enum CodingKeys: String, CodingKey {
    case operations, magnitude, only, strength, untouched
    case strengthByCount = "strength_by_count"
  }

  /// Two operations of magnitude 9, all classes.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(operations >= 1 && operations <= 10, "operations", is: operations)
    try require(magnitude >= 0 && magnitude <= 30, "magnitude", is: magnitude)
    try validateClasswise()
  }

  public func augmentation(
    for census: ClassCensus
  ) throws(InvalidParameter) -> (any Augmentation)? {
    PolicyAugmentation(
      operations: operations, level: magnitude / 30, amount: Self.amount,
      strengths: try strengths(for: census), untouched: untouched)
  }

  /// torchvision's ranges.
  @Sendable package static func amount(_ operation: PolicyOperation, _ level: Double) -> Double {
    switch operation {
    case .identity, .autocontrast, .equalize: 0
    case .shearX, .shearY: 0.3 * level
    case .translateX, .translateY: 150.0 / 331 * level
    case .rotate: 30 * level
    case .brightness, .color, .contrast, .sharpness: 0.9 * level
    case .posterize: 8 - (4 * level).rounded()
    case .solarize: 1 - level
    }
  }
}
