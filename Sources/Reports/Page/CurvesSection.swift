import Drawing
import Metrics

/// Learning curves of all seeds.
package enum CurvesSection: SectionWriter {
  package static let style = """
    .least .picture{min-width:760px}\
    .curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:14px 10px;margin-top:16px}\
    .curves figure{margin:0;min-width:0}.curves figcaption{font-size:12.5px;overflow:hidden;\
    text-overflow:ellipsis;white-space:nowrap}.curves svg{width:100%;height:auto}
    """

  package static func section(in context: PageContext) -> PageSection? {
    let book = CurveBook(context)
    guard let picture = CurvesPicture.picture(of: book, for: .page) else { return nil }
    let small = CurveMultiples(book)
    let multiples = book.entries.enumerated().map { place, entry -> Markup in
      """
      <figure><figcaption dir="auto" title="\(entry.strategy.name)">\(entry.strategy.name)\
      </figcaption>\(small.picture(of: entry).inline(id: context.id("curve-\(place)")))</figure>
      """
    }.joined()
    let body: Markup = """
      <div class="scroll least" tabindex="0" role="group" aria-label="Learning curves">\
      \(picture.inline(id: context.id("curves-pair")))</div>\
      <p class="key">Validation \(book.metric.title)\(unit(book)) of every strategy, common axis from \
      \(small.lowest) to \(small.highest); grey: the mean of the baseline; a dot: the epoch whose \
      weights were tested; the number: the mean of the last epoch. \(lines(book))</p>\
      <div class="curves">\(multiples)</div>\(DamagedRuns.sentence(.curves, in: context))
      """
    return PageSection(
      id: context.id("curves"), title: "Curves", heading: "Learning curves", lede: lede(book),
      body: body)
  }

  private static func unit(_ book: CurveBook) -> String { book.metric.isShare ? ", %," : "" }

  private static func lines(_ book: CurveBook) -> Markup {
    let most = book.entries.map(\.runs.count).max() ?? 0
    let seeds: Markup =
      most < 2
      ? "One run each."
      : most <= CurvesPicture.fewSeeds
        ? "Seeds: solid, dashed, dotted." : "Thin lines: single runs; thick: their mean."
    guard book.lastEpoch > CurveMultiples.mostPoints else { return seeds }
    return """
      \(seeds) Of more than \(CurveMultiples.mostPoints) epochs (above: \(CurvesPicture.mostPoints)) \
      neighbouring ones are put together and their lowest and highest value drawn.
      """
  }

  private static func lede(_ book: CurveBook) -> Markup {
    var parts: [Markup] = [rising(book)]
    let phased = book.entries.filter { !$0.phases.isEmpty }
    if !phased.isEmpty {
      parts.append("Dashed: where a phase begins (\(names(phased.map(\.strategy)))).")
    }
    let rates = book.learningRates
    if rates.count > 1 {
      let first = rates.first { $0.entries.contains { $0.strategy.isBaseline } } ?? rates[0]
      let others = book.entries.filter { entry in
        !first.entries.contains { $0.strategy.name == entry.strategy.name }
      }
      parts.append("Other learning rates than the baseline: \(names(others.map(\.strategy))).")
    }
    if !book.untrained.isEmpty {
      parts.append(
        "No curve: \(names(book.untrained)) (they train nothing and reuse finished weights).")
    }
    return parts.joined(separator: " ")
  }

  private static func names(_ strategies: [StrategySummary]) -> Markup {
    let shown = strategies.prefix(8).map { strategy -> Markup in
      "<span dir=\"auto\">\(strategy.name)</span>"
    }.joined(separator: ", ")
    return strategies.count > 8 ? "\(shown) and \(strategies.count - 8) more" : shown
  }

  /// How many runs were best at their last epoch.
  private static func rising(_ book: CurveBook) -> Markup {
    let runs = book.entries.flatMap(\.runs)
    let late = runs.count { run in
      run.run.bestEpoch.map { $0 == run.epochs.last?.epoch } ?? false
    }
    let budget = Figures.count(book.lastEpoch, "epoch", "epochs")
    return """
      \(late) of \(runs.count) runs with curves were best on validation at their last epoch\
      \(late * 2 > runs.count
        ? ": with \(budget) these runs compare strategies at an early budget" : "").
      """
  }
}

