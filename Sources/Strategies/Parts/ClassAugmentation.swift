import Images
import Randomness

/// Transforms of each class, in order; none for a class whose images stay as they are.
public struct ClassAugmentation: Augmentation {
  /// By class index; already scaled to the class's strength.
  public let transforms: [[PixelTransform]]

  /// Share of the draws that stay as they are.
  public let untouched: Double

  /// Where no class has a transform, or all have a strength of 0.
  public var changesNothing: Bool {
    transforms.allSatisfy { $0.allSatisfy { $0 == $0.scaled(by: 0) } }
  }

  /// An augmentation of these transforms.
  public init(transforms: [[PixelTransform]], untouched: Double = 0) {
    (self.transforms, self.untouched) = (transforms, untouched)
  }

  public func apply(
    to image: inout PixelImage, classIndex: Int, using generator: inout SeededGenerator
  ) {
    if untouched > 0, !transforms[classIndex].isEmpty, generator.chance(untouched) { return }
    for transform in transforms[classIndex] { transform.apply(to: &image, using: &generator) }
  }
}
