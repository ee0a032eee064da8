#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Student's t distribution.
package enum StudentT {
  /// P(T ≤ t) = I_x(ν/2, 1/2) / 2 with x = ν / (ν + t²) for t ≤ 0; ν > 0 degrees of freedom.
  package static func cumulative(_ t: Double, degrees: Double) -> Double {
    if t > 0 { return 1 - cumulative(-t, degrees: degrees) }
    let tail = SpecialFunctions.incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    return tail / 2
  }

  /// The t with P(T ≤ t) = `share`, by bisection; ±∞ at 0 and 1.
  package static func quantile(_ share: Double, degrees: Double) -> Double {
    guard share > 0 else { return -.infinity }
    guard share < 1 else { return .infinity }
    if share > 0.5 { return -quantile(1 - share, degrees: degrees) }
    if share == 0.5 { return 0 }
    var low = -1.0
    while cumulative(low, degrees: degrees) > share { low *= 2 }
    var high = 0.0
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if cumulative(middle, degrees: degrees) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

extension SpecialFunctions {
  /// I_x(a, b), the regularised incomplete beta function, for a, b > 0 and 0 ≤ x ≤ 1: the continued
  /// fraction of Abramowitz and Stegun 26.5.8 by Lentz's method, on the side where it converges fast.
  package static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    precondition(a > 0 && b > 0 && x >= 0 && x <= 1)
    if x == 0 || x == 1 { return x }
    let scale = exp(
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
    return x < (a + 1) / (a + b + 2)
      ? scale * betaFraction(x, a, b) / a : 1 - scale * betaFraction(1 - x, b, a) / b
  }

  /// 1 / (1 + d₁ / (1 + d₂ / (1 + …))), d odd: −(a+m)(a+b+m)x / ((a+2m)(a+2m+1)), d even:
  /// m(b−m)x / ((a+2m−1)(a+2m)).
  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
      let m = Double(step)
      let even: Double = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd: Double = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      var change = 1.0
      for term in [even, odd] {
        d = 1 / kept(1 + term * d)
        c = kept(1 + term / c)
        change = c * d
        result *= change
      }
      if abs(change - 1) < 1e-16 { break }
    }
    return result
  }
}
