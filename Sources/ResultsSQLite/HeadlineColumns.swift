import GRDB
import Metrics

/// Which columns hold which headline figure: `run` has the test split's, `epoch` the validation
/// split's under `val_…`.
enum HeadlineColumns {
  private static let figures:
    [(name: String, path: WritableKeyPath<HeadlineMetrics, Double?> & Sendable)] = [
      ("accuracy", \.accuracy), ("top5", \.top5), ("balanced_accuracy", \.balancedAccuracy),
      ("macro_top5", \.macroTop5), ("macro_f1", \.macroF1), ("weighted_f1", \.weightedF1),
      ("g_mean", \.gMean), ("mcc", \.mcc), ("worst_recall", \.worstRecall), ("ece", \.ece),
      ("recall_many", \.recallMany), ("recall_medium", \.recallMedium), ("recall_few", \.recallFew),
    ]

  /// Column → value for the test split. Everything is `NULL` without a headline.
  static func test(_ headline: HeadlineMetrics?) -> [(String, DatabaseValue)] {
    columns(headline, prefix: "", counts: "test_", loss: "test_loss")
  }

  /// Column → value for the validation split.
  static func validation(_ headline: HeadlineMetrics?) -> [(String, DatabaseValue)] {
    columns(headline, prefix: "val_", counts: "val_", loss: "val_loss")
  }

  /// The test split's headline of a row of `run`.
  static func test(of row: Row) -> HeadlineMetrics? {
    headline(of: row, prefix: "", counts: "test_", loss: "test_loss")
  }

  /// The validation split's headline of a row of `epoch`.
  static func validation(of row: Row) -> HeadlineMetrics? {
    headline(of: row, prefix: "val_", counts: "val_", loss: "val_loss")
  }

  private static func columns(
    _ headline: HeadlineMetrics?, prefix: String, counts: String, loss: String
  ) -> [(String, DatabaseValue)] {
    [
      ("\(counts)images", (headline?.images).databaseValue),
      ("\(counts)unseen_images", (headline?.unseenImages).databaseValue),
      (loss, finite(headline?.loss).databaseValue),
    ]
      + figures.map { (prefix + $0.name, finite(headline?[keyPath: $0.path]).databaseValue) }
  }

  private static func headline(
    of row: Row, prefix: String, counts: String, loss: String
  ) -> HeadlineMetrics? {
    guard let images: Int = row["\(counts)images"] else { return nil }
    var headline = HeadlineMetrics(images: images, unseenImages: row["\(counts)unseen_images"] ?? 0)
    headline.loss = row[loss]
    for figure in figures { headline[keyPath: figure.path] = row[prefix + figure.name] }
    return headline
  }
}

/// `NULL` for NaN and infinities: undefined is never a number.
func finite(_ value: Double?) -> Double? {
  value.flatMap { $0.isFinite ? $0 : nil }
}
