#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Probabilities from logits.
public enum Softmax {
  /// p = exp(z − max z) / Σ exp(z − max z), row by row, the sum in double precision.
  ///
  /// All elements of a row with a NaN or +∞ become NaN.
  ///
  /// - Parameters:
  ///   - probabilities: rows × classes; may be `logits`.
  ///   - logits: z, rows × classes.
  public static func probabilities(
    _ probabilities: UnsafeMutablePointer<Float>, of logits: UnsafePointer<Float>, rows: Int,
    classes: Int
  ) {
    for row in 0..<rows {
      let source = logits + row * classes
      let result = probabilities + row * classes
      var largest = -Float.infinity
      var isDefined = true
      for k in 0..<classes {
        if !(source[k] < .infinity) { isDefined = false }
        largest = max(largest, source[k])
      }
      guard isDefined, largest > -.infinity else {
        result.update(repeating: .nan, count: classes)
        continue
      }
      var sum = 0.0
      for k in 0..<classes {
        result[k] = exp(source[k] - largest)
        sum += Double(result[k])
      }
      for k in 0..<classes { result[k] = Float(Double(result[k]) / sum) }
    }
  }
}
