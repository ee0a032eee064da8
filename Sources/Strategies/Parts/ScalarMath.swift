#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// eˣ
func exponential(_ x: Double) -> Double { exp(x) }

/// eˣ − 1, exact near 0.
func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }

/// ln x
func naturalLogarithm(_ x: Double) -> Double { log(x) }

/// ln(1 + x), exact near 0.
func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }

/// sin x
func sine(_ x: Double) -> Double { sin(x) }

/// xʸ
func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }

extension [Double] {
  /// Scaled so that the sum is 1; all 0 where the sum is.
  func normalized() -> [Double] {
    let total = reduce(0, +)
    return total > 0 ? map { $0 / total } : map { _ in 0 }
  }
}
