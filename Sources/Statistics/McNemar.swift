#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// McNemar's test of two models on the same images, exact and two-sided (McNemar 1947).
///
/// Only images count that exactly one of the two gets right. Under the null hypothesis each is a
/// fair coin: p = min(1, 2 · P(X ≤ min(b, c))), X binomial with b + c tosses.
public struct McNemar: Hashable, Sendable {
  /// Images that only the first model gets right.
  public let onlyFirst: Int
  /// Images that only the second model gets right.
  public let onlySecond: Int

  /// A test of two counts of at least 0.
  public init(onlyFirst: Int, onlySecond: Int) {
    precondition(onlyFirst >= 0 && onlySecond >= 0)
    (self.onlyFirst, self.onlySecond) = (onlyFirst, onlySecond)
  }

  /// 1 when the models agree on every image.
  public var pValue: Double {
    let tosses = onlyFirst + onlySecond
    guard onlyFirst != onlySecond else { return 1 }
    // From the largest term down; in logarithms, since 2^−n underflows beyond a thousand tosses.
    let scale = SpecialFunctions.logGamma(Double(tosses) + 1) - Double(tosses) * log(2.0)
    var sum = 0.0
    for heads in stride(from: min(onlyFirst, onlySecond), through: 0, by: -1) {
      let term = exp(
        scale - SpecialFunctions.logGamma(Double(heads) + 1)
          - SpecialFunctions.logGamma(Double(tosses - heads) + 1))
      sum += term
      if term < sum * 1e-17 { break }
    }
    return min(1, 2 * sum)
  }
}