/// The validation figure of each strategy, small and on one axis.
struct CurveMultiples {
  static let mostPoints = 80
  static let (width, height) = (156.0, 92.0)

  private let book: CurveBook
  private let range: ClosedRange<Double>
  private let reference: Curve?

  init(_ book: CurveBook) {
    self.book = book
    let values = book.entries.flatMap { $0.curves(book.validation).flatMap(\.defined) }
    // No room at the ends: the key names both.
    range = values.min().map { $0...values.max()! } ?? 0...1
    reference = book.entries.first { $0.strategy.isBaseline }.map {
      Curve.mean($0.curves(book.validation))
    }
  }

  private func label(_ value: Double) -> String {
    Figures(TextStyle()).value(value, of: book.metric)
  }

  var lowest: String { label(range.lowerBound) }
  var highest: String { label(range.upperBound) }

  func picture(of entry: CurveBook.Entry) -> Picture {
    let panel = Panel(
      x: 2, y: 4, width: Self.width - 40, height: Self.height - 8,
      across: 1...Double(max(book.lastEpoch, 2)), up: range)
    let tone = entry.strategy.isBaseline ? "ne" : book.comparison.tone(of: entry.strategy)
    let curves = entry.curves(book.validation)
    let isMany = curves.count > CurvesPicture.fewSeeds
    var body: Markup = """
      <path class="gr" d="M2 4h\(panel.width)M2 \(4 + panel.height)h\(panel.width)"/>
      """
    if let reference, !entry.strategy.isBaseline {
      let path = reference.thinned(to: Self.mostPoints).path(panel.horizontal, panel.vertical)
      body += "<path class=\"lba\" stroke-width=\"2.4\" stroke-opacity=\".6\" d=\"\(path)\"/>"
    }
    for (seed, curve) in curves.enumerated() {
      let path = curve.thinned(to: Self.mostPoints).path(panel.horizontal, panel.vertical)
      let dash = CurvePanel.dashes[seed % 5]
      let style: Markup =
        isMany
        ? " stroke-opacity=\".4\"" : dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
      body += """
        <path class="l\(tone)" stroke-width="\(isMany ? 0.7 : 1.4)"\(style) \
        stroke-linecap="round" d="\(path)"/>
        """
    }
    body += isMany ? mean(curves, panel, tone) : tested(entry, panel, tone)
    if let last = Curve.mean(curves).last {
      let y = min(max(panel.vertical(last), 10), Self.height - 6)
      body += "<text class=\"t\" x=\"\(panel.width + 7)\" y=\"\(y + 3.8)\">\(label(last))</text>"
    }
    return Picture(
      width: Self.width, height: Self.height, title: "Validation of \(entry.strategy.name)",
      summary: "\(book.metric.title) by epoch, \(Figures.count(curves.count, "run", "runs")).",
      body: body)
  }

  private func mean(_ curves: [Curve], _ panel: Panel, _ tone: String) -> Markup {
    let path = Curve.mean(curves).thinned(to: Self.mostPoints)
      .path(panel.horizontal, panel.vertical)
    return "<path class=\"l\(tone)\" stroke-width=\"1.8\" d=\"\(path)\"/>"
  }

  private func tested(_ entry: CurveBook.Entry, _ panel: Panel, _ tone: String) -> Markup {
    entry.runs.compactMap { run, epochs -> Markup? in
      guard let best = epochs.first(where: { $0.epoch == run.bestEpoch }),
        let value = book.validation(best), value.isFinite
      else { return nil }
      let x = panel.horizontal(Double(best.epoch))
      return """
        <circle class="\(tone)" cx="\(x, decimals: 1)" \
        cy="\(panel.vertical(value), decimals: 1)" r="2.4"/>
        """
    }.joined()
  }
}
