import Datasets
import Images

/// One random operation an image, of random magnitude.
///
/// Müller, Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", ICCV 2021,
/// the wide space. Translations of up to 32 pixels there are a quarter of the side here, so that one
/// declaration serves every resolution. The border is repeated.
public struct TrivialAugment: ClasswisePolicy {
  public static let name = "trivial-augment"
  public static let card = StrategyCard(
    family: .augmentation, summary: "One random operation, for all or rare classes.",
    formula: "one of 14 operations at k/30 · strength of its range, k uniform from 0 to 30",
    paper: "Müller, Hutter, TrivialAugment, ICCV 2021 (wide space)",
    parameters: [.only, .strength, .strengthByCount, .untouched(default: "0")])

  /// Restricts it to the chosen classes; all where `nil`.
  public var only: ClassChoice?
  /// Factor on the strength; finite, at least 0.
  public var strength = 1.0
  /// Strength of classes with few training images; ``strength`` for the others.
  public var strengthByCount: [StrengthStep]?
  /// Share of the draws of a treated class that stay as they are; at least 0, below 1.
  public var untouched = 0.0

  private enum CodingKeys: String, CodingKey {
    case only, strength, untouched
    case strengthByCount = "strength_by_count"
  }

  /// All classes.
  public init() {}

  public func validate() throws(InvalidParameter) { try validateClasswise() }

  public func augmentation(
    for census: ClassCensus
  ) throws(InvalidParameter) -> (any Augmentation)? {
    PolicyAugmentation(
      operations: 1, level: nil, amount: Self.amount, strengths: try strengths(for: census),
      untouched: untouched)
  }

  /// The wide ranges.
  @Sendable package static func amount(_ operation: PolicyOperation, _ level: Double) -> Double {
    switch operation {
    case .identity, .autocontrast, .equalize: 0
    case .shearX, .shearY: 0.99 * level
    case .translateX, .translateY: 0.25 * level
    case .rotate: 135 * level
    case .brightness, .color, .contrast, .sharpness: 0.99 * level
    case .posterize: 8 - (6 * level).rounded()
    case .solarize: 1 - level
    }
  }
}
