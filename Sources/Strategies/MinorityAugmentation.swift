import Datasets
import Metrics

/// Extra transforms for rare classes only, chosen by count, share, group or name.
///
/// No published recipe lets a user say which class gets which augmentation; this is the third open
/// idea of the study this framework began with. A class is chosen if any of the conditions holds.
/// It does not draw rare classes more often: combine it with a sampler for that.
public struct MinorityAugmentation: AugmentationPolicy {
  public static let name = "minority-augmentation"
  public static let card = StrategyCard(
    family: .augmentation, summary: "Extra augmentation for the images of rare classes.",
    formula: "x ← T(x) for images of chosen classes, amounts × strength",
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
      .unset(
        "strength_by_count", range: "a list of at least one {below: count, strength: number}",
        "Strength of chosen classes of fewer images than `below`; the smallest `below` counts."),
    ])

  public var transforms = [DeclaredTransform].usual
  public var belowCount: Int?
  public var belowShare: Double?
  public var groups: [ShotGroup]?
  public var classes: [String]?
  public var strength = 1.0
  public var strengthByCount: [StrengthStep]?

  private enum CodingKeys: String, CodingKey {
    case transforms, groups, classes, strength
    case belowCount = "below_count"
    case belowShare = "below_share"
    case strengthByCount = "strength_by_count"
  }

  /// Flips, shifts and rotations for medium and few classes.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(transforms)
    try require(strength >= 0 && strength.isFinite, "strength", is: strength)
    if let belowCount { try require(belowCount >= 1, "below_count", is: belowCount) }
    if let belowShare {
      try require(belowShare > 0 && belowShare <= 1, "below_share", is: belowShare)
    }
    if let classes { try require(!classes.isEmpty, "classes", is: "an empty list") }
    if let groups {
      try require(!groups.isEmpty, "groups", is: "an empty list")
      try require(!groups.contains(.unseen), "groups", is: "a list with unseen")
    }
    guard let strengthByCount else { return }
    try require(!strengthByCount.isEmpty, "strength_by_count", is: "an empty list")
    for (index, step) in strengthByCount.enumerated() { try step.validate(at: index) }
  }

  public func augmentation(
    for census: ClassCensus
  ) throws(InvalidParameter) -> (any Augmentation)? {
    for name in classes ?? [] where !census.names.contains(name) {
      throw InvalidParameter(
        "classes", received: "a list with '\(name)'", expected: "a list of classes of the data")
    }
    let chosen = choice(in: census)
    guard chosen.contains(true) else { return nil }
    return ClassAugmentation(
      transforms: census.counts.indices.map { index in
        guard chosen[index] else { return [] }
        let strength = strength(of: census.counts[index])
        return transforms.map { $0.transform.scaled(by: strength) }
      })
  }

  public func augmentationNotes(for census: ClassCensus) -> [String] {
    let chosen = zip(census.names, choice(in: census)).filter { $0.1 }.map { $0.0 }
    if chosen.isEmpty { return ["no class is chosen, so no image is augmented"] }
    return [
      "augmented, \(chosen.count) of \(census.classCount) classes: "
        + chosen.joined(separator: ", ")
    ]
  }

  /// Whether each class is chosen.
  private func choice(in census: ClassCensus) -> [Bool] {
    let isFree = belowCount == nil && belowShare == nil && groups == nil && classes == nil
    let groups = isFree ? [.medium, .few] : groups ?? []
    return zip(census.names, census.counts).map { name, count in
      guard count > 0 else { return false }
      return groups.contains(ShotGroup(trainingCount: count))
        || count < belowCount ?? 0
        || Double(count) / Double(census.total) < belowShare ?? 0
        || (classes ?? []).contains(name)
    }
  }

  private func strength(of count: Int) -> Double {
    let steps = (strengthByCount ?? []).filter { count < $0.below }
    return steps.min { $0.below < $1.below }?.strength ?? strength
  }
}
