import Randomness

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension PixelTransform {
  /// Changes the image, with random numbers from `generator`. Values stay within 0…1.
  ///
  /// How many numbers are drawn depends on the transform and the image's size, not on its content;
  /// only a resized crop and an erasing draw until a rectangle fits, ten times at most.
  ///
  /// - Precondition: the transform is valid; see ``validate()``.
  public func apply(to image: inout PixelImage, using generator: inout SeededGenerator) {
    guard image.height > 0 && image.width > 0 else { return }
    switch self {
    case .horizontalFlip(let probability):
      if generator.chance(probability) { image.mirror() }
    case .verticalFlip(let probability):
      if generator.chance(probability) { image.turnUpsideDown() }
    case .shift(let amount):
      let down = generator.offset(upTo: Int((amount * Double(image.height)).rounded()))
      let right = generator.offset(upTo: Int((amount * Double(image.width)).rounded()))
      image.move(down: down, right: right, border: .repeated)
    case .padCrop(let padding):
      // Cutting a window out of the padded image is moving the image under the window.
      let down = generator.offset(upTo: Int((padding * Double(image.height)).rounded()))
      let right = generator.offset(upTo: Int((padding * Double(image.width)).rounded()))
      image.move(down: down, right: right, border: .black)
    case .resizedCrop(let minScale, let maxScale, let minRatio, let maxRatio):
      let part = generator.crop(
        height: image.height, width: image.width, scale: minScale...maxScale,
        ratio: minRatio...maxRatio)
      image.enlarge(part)
    case .rotation(let degrees):
      image.turn(byDegrees: generator.uniform(in: -degrees, degrees))
    case .scale(let minimum, let maximum):
      image.zoom(by: generator.uniform(in: minimum, maximum))
    case .colorJitter(let brightness, let contrast, let saturation, let hue):
      // torchvision draws the order as well; a fixed one is easier to reason about.
      let factors = [brightness, contrast, saturation].map { amount in
        Float(generator.uniform(in: max(0, 1 - amount), 1 + amount))
      }
      let turn = Float(generator.uniform(in: -hue, hue))
      image.multiplyBrightness(by: factors[0])
      image.multiplyContrast(by: factors[1])
      image.multiplySaturation(by: factors[2])
      image.turnHue(by: turn)
    case .blur(let probability, let minSigma, let maxSigma):
      let (happens, sigma) = (
        generator.chance(probability), generator.uniform(in: minSigma, maxSigma)
      )
      if happens { image.blur(sigma: sigma) }
    case .erasing(let probability, let minArea, let maxArea, let value):
      let happens = generator.chance(probability)
      let part = generator.rectangle(
        height: image.height, width: image.width, area: minArea...maxArea)
      if happens, let part { image.fill(part, with: value) }
    }
  }
}

/// A rectangle of whole pixels.
struct PixelRectangle: Hashable {
  var top: Int
  var left: Int
  var height: Int
  var width: Int
}

extension SeededGenerator {
  /// A uniform number between two that may be equal.
  mutating func uniform(in low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// One of -most…most.
  mutating func offset(upTo most: Int) -> Int { Int(uniform() * Double(2 * most + 1)) - most }

  /// Ten tries at a rectangle with a share of the area from `area` and an aspect, relative to the
  /// image's own, whose logarithm is uniform (so that 1 : 2 is as frequent as 2 : 1); `nil` when
  /// none fits.
  private mutating func tries(
    _ height: Int, _ width: Int, _ area: ClosedRange<Double>, _ ratio: ClosedRange<Double>,
    fits: (_ height: Int, _ width: Int) -> Bool
  ) -> PixelRectangle? {
    for _ in 0..<10 {
      let share = uniform(in: area.lowerBound, area.upperBound)
      let aspect = exp(uniform(in: log(ratio.lowerBound), log(ratio.upperBound)))
      let partHeight = Int((Double(height) * (share / aspect).squareRoot()).rounded())
      let partWidth = Int((Double(width) * (share * aspect).squareRoot()).rounded())
      guard fits(partHeight, partWidth) else { continue }
      let top = Int(uniform() * Double(height - partHeight + 1))
      let left = Int(uniform() * Double(width - partWidth + 1))
      return PixelRectangle(top: top, left: left, height: partHeight, width: partWidth)
    }
    return nil
  }

  /// The part that a resized crop keeps; after ten tries the largest one in the middle whose aspect
  /// is allowed.
  mutating func crop(
    height: Int, width: Int, scale: ClosedRange<Double>, ratio: ClosedRange<Double>
  ) -> PixelRectangle {
    let found = tries(height, width, scale, ratio) {
      (1...height).contains($0) && (1...width).contains($1)
    }
    if let found { return found }
    var (partHeight, partWidth) = (height, width)
    if ratio.lowerBound > 1 {
      partHeight = max(1, Int((Double(height) / ratio.lowerBound).rounded()))
    } else if ratio.upperBound < 1 {
      partWidth = max(1, Int((Double(width) * ratio.upperBound).rounded()))
    }
    return PixelRectangle(
      top: (height - partHeight) / 2, left: (width - partWidth) / 2, height: partHeight,
      width: partWidth)
  }

  /// The part that erasing takes: smaller than the image, aspect 0.3 to 1 / 0.3 of the image's.
  mutating func rectangle(
    height: Int, width: Int, area: ClosedRange<Double>
  ) -> PixelRectangle? {
    tries(height, width, area, 0.3...(1 / 0.3)) { $0 < height && $1 < width }
  }
}
