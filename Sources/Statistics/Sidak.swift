#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The correction of Z. Šidák, "Rectangular Confidence Regions for the Means of Multivariate Normal
/// Distributions", JASA 62 (1967): intervals that hold all together.
public enum Sidak {
  /// The error rate of each of `count` intervals with which all of them hold at `level`:
  /// 1 − (1 − level)^(1/count).
  public static func level(_ level: Double, count: Int) -> Double {
    -expm1(log1p(-level) / Double(max(count, 1)))
  }

  /// 1 − (1 − p)^count: a p-value after the correction.
  public static func adjust(_ p: Double, count: Int) -> Double {
    p >= 1 ? 1 : -expm1(log1p(-p) * Double(max(count, 1)))
  }
}
