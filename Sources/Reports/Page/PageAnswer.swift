import Drawing
import Metrics
import Results

/// The head of a page: what the runs answer, in sentences made of the same numbers as the pictures.
enum PageAnswer {
  static func question(of comparison: Comparison) -> String {
    comparison.strategies.contains { $0.metrics[.fewRecall] != nil }
      ? "What helps the rare classes, and what does it cost the frequent ones?"
      : "What does each strategy change, and for which classes?"
  }

  static func answer(in context: PageContext) -> Markup {
    let writer = AnswerWriter(context)
    return
      "\(writer.warning)<p class=\"lede\">\(writer.lede)</p>\(writer.facts)\(writer.three)\(writer.sentences)"
  }
}

/// Strategies that see what the baseline sees, and those with settings of their own: they answer another
/// question, and stand apart in every picture.
struct StrategyBlocks {
  let same: [StrategySummary]
  let others: [StrategySummary]

  /// Each in the comparison's order; the baseline is among the first.
  init(_ comparison: Comparison) {
    same = comparison.strategies.filter { $0.isBaseline || $0.overrides.isEmpty }
    others = comparison.strategies.filter { !$0.isBaseline && !$0.overrides.isEmpty }
  }

  /// Both, without an empty one.
  var all: [(title: String, strategies: [StrategySummary])] {
    [("", same), ("With settings of their own", others)].filter { !$0.1.isEmpty }
  }
}

private struct AnswerWriter {
  let comparison: Comparison
  /// Of headings.
  let level: Int
  let text: ComparisonText
  let figures: Figures
  let blocks: StrategyBlocks

  init(_ context: PageContext) {
    (comparison, level) = (context.comparison, context.headingLevel)
    text = ComparisonText(comparison, TextStyle(), showsNotes: false)
    figures = text.figures
    blocks = StrategyBlocks(comparison)
  }

  private var metric: HeadlineFigure { comparison.metric }
  private var unit: String { metric.isShare ? " points" : "" }

  /// Contrasts of strategies with the baseline's inputs, the best first.
  private var contrasts: [(strategy: StrategySummary, contrast: Contrast)] {
    blocks.same.compactMap { strategy in
      comparison.contrast(of: strategy, in: metric).map { (strategy, $0) }
    }
  }

  /// Whether a contrast is a difference in the good direction.
  private func isGood(_ contrast: Contrast, _ figure: HeadlineFigure) -> Bool? {
    contrast.verdict.isHigher.map { $0 != figure.lowerIsBetter }
  }

  private func name(_ strategy: StrategySummary) -> Markup {
    "<b dir=\"auto\">\(strategy.name)</b>"
  }

  private func amount(_ contrast: Contrast, of figure: HeadlineFigure) -> Markup {
    let mean = figures.difference(contrast.mean, of: figure)
    guard let interval = contrast.seedInterval else { return "<span class=\"nb\">\(mean)</span>" }
    return "<span class=\"nb\">\(mean)</span> (\(text.range(interval, of: figure)))"
  }

  // MARK: The first sentence

