import GRDB
import Metrics

/// Which columns hold the headline figures: `run` has the test split's, `epoch` the validation
/// split's. Their names are those that each figure declares.
enum HeadlineColumns {
  /// Column → value for the test split. Everything is `NULL` without a headline.
  static func test(_ headline: HeadlineMetrics?) -> [(String, DatabaseValue)] {
    columns(headline, counts: "test_", name: \.testColumn)
  }

  /// Column → value for the validation split. Everything is `NULL` without a headline.
  static func validation(_ headline: HeadlineMetrics?) -> [(String, DatabaseValue)] {
    columns(headline, counts: "val_", name: \.validationColumn)
  }

  /// The test split's headline of a row of `run`; `nil` where nothing was measured.
  static func test(of row: Row) -> HeadlineMetrics? {
    headline(of: row, counts: "test_", name: \.testColumn)
  }

  /// The validation split's headline of a row of `epoch`; `nil` where nothing was measured.
  static func validation(of row: Row) -> HeadlineMetrics? {
    headline(of: row, counts: "val_", name: \.validationColumn)
  }

  private static func columns(
    _ headline: HeadlineMetrics?, counts: String, name: KeyPath<HeadlineFigure.StoredNames, String>
  ) -> [(String, DatabaseValue)] {
    [
      ("\(counts)images", (headline?.images).databaseValue),
      ("\(counts)unseen_images", (headline?.unseenImages).databaseValue),
    ]
      + HeadlineFigure.allCases.map { figure in
        (figure.stored[keyPath: name], finite(headline?[figure]).databaseValue)
      }
  }

  private static func headline(
    of row: Row, counts: String, name: KeyPath<HeadlineFigure.StoredNames, String>
  ) -> HeadlineMetrics? {
    guard let images: Int = row["\(counts)images"] else { return nil }
    var headline = HeadlineMetrics(images: images, unseenImages: row["\(counts)unseen_images"] ?? 0)
    for figure in HeadlineFigure.allCases {
      headline[figure] = row[figure.stored[keyPath: name]]
    }
    return headline
  }
}

/// `NULL` for NaN and infinities: undefined is never a number.
func finite(_ value: Double?) -> Double? {
  value.flatMap { $0.isFinite ? $0 : nil }
}
