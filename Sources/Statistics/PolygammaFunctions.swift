#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension SpecialFunctions {
  /// ψ(x) = d ln Γ(x) / dx for x > 0: the recurrence ψ(x) = ψ(x + 1) − 1/x up to 10, from there the
  /// asymptotic series (Abramowitz and Stegun 6.3.5 and 6.3.18).
  package static func digamma(_ x: Double) -> Double {
    precondition(x > 0)
    var (shifted, sum) = (x, 0.0)
    while shifted < 10 {
      sum -= 1 / shifted
      shifted += 1
    }
    let inverse = 1 / (shifted * shifted)
    let terms: [Double] = [
      1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32_760, 1.0 / 12,
    ]
    let series = terms.reversed().reduce(0.0) { ($0 + $1) * inverse }
    return sum + log(shifted) - 0.5 / shifted - series
  }

  /// ψ′(x) for x > 0: ψ′(x) = ψ′(x + 1) + 1/x² up to 10, from there the asymptotic series
  /// (Abramowitz and Stegun 6.4.6 and 6.4.12).
  package static func trigamma(_ x: Double) -> Double {
    precondition(x > 0)
    var (shifted, sum) = (x, 0.0)
    while shifted < 10 {
      sum += 1 / (shifted * shifted)
      shifted += 1
    }
    let inverse = 1 / (shifted * shifted)
    let terms: [Double] = [
      1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6,
    ]
    let series = terms.reversed().reduce(0.0) { ($0 + $1) * inverse }
    return sum + 1 / shifted + 0.5 * inverse + series / shifted
  }

  /// The x > 0 with ψ′(x) = `value`, for a value above zero, by bisection on the logarithm of x; ψ′
  /// falls from infinity to zero.
  package static func inverseTrigamma(_ value: Double) -> Double {
    precondition(value > 0)
    var (low, high) = (log(1e-9), log(1e12))
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if trigamma(exp(middle)) > value { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}
