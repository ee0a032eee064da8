/// A random change of an image, as a file declares it. Sizes are shares of the image's own, so
/// that one declaration serves every resolution. The image keeps its height and width.
public enum PixelTransform: Codable, Hashable, Sendable {
  /// Mirrors left and right.
  case horizontalFlip(probability: Double)
  /// Mirrors top and bottom.
  case verticalFlip(probability: Double)
  /// Moves by up to ± `amount` of height and width; the border is repeated.
  case shift(amount: Double)
  /// Pads by `padding` (share of the size, zeros) on all sides, then cuts out at random: the CIFAR recipe.
  case padCrop(padding: Double)
  /// Cuts out a part with an area of `scale` of the whole and an aspect of `ratio` times the image's
  /// own, resized back: "RandomResizedCrop" (Szegedy et al. 2015; torchvision's sampling with ten tries).
  case resizedCrop(minScale: Double, maxScale: Double, minRatio: Double, maxRatio: Double)
  /// Turns by up to ± `degrees`, bilinear, the border repeated.
  case rotation(degrees: Double)
  /// Zooms by a factor in `minimum`…`maximum`, bilinear, the border repeated.
  case scale(minimum: Double, maximum: Double)
  /// Factors for brightness, contrast and saturation in 1 ± amount, hue turned by ± `hue` of the circle.
  case colorJitter(brightness: Double, contrast: Double, saturation: Double, hue: Double)
  /// Gaussian blur with sigma in pixels drawn from `minSigma`…`maxSigma`.
  case blur(probability: Double, minSigma: Double, maxSigma: Double)
  /// Replaces a rectangle of random area and aspect by `value` (Zhong et al., AAAI 2020).
  case erasing(probability: Double, minArea: Double, maxArea: Double, value: Float)
}
