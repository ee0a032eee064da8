import Metrics

/// What a comparison comes to: who helps, who costs, and what is not shown. Strategies with settings of
/// their own answer another question and are left out.
struct Findings {
  typealias Finding = (strategy: StrategySummary, contrast: Contrast)

  let comparison: Comparison
  /// Of strategies with the baseline's inputs, the best first.
  let contrasts: [Finding]

  init(_ comparison: Comparison) {
    self.comparison = comparison
    contrasts = StrategyBlocks(comparison).same.compactMap { strategy in
      comparison.contrast(of: strategy, in: comparison.metric).map { (strategy, $0) }
    }
  }

  /// Whether a contrast is a difference for the better (`true`) or for the worse; `nil` for none.
  func isGood(_ contrast: Contrast) -> Bool? {
    contrast.verdict.isHigher.map { $0 != comparison.metric.lowerIsBetter }
  }

  /// Better than the baseline, the best first.
  var better: [Finding] { contrasts.filter { isGood($0.contrast) == true } }

  /// Worse than the baseline, the worst first.
  var worse: [Finding] { contrasts.filter { isGood($0.contrast) == false }.reversed() }

  /// Those that lose on the many-shot classes, the worst first.
  var losesHead: [Finding] {
    contrasts.compactMap { one in
      comparison.contrast(of: one.strategy, in: .manyRecall).map { (one.strategy, $0) }
    }.filter { $0.1.verdict.isHigher == false }.sorted { $0.1.mean < $1.1.mean }
  }

  /// How many cannot be told from the baseline.
  var open: Int { contrasts.count { !$0.contrast.verdict.isDifference } }

  /// Whether nothing is known of how seeds differ.
  var knowsNothing: Bool { contrasts.allSatisfy { $0.contrast.verdict == .unknown } }

  /// Pairs of the strategy with most.
  var pairs: Int { contrasts.map(\.contrast.pairs).max() ?? 0 }
}