  var lede: Markup {
    let baseline = comparison.baseline ?? ""
    guard comparison.comparisons > 0, let best = contrasts.first else {
      return """
        \(comparison.strategies.count) strategies, without a baseline that they could be compared with: \
        no difference is formed.
        """
    }
    let count = Figures.count(contrasts.count, "strategy", "strategies")
    if contrasts.allSatisfy({ $0.contrast.verdict == .unknown }) {
      return """
        <b>Nothing can be told from these runs yet</b>: with \(best.contrast.pairs == 1 ? "one seed" : "these seeds") \
        a strategy, \(metric.title) differs from \(baseline) by what the luck of the seed may be. The largest \
        difference among \(count) is that of \(name(best.strategy)), \(amount(best.contrast, of: metric))\(unit). \
        Three seeds are the least that help: <code>seeds: 3</code>.
        """
    }
    guard isGood(best.contrast, metric) == true else {
      return """
        <b>No strategy is distinguishable from \(baseline) for the better</b> in \(metric.title). The \
        largest difference among \(count) is that of \(name(best.strategy)), \
        \(amount(best.contrast, of: metric))\(unit).
        """
    }
    let verb = metric.lowerIsBetter ? "lowers" : "raises"
    let pair = best.strategy.differences[metric]
    return """
      \(name(best.strategy)) \(verb) \(metric.title) most among the \(count) with the baseline’s inputs: from \
      \(figures.value(pair?.baselineMean, of: metric)) to \(figures.value(pair?.ownMean, of: metric)), by \
      \(amount(best.contrast, of: metric))\(unit)\(best.contrast.verdict == .higherHere || best.contrast.verdict == .lowerHere ? ", on these test images" : "").\
      \(sides(of: best.strategy))
      """
  }

  private func sides(of strategy: StrategySummary) -> Markup {
    let parts = [HeadlineFigure.fewRecall, .manyRecall].compactMap { figure -> Markup? in
      guard let contrast = comparison.contrast(of: strategy, in: figure) else { return nil }
      return
        "On the \(figure.title)-shot classes it changes \(amount(contrast, of: figure)): \(contrast.verdict.words)."
    }
    return parts.isEmpty ? "" : " " + parts.joined(separator: " ")
  }

  // MARK: Facts

  var facts: Markup {
    let train = comparison.classes.reduce(0) { $0 + $1.trainCounts.upperBound }
    let test = comparison.classes.reduce(0) { $0 + $1.support.upperBound }
    let done = comparison.strategies.reduce(0) { $0 + $1.runs.count }
    let failed = comparison.unfinished.count { $0.status == .failed || $0.status == .diverged }
    let seen = comparison.strategies.flatMap(\.imagesSeen)
    let hours = comparison.strategies.flatMap(\.runs).compactMap(\.seconds).reduce(0, +)
    var items: [(String, Markup, Markup)] = [
      (
        "Data set", "<span dir=\"auto\">\(comparison.dataset)</span>",
        "\(comparison.classes.count) classes, \(Figures.grouped(train)) training and \(Figures.grouped(test)) test images"
      )
    ]
    if let factor = comparison.imbalanceFactor {
      let most = comparison.classes.map(\.trainCounts.upperBound).max() ?? 0
      let least = comparison.classes.map(\.trainCounts.lowerBound).min() ?? 0
      items.append(
        (
          "Imbalance", "\(Figures.fixed(factor, 1)) : 1",
          "\(Figures.grouped(most)) to \(Figures.grouped(least)) training images"
        ))
    }
    let (low, high) = (seen.min() ?? 0, seen.max() ?? 0)
    items.append(
      (
        "Budget",
        "\(low == high ? Figures.grouped(low) : "\(Figures.grouped(low))–\(Figures.grouped(high))")",
        "images seen in training a run"
      ))
    items.append(
      (
        "Runs", "\(done) of \(comparison.runCount) done",
        "\(failed) failed or diverged, \(comparison.unfinished.count - failed) not done; \(Figures.duration(hours)) of computing"
      ))
    let seeds = comparison.seeds.count
    let folds = comparison.foldCount
    items.append(
      (
        "Seeds", "\(seeds)\(folds > 0 ? " × \(folds) folds" : "")",
        "each run paired with the baseline’s of the same seed\(folds > 0 ? " and fold" : "")"
      ))
    let list = items.map { "<li><i>\($0.0)</i><b>\($0.1)</b><span>\($0.2)</span></li>" as Markup }
    return "<ul class=\"facts\">\(list.joined())</ul>"
  }

  // MARK: Helps, costs, not shown

