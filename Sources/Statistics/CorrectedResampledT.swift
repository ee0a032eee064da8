/// The corrected resampled t test of paired differences, for splits that share training examples
/// (Nadeau and Bengio, "Inference for the Generalization Error", Machine Learning 52, 2003).
///
/// Results of folds, or of repeated random splits, are not independent, because their training sets
/// overlap: a plain t test of them finds differences far too often. Here the variance of the mean is
///
///     (1 / n + n_test / n_train) · s²
///
/// in place of s² / n, with n splits and s² the sample variance of the differences; t has n − 1
/// degrees of freedom. Two-sided.
public struct CorrectedResampledT: Hashable, Sendable {
  /// Splits, at least two.
  public let splits: Int
  /// Mean of the differences.
  public let mean: Double
  /// √((1/n + n_test/n_train) s²).
  public let standardError: Double
  /// What 1/n is replaced by: 1/n + n_test/n_train.
  public let varianceFactor: Double

  /// Tests one difference a split; `nil` for fewer than two.
  ///
  /// - Parameters:
  ///   - differences: where a split was repeated with other seeds, the mean of its differences.
  ///   - testShare: n_test / n_train, test examples of a split over its training examples.
  public init?(differences: [Double], testShare: Double) {
    precondition(testShare >= 0 && testShare.isFinite, "a share of no training examples")
    let sample = Sample(differences)
    guard let mean = sample.mean, let deviation = sample.standardDeviation else { return nil }
    (splits, self.mean) = (differences.count, mean)
    varianceFactor = 1 / Double(differences.count) + testShare
    standardError = varianceFactor.squareRoot() * deviation
  }

  /// Mean over standard error; `nil` where the differences are all equal up to rounding, so that
  /// nothing is known of their spread.
  public var statistic: Double? {
    standardError > 1e-12 ? mean / standardError : nil
  }

  /// Two-sided; `nil` where ``statistic`` is.
  public var pValue: Double? {
    statistic.map { 2 * StudentT.cumulative(-abs($0), degrees: Double(splits - 1)) }
  }

  /// An interval that covers the mean difference with about the stated confidence.
  public func interval(confidence: Double = 0.95) -> ClosedRange<Double> {
    precondition(confidence > 0 && confidence < 1)
    let reach =
      -StudentT.quantile((1 - confidence) / 2, degrees: Double(splits - 1)) * standardError
    return (mean - reach)...(mean + reach)
  }
}
