/// Expected calibration error over equal-width bins (Guo et al., "On Calibration of Modern Neural
/// Networks", ICML 2017).
///
/// Bin m of M holds confidences in ((m−1)/M, m/M]; ECE = Σ_m n_m/N · |accuracy_m − confidence_m|,
/// empty bins add nothing. Confidences are rounded to `Float` first, as predictions are stored,
/// so that stored predictions give the same figure.
struct CalibrationBins: Sendable {
  static let count = 15
  private var images = Array(repeating: 0, count: Self.count)
  private var right = Array(repeating: 0, count: Self.count)
  private var confidence = Array(repeating: 0.0, count: Self.count)

  mutating func add(confidence value: Float, isRight: Bool) {
    let position = (Double(value) * Double(Self.count)).rounded(.up)
    let bin = min(max(Int(position) - 1, 0), Self.count - 1)
    images[bin] += 1
    right[bin] += isRight ? 1 : 0
    confidence[bin] += Double(value)
  }

  /// `nil` without images.
  var error: Double? {
    let total = images.reduce(0, +)
    guard total > 0 else { return nil }
    let gaps = (0..<Self.count).map { abs(Double(right[$0]) - confidence[$0]) }
    return gaps.reduce(0, +) / Double(total)
  }
}
