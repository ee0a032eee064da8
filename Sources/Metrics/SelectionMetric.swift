/// Which validation figure chooses the best epoch. Larger is better for all of them.
public enum SelectionMetric: String, Codable, CaseIterable, Sendable {
  case macroRecall = "macro_recall"
  case accuracy
  case macroF1 = "macro_f1"
  case gMean = "g_mean"
  case worstRecall = "worst_recall"
  case fewRecall = "few_recall"
  /// The negated validation loss.
  case negativeLoss = "negative_loss"

  /// The headline figure behind it.
  public var figure: HeadlineFigure {
    switch self {
    case .macroRecall: .macroRecall
    case .accuracy: .accuracy
    case .macroF1: .macroF1
    case .gMean: .gMean
    case .worstRecall: .worstRecall
    case .fewRecall: .fewRecall
    case .negativeLoss: .loss
    }
  }

  /// The figure, negated where a smaller one is better; `nil` where it is undefined.
  public func value(of headline: HeadlineMetrics) -> Double? {
    headline[figure].map { figure.lowerIsBetter ? -$0 : $0 }
  }
}
