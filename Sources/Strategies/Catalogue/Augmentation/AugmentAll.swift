import Datasets

/// The same transforms for every class: the control for `minority-augmentation`.
///
/// What augmentation does by itself, so that a gain of `minority-augmentation` can be told from a
/// gain of augmentation.
public struct AugmentAll: AugmentationPolicy {
  public static let name = "augment-all"
  public static let card = StrategyCard(
    family: .augmentation, summary: "The control: the same extra augmentation for every class.",
    formula: "x ← T(x) for images of all classes",
    paper: "The control experiment of minority-augmentation; no recipe of its own",
    parameters: [.transforms, .strength])

  /// Applied in this order, after the experiment's own augmentation; at least one.
  public var transforms = [DeclaredTransform].usual
  /// Factor on the strength; finite, at least 0.
  public var strength = 1.0

  /// Flips, shifts and rotations at their usual amounts.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(transforms)
    try require(strength >= 0 && strength.isFinite, "strength", is: strength)
  }

  public func augmentation(
    for census: ClassCensus
  ) throws(InvalidParameter) -> (any Augmentation)? {
    let scaled = transforms.map { $0.transform.scaled(by: strength) }
    return ClassAugmentation(transforms: census.counts.map { _ in scaled })
  }
}
