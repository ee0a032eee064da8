#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What many sample variances say of each single one: with two or three seeds a variance is hardly
/// known by itself, but it is like the others.
///
/// The empirical Bayes estimate of G. K. Smyth, "Linear Models and Empirical Bayes Methods for
/// Assessing Differential Expression in Microarray Experiments" (2004), section 6.2: the true variances
/// are d₀s₀² / χ²(d₀), where d₀ and s₀² follow from mean and variance of ln s². A variance with d degrees
/// of freedom becomes (d₀s₀² + d s²) / (d₀ + d), and its t statistic has d₀ + d degrees of freedom.
///
/// Two things differ from there, both on the careful side: variances that are zero, which counts of few
/// images are now and then by chance, are left out of the logarithms, and s₀² is never less than the mean
/// of all variances; and d₀ is at most what the caller says.
public struct VariancePrior: Hashable, Sendable {
  /// d₀: what the prior is worth, in degrees of freedom.
  public let degrees: Double
  /// s₀².
  public let variance: Double

  /// - Parameters:
  ///   - variances: of samples, each with its degrees of freedom, above 0.
  ///   - limit: the most that ``degrees`` may become, such as the degrees of freedom of all variances
  ///     that do not depend on each other.
  /// - Returns: `nil` where no variance is above zero.
  public init?(_ variances: [(variance: Double, degrees: Double)], limit: Double) {
    precondition(limit >= 0 && variances.allSatisfy { $0.degrees > 0 })
    // Each counts as much as it has degrees of freedom.
    let mean =
      variances.reduce(0) { $0 + $1.variance * $1.degrees }
      / variances.reduce(0) { $0 + $1.degrees }
    guard mean > 0, mean.isFinite else { return nil }
    // Differences that are equal on paper differ in the last bit: what is left is no spread.
    let positive = variances.filter { $0.variance > 1e-9 * mean }
    guard positive.count > 1 else {
      (degrees, variance) = (0, mean)
      return
    }
    let logs = Sample(
      positive.map {
        log($0.variance) - SpecialFunctions.digamma($0.degrees / 2) + log($0.degrees / 2)
      })
    let sampling = Sample(positive.map { SpecialFunctions.trigamma($0.degrees / 2) }).mean ?? 0
    let deviation = logs.standardDeviation ?? 0
    let excess = deviation * deviation - sampling
    guard excess > 0 else {
      (degrees, variance) = (limit, mean)
      return
    }
    let found = 2 * SpecialFunctions.inverseTrigamma(excess)
    let centre = exp((logs.mean ?? 0) + SpecialFunctions.digamma(found / 2) - log(found / 2))
    (degrees, variance) = (min(found, limit), max(centre, mean))
  }

  /// A variance in the light of the others, and its degrees of freedom.
  ///
  /// - Parameters:
  ///   - variance: of a sample, at least 0.
  ///   - own: its degrees of freedom.
  ///   - limit: the most degrees of freedom that the result may have.
  public func posterior(
    of variance: Double, degrees own: Double, limit: Double
  ) -> (variance: Double, degrees: Double) {
    let moderated = (degrees * self.variance + own * variance) / (degrees + own)
    return (moderated, max(own, min(degrees + own, limit)))
  }
}
