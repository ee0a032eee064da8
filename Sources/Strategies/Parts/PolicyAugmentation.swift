import Datasets
import Images
import Randomness

/// An augmentation whose operations are drawn for every image, with a strength by class.
struct PolicyAugmentation: Augmentation {
  /// Amount of an operation at level 0…1.
  typealias Amount = @Sendable (PolicyOperation, _ level: Double) -> Double

  /// Operations of one image.
  var operations: Int
  /// The level of all operations; uniformly one of 31 levels where `nil`.
  var level: Double?
  var amount: Amount
  /// Factor on the level of each class; `nil` for classes whose images stay as they are.
  var strengths: [Double?]
  /// Share of the draws that stay as they are.
  var untouched: Double

  var changesNothing: Bool { operations == 0 || strengths.allSatisfy { $0 == nil } }

  func apply(
    to image: inout PixelImage, classIndex: Int, using generator: inout SeededGenerator
  ) {
    guard let strength = strengths[classIndex] else { return }
    if untouched > 0, generator.chance(untouched) { return }
    let all = PolicyOperation.allCases
    for _ in 0..<operations {
      let operation = all[generator.integer(below: all.count)]
      let drawn = Double(generator.integer(below: 31)) / 30
      let isNegative = generator.chance(0.5)
      let amount = amount(operation, min((level ?? drawn) * strength, 1))
      operation.apply(operation.isSigned && isNegative ? -amount : amount, to: &image)
    }
  }
}

/// The choices that all policies share: which classes, how strong, how often.
protocol ClasswisePolicy: AugmentationPolicy {
  var only: ClassChoice? { get }
  var strength: Double { get }
  var strengthByCount: [StrengthStep]? { get }
  var untouched: Double { get }
}

extension ClasswisePolicy {
  /// Strength of each class; `nil` for classes that are not chosen.
  func strengths(for census: ClassCensus) throws(InvalidParameter) -> [Double?] {
    zip(try treated(only, in: census), census.counts).map { isTreated, count in
      isTreated ? (strengthByCount ?? []).strength(of: count, otherwise: strength) : nil
    }
  }

  func validateClasswise() throws(InvalidParameter) {
    try only?.validate(under: "only.")
    try require(strength >= 0 && strength.isFinite, "strength", is: strength)
    try require(untouched >= 0 && untouched < 1, "untouched", is: untouched)
    guard let strengthByCount else { return }
    try require(!strengthByCount.isEmpty, "strength_by_count", is: "an empty list")
    for (index, step) in strengthByCount.enumerated() { try step.validate(at: index) }
  }

  public func augmentationNotes(for census: ClassCensus) -> [String] {
    treatmentNotes("augmented", only, census)
  }
}

extension [StrengthStep] {
  /// The strength of the smallest step that a count is below.
  func strength(of count: Int, otherwise: Double) -> Double {
    filter { count < $0.below }.min { $0.below < $1.below }?.strength ?? otherwise
  }
}

extension StrategyParameter {
  static let strengthByCount = StrategyParameter.unset(
    "strength_by_count", range: "a list of at least one {below: count, strength: number}",
    "Strength of chosen classes of fewer images than `below`; the smallest `below` counts.")

  static func untouched(default value: String) -> StrategyParameter {
    StrategyParameter(
      "untouched", default: value, range: "a number, 0 ≤ untouched < 1",
      "Share of the draws of a chosen class that stay as they are.")
  }
}
