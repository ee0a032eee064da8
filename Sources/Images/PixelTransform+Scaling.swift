extension PixelTransform {
  /// The same transform with all amounts multiplied by `factor`: 0 changes no image, 1 is the
  /// transform itself. Amounts stop at the ends of their ranges.
  ///
  /// An amount is the distance from doing nothing. A flip has none but its probability, which goes
  /// up to ½ (or what it was): there its variety is greatest. Blur and erasing keep their
  /// probability and scale sigma and area.
  ///
  /// - Precondition: `factor` is neither negative nor infinite, and the transform is valid.
  public func scaled(by factor: Double) -> PixelTransform {
    precondition(factor >= 0 && factor.isFinite, "a transform scaled by \(factor)")
    func flip(_ probability: Double) -> Double {
      min(probability * factor, max(probability, 0.5))
    }
    func from(one value: Double, _ range: ClosedRange<Double>) -> Double {
      min(max(1 + (value - 1) * factor, range.lowerBound), range.upperBound)
    }
    switch self {
    case .horizontalFlip(let probability): return .horizontalFlip(probability: flip(probability))
    case .verticalFlip(let probability): return .verticalFlip(probability: flip(probability))
    case .shift(let amount): return .shift(amount: min(amount * factor, 1))
    case .padCrop(let padding): return .padCrop(padding: min(padding * factor, 1))
    case .resizedCrop(let minScale, let maxScale, let minRatio, let maxRatio):
      return .resizedCrop(
        minScale: from(one: minScale, 0.001...1), maxScale: from(one: maxScale, 0.001...1),
        minRatio: from(one: minRatio, 0.05...20), maxRatio: from(one: maxRatio, 0.05...20))
    case .rotation(let degrees): return .rotation(degrees: min(degrees * factor, 180))
    case .scale(let minimum, let maximum):
      return .scale(minimum: from(one: minimum, 0.05...20), maximum: from(one: maximum, 0.05...20))
    case .colorJitter(let brightness, let contrast, let saturation, let hue):
      return .colorJitter(
        brightness: min(brightness * factor, 10), contrast: min(contrast * factor, 10),
        saturation: min(saturation * factor, 10), hue: min(hue * factor, 0.5))
    case .blur(let probability, let minSigma, let maxSigma):
      return .blur(
        probability: probability, minSigma: min(minSigma * factor, 50),
        maxSigma: min(maxSigma * factor, 50))
    case .erasing(let probability, let minArea, let maxArea, let value):
      return .erasing(
        probability: probability, minArea: min(minArea * factor, 1),
        maxArea: min(maxArea * factor, 1), value: value)
    }
  }

  /// Another word for ``scaled(by:)``.
  public func strengthened(by factor: Double) -> PixelTransform { scaled(by: factor) }
}
