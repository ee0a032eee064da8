#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The standard normal distribution.
package enum NormalDistribution {
  /// Φ(x) = erfc(−x/√2) / 2, exact in both tails.
  package static func cumulative(_ x: Double) -> Double {
    erfc(-x / 2.0.squareRoot()) / 2
  }

  /// Φ⁻¹ by bisection and Newton's iteration; ±∞ at 0 and 1.
  package static func quantile(_ share: Double) -> Double {
    guard share > 0 else { return -.infinity }
    guard share < 1 else { return .infinity }
    if share > 0.5 { return -quantile(1 - share) }
    var (low, high) = (-39.0, 0.0)
    for _ in 0..<20 {
      let middle = (low + high) / 2
      if cumulative(middle) < share { low = middle } else { high = middle }
    }
    var x = (low + high) / 2
    for _ in 0..<3 {
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      x -= (cumulative(x) - share) / density
    }
    return x
  }
}

/// The few functions that p-values need and the C library lacks, or has with a global.
package enum SpecialFunctions {
  /// ln Γ(x) for x > 0: Stirling's series above 10 (eight terms, below 1e-16 relative), the
  /// recurrence Γ(x+1) = x Γ(x) below. C's `lgamma` writes a global sign, a race between threads.
  package static func logGamma(_ x: Double) -> Double {
    precondition(x > 0)
    var (shifted, product) = (x, 1.0)
    while shifted < 10 {
      product *= shifted
      shifted += 1
    }
    let terms: [Double] = [
      1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156,
      -3617.0 / 122_400,
    ]
    let inverse = 1 / (shifted * shifted)
    let series = terms.reversed().reduce(0.0) { $0 * inverse + $1 } / shifted
    let stirling: Double = (shifted - 0.5) * log(shifted) - shifted
    return stirling + 0.5 * log(2 * Double.pi) + series - log(product)
  }

  /// Q(a, x) = Γ(a, x) / Γ(a), the upper regularised gamma function, for a > 0 and x ≥ 0: the power
  /// series of P = 1 − Q below a + 1, Legendre's continued fraction above (Abramowitz and Stegun
  /// 6.5.29 and 6.5.31, the latter by Lentz's method).
  package static func upperGamma(_ a: Double, _ x: Double) -> Double {
    precondition(a > 0 && x >= 0)
    guard x > 0 else { return 1 }
    guard x.isFinite else { return 0 }
    let scale = exp(a * log(x) - x - logGamma(a))
    return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x)
  }

  /// Σ xⁿ / (a (a+1) … (a+n)).
  private static func lowerSeries(_ a: Double, _ x: Double) -> Double {
    var (term, sum, denominator) = (1 / a, 1 / a, a)
    while term > sum * 1e-17 {
      denominator += 1
      term *= x / denominator
      sum += term
    }
    return sum
  }

  /// 1 / (x + 1 − a − 1(1−a) / (x + 3 − a − 2(2−a) / (x + 5 − a − …))).
  private static func upperFraction(_ a: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / b
    var result = d
    for step in 1...10_000 {
      let factor = -Double(step) * (Double(step) - a)
      b += 2
      d = 1 / nonZero(factor * d + b, tiny)
      c = nonZero(b + factor / c, tiny)
      result *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return result
  }

  private static func nonZero(_ value: Double, _ tiny: Double) -> Double {
    abs(value) < tiny ? tiny : value
  }
}
