import Datasets
import Metrics

/// Extra transforms for rare classes only, chosen by count, share, group or name.
///
/// No published recipe lets a user say which class gets which augmentation; this is the third open
/// idea of the study this framework began with. A class is chosen if any of the conditions holds.
/// It does not draw rare classes more often: combine it with a sampler for that.
///
/// Half of the draws stay as they are unless `untouched` says otherwise: validation and test show
/// images without augmentation, and a class that was never trained on one is not recognised there.
/// Measured on 39 classes of fashion products: the recall of those with few images fell from 64 % to
/// 18 % when every draw was augmented.
public struct MinorityAugmentation: AugmentationPolicy {
  public static let name = "minority-augmentation"
  public static let card = StrategyCard(
    family: .augmentation, summary: "Extra augmentation for the images of rare classes.",
    formula: "x ← T(x) for the share 1 − untouched of the draws of chosen classes",
    paper: "The study's third open idea; groups as in Liu et al., CVPR 2019",
    parameters: [
      .transforms,
      .unset(
        "below_count", range: "a whole number, at least 1",
        "Chooses classes of fewer training images."),
      .unset(
        "below_share", range: "a number, 0 < below_share ≤ 1",
        "Chooses classes of a smaller share of the training images."),
      .unset(
        "groups", range: "a list of at least one of many, medium, few",
        "Chooses classes of more than 100, 20 to 100, or fewer training images; without any "
          + "condition, medium and few are chosen."),
      .unset(
        "classes", range: "a list of at least one class name",
        "Chooses classes by name."),
      .strength,
      .strengthByCount, .untouched(default: "0.5"),
    ])

  /// Applied in this order, after the experiment's own augmentation; at least one.
  public var transforms = [DeclaredTransform].usual
  /// Treats classes with fewer training images. Range: 1 and more.
  public var belowCount: Int?
  /// Treats classes with a smaller share of the training images. Range: 0 < belowShare ≤ 1.
  public var belowShare: Double?
  /// Treats the classes of these groups.
  public var groups: [ShotGroup]?
  /// Treats the classes of these names.
  public var classes: [String]?
  /// Factor on the strength; finite, at least 0.
  public var strength = 1.0
  /// Strength of classes with few training images; ``strength`` for the others.
  public var strengthByCount: [StrengthStep]?
  /// Share of the draws of a treated class that stay as they are; at least 0, below 1.
  public var untouched = 0.5

  private enum CodingKeys: String, CodingKey {
    case transforms, groups, classes, strength, untouched
    case belowCount = "below_count"
    case belowShare = "below_share"
    case strengthByCount = "strength_by_count"
  }

  /// Flips, shifts and rotations for medium and few classes.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(transforms)
    try require(strength >= 0 && strength.isFinite, "strength", is: strength)
    try require(untouched >= 0 && untouched < 1, "untouched", is: untouched)
    try choice.validate()
    guard let strengthByCount else { return }
    try require(!strengthByCount.isEmpty, "strength_by_count", is: "an empty list")
    for (index, step) in strengthByCount.enumerated() { try step.validate(at: index) }
  }

  public func augmentation(
    for census: ClassCensus
  ) throws(InvalidParameter) -> (any Augmentation)? {
    let chosen = try choice.chosen(in: census)
    guard chosen.contains(true) else { return nil }
    return ClassAugmentation(
      transforms: census.counts.indices.map { index in
        guard chosen[index] else { return [] }
        let strength = strength(of: census.counts[index])
        return transforms.map { $0.transform.scaled(by: strength) }
      }, untouched: untouched)
  }

  public func augmentationNotes(for census: ClassCensus) -> [String] {
    treatmentNotes("augmented", choice, census)
  }

  private var choice: ClassChoice {
    ClassChoice(
      belowCount: belowCount, belowShare: belowShare, groups: groups, classes: classes)
  }

  private func strength(of count: Int) -> Double {
    (strengthByCount ?? []).strength(of: count, otherwise: strength)
  }
}
