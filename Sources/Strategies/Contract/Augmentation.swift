import Images
import Randomness

/// A random change of a training image that may depend on its class.
public protocol Augmentation: Sendable {
  /// Changes `image` (one H×W×3 image, values 0…1 before normalisation) in place.
  func apply(to image: inout PixelImage, classIndex: Int, using generator: inout SeededGenerator)
  /// Whether it is known that no image is ever changed.
  var changesNothing: Bool { get }
}

extension Augmentation {
  /// Not known.
  public var changesNothing: Bool { false }
}
