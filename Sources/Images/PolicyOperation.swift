#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The fourteen operations of augmentation policies (AutoAugment, RandAugment, TrivialAugment).
///
/// Colour operations are PIL's, in single precision instead of bytes; `posterize` and `equalize`
/// round to bytes first. Geometry is bilinear with the border repeated, where the papers fill with
/// gray or black.
public enum PolicyOperation: String, Codable, CaseIterable, Sendable {
  case identity, autocontrast, equalize, rotate, solarize, color, posterize, contrast, brightness
  case sharpness
  case shearX = "shear_x"
  case shearY = "shear_y"
  case translateX = "translate_x"
  case translateY = "translate_y"

  /// Whether an amount and its negative are both possible.
  public var isSigned: Bool {
    switch self {
    case .identity, .autocontrast, .equalize, .solarize, .posterize: false
    default: true
    }
  }

  /// Changes the image in place; values stay within 0…1.
  ///
  /// - Parameter amount: degrees (rotate), threshold 0…1 above which values are inverted
  ///   (solarize), bits that are kept (posterize), what 1 is changed by (color, contrast, brightness,
  ///   sharpness), slope (shear), share of the side (translate); ignored by the others.
  public func apply(_ amount: Double, to image: inout PixelImage) {
    guard image.height > 0 && image.width > 0 else { return }
    switch self {
    case .identity: return
    case .autocontrast: image.stretchContrast()
    case .equalize: image.equalize()
    case .rotate: image.turn(byDegrees: amount)
    case .solarize: image.solarize(above: Float(amount))
    case .posterize: image.posterize(bits: Int(amount.rounded()))
    case .color: image.multiplySaturation(by: Float(1 + amount))
    case .contrast: image.multiplyContrast(by: Float(1 + amount))
    case .brightness: image.multiplyBrightness(by: Float(max(1 + amount, 0)))
    case .sharpness: image.sharpen(by: Float(1 + amount))
    case .shearX: image.shear(right: amount, down: 0)
    case .shearY: image.shear(right: 0, down: amount)
    case .translateX:
      image.move(
        down: 0, right: Int((amount * Double(image.width)).rounded()), border: .repeated)
    case .translateY:
      image.move(
        down: Int((amount * Double(image.height)).rounded()), right: 0, border: .repeated)
    }
  }
}

extension PixelImage {
  /// Stretches every channel to 0…1.
  fileprivate mutating func stretchContrast() {
    for channel in 0..<3 {
      let places = stride(from: channel, to: values.count, by: 3)
      var (low, high) = (Float.infinity, -Float.infinity)
      for place in places { (low, high) = (min(low, values[place]), max(high, values[place])) }
      guard high > low else { continue }
      let factor = 1 / (high - low)
      for place in places { values[place] = min((values[place] - low) * factor, 1) }
    }
  }

  /// Spreads every channel's 256 levels evenly (PIL's `ImageOps.equalize`).
  fileprivate mutating func equalize() {
    for channel in 0..<3 {
      let places = stride(from: channel, to: values.count, by: 3)
      var histogram = Array(repeating: 0, count: 256)
      for place in places { histogram[level(place)] += 1 }
      guard let last = histogram.lastIndex(where: { $0 > 0 }),
        histogram.count(where: { $0 > 0 }) > 1
      else { continue }
      let step = (histogram.reduce(0, +) - histogram[last]) / 255
      guard step > 0 else { continue }
      var table: [Float] = []
      var sum = step / 2
      for count in histogram {
        table.append(Float(min(sum / step, 255)) / 255)
        sum += count
      }
      for place in places { values[place] = table[level(place)] }
    }
  }

  private func level(_ place: Int) -> Int {
    Int((min(max(values[place], 0), 1) * 255).rounded())
  }

  /// v ← 1 − v where v is at least the threshold.
  fileprivate mutating func solarize(above threshold: Float) {
    for index in values.indices where values[index] >= threshold {
      values[index] = 1 - values[index]
    }
  }

  /// Keeps the highest bits of each value.
  fileprivate mutating func posterize(bits: Int) {
    guard bits < 8 else { return }
    let mask = ~(0xFF >> max(bits, 0)) & 0xFF
    for index in values.indices { values[index] = Float(level(index) & mask) / 255 }
  }

  /// v ← s + factor · (v − s), s the image smoothed by 1 1 1, 1 5 1, 1 1 1; the border stays.
  fileprivate mutating func sharpen(by factor: Float) {
    if factor == 1 || height < 3 || width < 3 { return }
    let old = values
    let line = width * 3
    for row in 1..<(height - 1) {
      for place in (row * line + 3)..<((row + 1) * line - 3) {
        var sum = 4 * old[place]
        for down in [-line, 0, line] {
          sum += old[place + down - 3] + old[place + down] + old[place + down + 3]
        }
        let smooth = sum / 13
        values[place] = min(max(smooth + factor * (old[place] - smooth), 0), 1)
      }
    }
  }

  /// Moves rows by `right` times their distance from the middle, columns by `down` times theirs.
  fileprivate mutating func shear(right: Double, down: Double) {
    if right == 0 && down == 0 { return }
    let (slopeX, slopeY) = (Float(right), Float(down))
    let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
    let old = values
    let line = width * 3
    for row in 0..<height {
      for column in 0..<width {
        let y = min(
          max(Float(row) + slopeY * (Float(column) - middleX), 0), Float(height - 1))
        let x = min(max(Float(column) + slopeX * (Float(row) - middleY), 0), Float(width - 1))
        let (y0, x0) = (Int(y), Int(x))
        let (y1, x1) = (min(y0 + 1, height - 1), min(x0 + 1, width - 1))
        let (wy, wx) = (y - Float(y0), x - Float(x0))
        for channel in 0..<3 {
          let (a, b) = (old[y0 * line + 3 * x0 + channel], old[y0 * line + 3 * x1 + channel])
          let (c, d) = (old[y1 * line + 3 * x0 + channel], old[y1 * line + 3 * x1 + channel])
          let (upper, lower) = (a + wx * (b - a), c + wx * (d - c))
          values[row * line + 3 * column + channel] = upper + wy * (lower - upper)
        }
      }
    }
  }
}
