#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension PixelImage {
  /// v ← factor · v, within 0…1.
  mutating func multiplyBrightness(by factor: Float) {
    if factor == 1 { return }
    values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { values[index] = min(values[index] * factor, 1) }
    }
  }

  /// v ← m + factor · (v - m), m the mean of the image's gray.
  mutating func multiplyContrast(by factor: Float) {
    if factor == 1 { return }
    values.withUnsafeMutableBufferPointer { values in
      var sum = 0.0
      for start in stride(from: 0, to: values.count, by: 3) {
        sum += Double(gray(values[start], values[start + 1], values[start + 2]))
      }
      let mean = Float(sum / Double(values.count / 3))
      for index in values.indices { values[index] = blend(values[index], mean, factor) }
    }
  }

  /// v ← g + factor · (v - g), g the pixel's gray.
  mutating func multiplySaturation(by factor: Float) {
    if factor == 1 { return }
    values.withUnsafeMutableBufferPointer { values in
      for start in stride(from: 0, to: values.count, by: 3) {
        let level = gray(values[start], values[start + 1], values[start + 2])
        for index in start..<(start + 3) { values[index] = blend(values[index], level, factor) }
      }
    }
  }

  /// Adds `turn` (share of the circle) to the hue of HSV, keeping saturation and value.
  mutating func turnHue(by turn: Float) {
    if turn == 0 { return }
    values.withUnsafeMutableBufferPointer { values in
      for start in stride(from: 0, to: values.count, by: 3) {
        let (red, green, blue) = (values[start], values[start + 1], values[start + 2])
        let (high, low) = (max(red, green, blue), min(red, green, blue))
        let range = high - low
        // A gray pixel has no hue.
        if range <= 0 { continue }
        var sector: Float
        if high == red {
          sector = (green - blue) / range
        } else if high == green {
          sector = 2 + (blue - red) / range
        } else {
          sector = 4 + (red - green) / range
        }
        sector += 6 * turn
        for channel in 0..<3 {
          // Red peaks around sector 0, green around 2, blue around 4.
          let away = sector - 2 * Float(channel)
          let distance = abs(away - 6 * (away / 6).rounded())
          let share = min(max(2 - distance, 0), 1)
          values[start + channel] = low + range * share
        }
      }
    }
  }

  /// Convolves with a Gaussian (radius ⌈3σ⌉, weights normalised), the border repeated.
  mutating func blur(sigma: Double) {
    if sigma <= 0 { return }
    let radius = Int((3 * sigma).rounded(.up))
    let shares = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = shares.reduce(0, +)
    let weights = shares.map { Float($0 / sum) }
    let (height, width, size) = (height, width, width * 3)
    values.withUnsafeMutableBufferPointer { values in
      let image = values.baseAddress!
      withUnsafeTemporaryAllocation(of: Float.self, capacity: height * size) { room in
        let middle = room.baseAddress!
        for row in 0..<height {
          let target = middle + row * size
          target.update(repeating: 0, count: size)
          for (offset, weight) in weights.enumerated() {
            let source = image + min(max(row + offset - radius, 0), height - 1) * size
            for index in 0..<size { target[index] += weight * source[index] }
          }
        }
        for row in 0..<height {
          let (source, target) = (middle + row * size, image + row * size)
          for column in 0..<width {
            var (red, green, blue) = (Float(0), Float(0), Float(0))
            for (offset, weight) in weights.enumerated() {
              let index = 3 * min(max(column + offset - radius, 0), width - 1)
              red += weight * source[index]
              green += weight * source[index + 1]
              blue += weight * source[index + 2]
            }
            target[3 * column] = min(red, 1)
            target[3 * column + 1] = min(green, 1)
            target[3 * column + 2] = min(blue, 1)
          }
        }
      }
    }
  }
}

/// The luma of ITU-R BT.601.
private func gray(_ red: Float, _ green: Float, _ blue: Float) -> Float {
  0.299 * red + 0.587 * green + 0.114 * blue
}

private func blend(_ value: Float, _ anchor: Float, _ factor: Float) -> Float {
  min(max(anchor + factor * (value - anchor), 0), 1)
}
