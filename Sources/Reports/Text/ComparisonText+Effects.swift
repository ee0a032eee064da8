import Metrics
import Results

// What helped, in sentences; verdicts come from contrasts alone.
extension ComparisonText {
  /// One sentence a strategy, the best first.
  func effects() -> Section {
    let sentences = comparison.strategies.compactMap(effect)
    return Section(
      title: "What helped, and at what price",
      blocks: sentences.isEmpty ? [] : [.list(sentences)])
  }

  /// The figures that a sentence names, the comparison's own first.
  private var told: [HeadlineFigure] {
    var all: [HeadlineFigure] = [.macroRecall, .fewRecall, .mediumRecall, .manyRecall, .accuracy]
    all.removeAll { $0 == comparison.metric }
    return [comparison.metric] + all
  }

  /// `oversampling: macro recall +11.0 (+7.3 to +14.6) higher; not distinguishable: accuracy +2.2 (…);
  /// 2 of 6 classes gain …`.
  func effect(of strategy: StrategySummary) -> String? {
    let contrasts = told.compactMap { figure in
      comparison.contrast(of: strategy, in: figure).map { (figure: figure, contrast: $0) }
    }
    guard !contrasts.isEmpty else { return nil }
    let differences = contrasts.filter(\.contrast.verdict.isDifference)
    var parts = differences.map { one in
      "\(part(one.figure, one.contrast)) \(one.contrast.verdict.words)"
    }
    for verdict in [Verdict.unclear, .unknown] {
      let others = contrasts.filter { $0.contrast.verdict == verdict }
      guard !others.isEmpty else { continue }
      let list = others.map { part($0.figure, $0.contrast) }.joined(separator: ", ")
      parts.append("\(title(verdict, others.map(\.contrast.pairs).max() ?? 0)): \(list)")
    }
    let pairs = strategy.differences[.accuracy]?.replicas.count ?? 0
    let all = comparison.replicas.count
    if pairs < all { parts.append("over \(pairs) of \(all) seeds") }
    return "\(strategy.name): " + (parts + [classes(of: strategy)]).joined(separator: "; ") + "."
  }

  private func title(_ verdict: Verdict, _ pairs: Int) -> String {
    verdict == .unknown && pairs == 1 ? "not known from one seed" : verdict.words
  }

  /// `macro recall +11.0 (+7.3 to +14.6)`.
  private func part(_ figure: HeadlineFigure, _ contrast: Contrast) -> String {
    let text = "\(figure.title) \(figures.difference(contrast.mean, of: figure))"
    return contrast.seedInterval.map { "\(text) (\(range($0, of: figure)))" } ?? text
  }

  /// `+7.3 to +14.6`.
  func range(_ interval: ClosedRange<Double>, of figure: HeadlineFigure) -> String {
    figures.difference(interval.lowerBound, of: figure) + " to "
      + figures.difference(interval.upperBound, of: figure)
  }

  private func classes(of strategy: StrategySummary) -> String {
    let changes = zip(comparison.classes, strategy.classes).compactMap { row, figures in
      figures.top1Change.map { (name: row.name, change: $0) }
    }
    if changes.allSatisfy({ $0.change.contrast.verdict == .unknown }) {
      return "of single classes nothing is known"
    }
    let gains = changes.filter { $0.change.mark == .gain }
    let losses = changes.filter { $0.change.mark == .loss }
    if gains.isEmpty && losses.isEmpty {
      return "no class of \(changes.count) is distinguishable"
    }
    var text = "\(gains.count) of \(changes.count) classes gain"
    if let best = gains.max(by: { $0.change.mean < $1.change.mean }) {
      text += " (most: \(best.name) \(figures.points(best.change.mean)))"
    }
    text += ", \(losses.count) lose"
    if let worst = losses.min(by: { $0.change.mean < $1.change.mean }) {
      text += " (most: \(worst.name) \(figures.points(worst.change.mean)))"
    }
    return text
  }

  /// How verdicts and marks are found, in one place for all texts.
  var rule: String {
    let strategies = Figures.count(comparison.comparisons, "strategy", "strategies")
    return "Intervals are of Student's t over matched seeds, 95 % for all \(strategies) together "
      + "(\(style.unicode ? "Šidák" : "Sidak")). How seeds differ is estimated from all strategies and the "
      + "baseline together, each moderated by the others. A difference is called higher or lower where "
      + "its interval leaves zero out, and \"on these images\" where the luck of the test images, at most "
      + "that of independent ones, could undo it."
  }

  /// What the marks beside classes mean.
  var markRule: String {
    let cells = comparison.strategies.reduce(0) { sum, strategy in
      sum + strategy.classes.count { $0.top1Change?.contrast.seedInterval != nil }
    }
    guard cells > 0 else { return "Without two matched seeds no class is marked." }
    return "\(style.sign(of: .gain)) more and \(style.sign(of: .loss)) less than "
      + "\(comparison.baseline ?? "the baseline") by what another seed of it would hardly give: of "
      + "all marks among \(Figures.grouped(cells)) cells at most one in twenty is false (Benjamini "
      + "and Hochberg)."
  }
}
