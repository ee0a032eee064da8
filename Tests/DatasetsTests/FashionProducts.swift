import Foundation
import Testing

/// Kaggle's "Fashion Product Images", which lies beside the project where it lies at all.
enum FashionProducts {
  static let root =
    ProcessInfo.processInfo.environment["POISE_FASHION_PRODUCTS"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/shared/data/fashion"

  static let isPresent = FileManager.default.fileExists(atPath: root + "/styles.csv")

  static let absence: Comment =
    "no styles.csv where POISE_FASHION_PRODUCTS says, or beside the project"

  /// Lines of the original table with unescaped commas in the last column.
  static let linesWithCommas = [
    6044, 6569, 7399, 7939, 9026, 10264, 10427, 10905, 11373, 11945, 14112, 14532, 15076, 29906,
    31625, 33020, 35748, 35962, 37770, 38105, 38275, 38404,
  ]
}
