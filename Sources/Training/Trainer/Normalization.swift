import Recipes

extension ImageConfiguration {
  /// 3 × 256 numbers, one for each channel and byte: (byte/255 − mean) · (1/σ).
  func normalizationTable() -> [Float] {
    var table = [Float](repeating: 0, count: 3 * 256)
    for channel in 0..<3 {
      let inverse = 1 / standardDeviation[channel]
      for value in 0..<256 {
        table[channel * 256 + value] = (Float(value) / 255 - mean[channel]) * inverse
      }
    }
    return table
  }
}
