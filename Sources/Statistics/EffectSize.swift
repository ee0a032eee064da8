#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Differences in units of a standard deviation.
package enum EffectSize {
  /// Hedges' J(m) = Γ(m/2) / (√(m/2) Γ((m−1)/2)) for m ≥ 2 degrees of freedom: what Cohen's d is
  /// multiplied by to be unbiased.
  package static func correction(degrees: Int) -> Double {
    precondition(degrees >= 2, "the correction is defined from two degrees of freedom on")
    let m = Double(degrees)
    return exp(SpecialFunctions.logGamma(m / 2) - SpecialFunctions.logGamma((m - 1) / 2))
      / (m / 2).squareRoot()
  }
}
