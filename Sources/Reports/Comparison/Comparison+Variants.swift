import Metrics

// A strategy whose settings were swept is one strategy, and has one place in a ranking.
extension Comparison {
  /// The same comparison with one variant a strategy: the one with the highest mean of its runs on
  /// validation. What is best on test would be chosen by what it is judged by.
  ///
  /// Intervals and corrections stay those of all variants. A strategy of which some variant has no
  /// figure on validation keeps all of them, as the baseline does. A remark names what was chosen, how
  /// many were tried and the range of their test figures; another one says where strategies were tuned
  /// unequally.
  ///
  /// - Parameter validation: macro recall on the validation split, by run.
  public func representing(by validation: [Int64: Double]) -> Comparison {
    var shown = self
    var remarks: [String] = []
    var tried: [(label: String, count: Int)] = []
    for label in labels {
      let variants = strategies.filter { $0.strategy == label }
      if !variants[0].isBaseline { tried.append((label, variants.count)) }
      guard variants.count > 1, !variants.contains(where: \.isBaseline) else { continue }
      let means = variants.compactMap { variant -> (variant: StrategySummary, mean: Double)? in
        let values = variant.runs.compactMap { validation[$0.id] }
        guard !values.isEmpty, values.count == variant.runs.count else { return nil }
        return (variant, values.reduce(0, +) / Double(values.count))
      }
      guard means.count == variants.count, let best = means.max(by: { $0.mean < $1.mean }) else {
        remarks.append(
          "\(label): all \(variants.count) variants are shown, since some have no figure on validation "
            + "to choose by")
        continue
      }
      shown.strategies.removeAll { $0.strategy == label && $0.name != best.variant.name }
      remarks.append(chosen(best.variant, best.mean, among: variants))
    }
    let most = tried.max { $0.count < $1.count }
    if let most, most.count > 1, let least = tried.min(by: { $0.count < $1.count }),
      least.count < most.count
    {
      remarks.append(
        "tuning is unequal: \(most.label) was tried in \(most.count) variants, \(least.label) in "
          + "\(least.count)")
    }
    shown.own += remarks.map { Remark(.variants, $0) }
    return shown
  }

  /// Labels in the order of their best strategy.
  private var labels: [String] {
    strategies.map(\.strategy).reduce(into: []) { labels, label in
      if !labels.contains(label) { labels.append(label) }
    }
  }

  private func chosen(
    _ best: StrategySummary, _ mean: Double, among variants: [StrategySummary]
  ) -> String {
    let figures = Figures(TextStyle(unicode: false))
    let tests = variants.compactMap { $0.metrics[metric]?.mean }
    let range =
      tests.min().flatMap { low in
        tests.max().map { "\(figures.value(low, of: metric)) to \(figures.value($0, of: metric))" }
      } ?? "unknown"
    return "\(best.strategy): \(best.variant) stands for \(variants.count) variants, the best on "
      + "validation (macro recall \(figures.percent(mean)), mean over seeds); their test "
      + "\(metric.title): \(range)"
  }
}
