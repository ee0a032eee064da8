import Metrics

/// A figure that stands for a whole run, under the name that options and files use.
public enum HeadlineMetric: String, Codable, CaseIterable, Sendable {
  case macroRecall = "macro_recall"
  case accuracy
  case macroF1 = "macro_f1"
  case top5
  case macroTop5 = "macro_top5"
  case weightedF1 = "weighted_f1"
  case gMean = "g_mean"
  case mcc
  case worstRecall = "worst_recall"
  case manyRecall = "many_recall"
  case mediumRecall = "medium_recall"
  case fewRecall = "few_recall"
  case ece
  case loss

  /// The figure, or `nil` where it is undefined.
  public func value(of headline: HeadlineMetrics) -> Double? {
    let value =
      switch self {
      case .macroRecall: headline.balancedAccuracy
      case .accuracy: headline.accuracy
      case .macroF1: headline.macroF1
      case .top5: headline.top5
      case .macroTop5: headline.macroTop5
      case .weightedF1: headline.weightedF1
      case .gMean: headline.gMean
      case .mcc: headline.mcc
      case .worstRecall: headline.worstRecall
      case .manyRecall: headline.recallMany
      case .mediumRecall: headline.recallMedium
      case .fewRecall: headline.recallFew
      case .ece: headline.ece
      case .loss: headline.loss
      }
    return value.flatMap { $0.isFinite ? $0 : nil }
  }

  /// How a sentence calls it.
  public var title: String {
    switch self {
    case .macroRecall: "macro recall"
    case .accuracy: "accuracy"
    case .macroF1: "macro F1"
    case .top5: "top-5 accuracy"
    case .macroTop5: "macro top-5"
    case .weightedF1: "weighted F1"
    case .gMean: "G-mean"
    case .mcc: "MCC"
    case .worstRecall: "worst class"
    case .manyRecall: "many"
    case .mediumRecall: "medium"
    case .fewRecall: "few"
    case .ece: "ECE"
    case .loss: "loss"
    }
  }

  /// How a narrow column calls it.
  public var columnTitle: String {
    switch self {
    case .macroRecall: "recall"
    case .top5: "top-5"
    case .macroTop5: "mac.top5"
    case .weightedF1: "wtd. F1"
    case .worstRecall: "worst"
    default: title
    }
  }

  /// Shown as percent with one decimal; the others with three decimals.
  public var isShare: Bool { self != .mcc && self != .loss }

  /// Whether a smaller figure is the better one.
  public var lowerIsBetter: Bool { self == .ece || self == .loss }
}
