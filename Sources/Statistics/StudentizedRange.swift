#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The distribution of the range of k standard normal values: Tukey's studentized range with infinitely
/// many degrees of freedom.
package enum StudentizedRange {
  /// P(Q > q) = 1 − k ∫ φ(z) (Φ(z) − Φ(z − q))^(k−1) dz for q ≥ 0 and k ≥ 2 values, by Simpson's rule over
  /// −8…8 in steps of 1/64; within 1e-10 of the integral.
  package static func tail(_ q: Double, of k: Int) -> Double {
    precondition(k >= 2, "a range is that of two values at least")
    guard q > 0 else { return 1 }
    let (low, step, count) = (-8.0, 1.0 / 64, 1024)
    var sum = 0.0
    for index in 0...count {
      let z = low + Double(index) * step
      let inner = NormalDistribution.cumulative(z) - NormalDistribution.cumulative(z - q)
      let value = exp(-z * z / 2) * pow(inner, Double(k - 1))
      sum += value * (index == 0 || index == count ? 1 : index.isMultiple(of: 2) ? 2 : 4)
    }
    let integral = sum * step / 3 / (2 * Double.pi).squareRoot()
    return min(max(1 - Double(k) * integral, 0), 1)
  }

  /// The q with P(Q > q) = `share`, 0 < share < 1, by bisection.
  package static func quantile(tail share: Double, of k: Int) -> Double {
    var (low, high) = (0.0, 1.0)
    while tail(high, of: k) > share { high *= 2 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if tail(middle, of: k) > share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
