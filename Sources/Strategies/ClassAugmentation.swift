import Images
import Randomness

/// Transforms of each class, in order; none for a class whose images stay as they are.
public struct ClassAugmentation: Augmentation {
  /// By class index; already scaled to the class's strength.
  public let transforms: [[PixelTransform]]

  /// An augmentation of these transforms.
  public init(transforms: [[PixelTransform]]) { self.transforms = transforms }

  public func apply(
    to image: inout PixelImage, classIndex: Int, using generator: inout SeededGenerator
  ) {
    for transform in transforms[classIndex] { transform.apply(to: &image, using: &generator) }
  }
}