  var three: Markup {
    guard comparison.comparisons > 0 else { return "" }
    return """
      <div class="three"><section><h\(level)><span class="mk">▲</span> Helps</h\(level)><p>\(helps)</p></section>
      <section><h\(level)><span class="mk">▼</span> Costs</h\(level)><p>\(costs)</p></section>
      <section><h\(level)><span class="mk">≈</span> Not shown</h\(level)><p>\(unknown)</p></section></div>
      """
  }

  private func listed(
    _ found: [(strategy: StrategySummary, contrast: Contrast)], of figure: HeadlineFigure
  ) -> Markup {
    let shown = found.prefix(3).map { one -> Markup in
      "\(name(one.strategy)) \(figures.difference(one.contrast.mean, of: figure))"
    }
    let rest = found.count > 3 ? " and \(found.count - 3) more" : ""
    return shown.joined(separator: ", ") + "\(rest)"
  }

  private var helps: Markup {
    let good = contrasts.filter { isGood($0.contrast, metric) == true }
    guard !good.isEmpty else {
      return "None of \(contrasts.count) is better than the baseline by more than seeds explain."
    }
    return """
      \(good.count) of \(contrasts.count) \(good.count == 1 ? "is" : "are") better than the baseline in \
      \(metric.title) by more than seeds explain: \(listed(good, of: metric)).
      """
  }

  private var costs: Markup {
    let worse = contrasts.filter { isGood($0.contrast, metric) == false }
    let many = blocks.same.compactMap { strategy in
      comparison.contrast(of: strategy, in: .manyRecall).map { (strategy: strategy, contrast: $0) }
    }.filter { $0.contrast.verdict.isHigher == false }.sorted {
      $0.contrast.mean < $1.contrast.mean
    }
    var parts: [Markup] = []
    if !many.isEmpty {
      parts.append(
        "\(many.count) lose on the many-shot classes: \(listed(many, of: .manyRecall)).")
    }
    if !worse.isEmpty {
      let sorted = Array(worse.reversed())
      parts.append("\(worse.count) fall behind the baseline: \(listed(sorted, of: metric)).")
    }
    guard parts.isEmpty else { return parts.joined(separator: " ") }
    return "No loss that seeds cannot explain, neither over all nor on the many-shot classes."
  }

  private var unknown: Markup {
    let open = contrasts.count {
      $0.contrast.verdict == .unclear || $0.contrast.verdict == .unknown
    }
    var text: Markup = "\(open) of \(contrasts.count) cannot be told from the baseline."
    let pairs = contrasts.map(\.contrast.pairs).max() ?? 0
    if let least = comparison.detectable(seeds: pairs) {
      text +=
        " \(pairs) seeds show differences from about \(figures.difference(least, of: metric))\(unit) on."
    }
    if let image = comparison.imageOfTheFew {
      let few = comparison.classes.filter { $0.group == .few }.reduce(0) {
        $0 + $1.support.upperBound
      }
      text +=
        " The few group has \(few) test images: one of them moves its recall by up to \(figures.percent(image)) points."
    }
    return text
  }

  // MARK: What must be known first, and every strategy in a sentence

  var warning: Markup {
    let remarks = comparison.remarks(dash: "–").map(\.text)
    guard !remarks.isEmpty else { return "" }
    let items = remarks.map { "<li dir=\"auto\">\($0)</li>" as Markup }
    return """
      <div class="warn"><p>Before the figures are believed</p><ul>\(items.prefix(6).joined())</ul>\
      \(items.count > 6 ? "<details><summary>\(items.count - 6) more</summary><ul>\(items.dropFirst(6).joined())</ul></details>" as Markup : "")</div>
      """
  }

  var sentences: Markup {
    let all = comparison.strategies.compactMap(text.effect)
    guard !all.isEmpty else { return "" }
    return """
      <details class="fold"><summary>One sentence a strategy (\(all.count))</summary><ul class="sent">\
      \(all.map { "<li dir=\"auto\">\($0)</li>" as Markup }.joined())</ul></details>
      """
  }
}
