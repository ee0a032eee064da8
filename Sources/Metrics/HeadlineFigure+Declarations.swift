#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension HeadlineFigure {
  /// Every headline figure, in the order in which reports list them. To add one, declare it below
  /// and put it here.
  public static let allCases: [HeadlineFigure] = [
    macroRecall, accuracy, macroF1, top5, macroTop5, weightedF1, gMean, mcc, worstRecall,
    manyRecall,
    mediumRecall, fewRecall, ece, loss,
  ]

  /// Mean recall over the classes that have images (scikit-learn's `balanced_accuracy_score`).
  public static let macroRecall = HeadlineFigure(
    "macro_recall", "macro recall", narrow: "recall",
    stored: StoredNames(column: "balanced_accuracy", view: "bal_acc", record: "balancedAccuracy")
  ) { $0.mean(\.recall) }

  /// Share of images whose best guess is right: Σ correct / Σ support.
  public static let accuracy = HeadlineFigure("accuracy", "accuracy") { $0.share(\.correct) }

  /// Mean F1 over the classes that have images.
  public static let macroF1 = HeadlineFigure("macro_f1", "macro F1") { $0.mean(\.f1) }

  /// Share of images with their class among the five best guesses.
  public static let top5 = HeadlineFigure("top5", "top-5 accuracy", narrow: "top-5") {
    $0.share(\.correctTop5)
  }

  /// Mean of the classes' top-5 shares.
  public static let macroTop5 = HeadlineFigure("macro_top5", "macro top-5", narrow: "mac.top5") {
    $0.mean(\.top5)
  }

  /// F1 weighted by support: Σ support · F1 / Σ support.
  public static let weightedF1 = HeadlineFigure("weighted_f1", "weighted F1", narrow: "wtd. F1") {
    $0.classes.map { Double($0.support) * ($0.f1 ?? 0) }.reduce(0, +) / $0.images
  }

  /// Geometric mean of the recalls, each no less than ``Evaluation/recallFloor``.
  public static let gMean = HeadlineFigure("g_mean", "G-mean") {
    let logarithms = $0.values(\.recall).map { log(max($0, Evaluation.recallFloor)) }
    return exp(logarithms.reduce(0, +) / Double(logarithms.count))
  }

  /// Matthews' correlation coefficient for many classes (Gorodkin 2004).
  public static let mcc = HeadlineFigure("mcc", "MCC", isShare: false)

  /// The lowest recall of a class that has images.
  public static let worstRecall = HeadlineFigure("worst_recall", "worst class", narrow: "worst") {
    $0.values(\.recall).min()
  }

  /// Mean recall over the classes of the group `many`.
  public static let manyRecall = HeadlineFigure(
    "many_recall", "many",
    stored: StoredNames(column: "recall_many", view: "many", record: "recallMany")
  ) { $0.mean(\.recall, of: .many) }

  /// Mean recall over the classes of the group `medium`.
  public static let mediumRecall = HeadlineFigure(
    "medium_recall", "medium",
    stored: StoredNames(column: "recall_medium", view: "medium", record: "recallMedium")
  ) { $0.mean(\.recall, of: .medium) }

  /// Mean recall over the classes of the group `few`.
  public static let fewRecall = HeadlineFigure(
    "few_recall", "few",
    stored: StoredNames(column: "recall_few", view: "few", record: "recallFew")
  ) { $0.mean(\.recall, of: .few) }

  /// Expected calibration error: 15 equal-width bins, empty ones skipped (Guo et al. 2017).
  public static let ece = HeadlineFigure("ece", "ECE", lowerIsBetter: true)

  /// Mean cross-entropy of the true class, in nats.
  public static let loss = HeadlineFigure(
    "loss", "loss", isShare: false, lowerIsBetter: true,
    stored: StoredNames(
      testColumn: "test_loss", validationColumn: "val_loss", viewColumn: nil, recordKey: "loss"))
}
