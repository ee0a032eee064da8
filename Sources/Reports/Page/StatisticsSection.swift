import Drawing
import Metrics
import Results

/// How the verdicts are found, what so many seeds can show, and the numbers behind them.
enum StatisticsSection: SectionWriter {
  static func section(in context: PageContext) -> PageSection? {
    let comparison = context.comparison
    guard comparison.comparisons > 0 else { return nil }
    let text = ComparisonText(comparison, TextStyle(), showsNotes: false)
    let picture = PowerPicture.picture(in: context, for: .page)
    return PageSection(
      id: context.id("statistics"), title: "Statistics",
      heading: "What the number of seeds can show",
      lede: "<p>\(text.power)</p>",
      body: """
        \(picture.map { $0.inline(id: context.id("power")) } ?? "")
        <div class="prose"><p>\(comparison.foldCount > 0 ? "" : text.rule)</p><p>\(text.markRule)</p>
        <p>Seeds repeat the training on one data set: a difference speaks of this data set only. The luck of the test \
        images is counted as if both sides had images of their own, which is more than it is.</p></div>\(table(comparison))
        """)
  }

  private static func table(_ comparison: Comparison) -> Markup {
    let (metric, figures) = (comparison.metric, Figures(TextStyle()))
    func range(_ interval: ClosedRange<Double>?) -> String {
      interval.map {
        figures.difference($0.lowerBound, of: metric) + " to "
          + figures.difference($0.upperBound, of: metric)
      } ?? Figures.undefined
    }
    let rows = comparison.strategies.compactMap { strategy -> Markup? in
      guard let pair = strategy.differences[metric],
        let contrast = comparison.contrast(of: strategy, in: metric)
      else { return nil }
      let single = zip(pair.replicas, pair.differences).map {
        "\($0): \(figures.difference($1, of: metric))"
      }.joined(separator: ", ")
      return """
        <tr><th scope="row" dir="auto">\(strategy.name)</th><td class="n">\(pair.replicas.count)</td>\
        <td class="n">\(figures.difference(pair.mean, of: metric))</td><td class="n">\(range(contrast.seedInterval))</td>\
        <td class="n">\(range(contrast.imageInterval))</td>\
        <td class="n">\(contrast.adjustedP.map(Figures.probability) ?? Figures.undefined)</td>\
        <td>\(contrast.verdict.sign) \(contrast.verdict.words)</td><td>\(single)</td></tr>
        """
    }
    return """
      <details class="fold"><summary>Differences in \(metric.title), seed by seed</summary>\
      <div class="scroll" tabindex="0" role="group" aria-label="Differences by seed"><table class="list">\
      <thead><tr><th scope="col">strategy</th><th scope="col" class="n">pairs</th><th scope="col" class="n">mean</th>\
      <th scope="col" class="n">interval, seeds</th><th scope="col" class="n">with test images</th>\
      <th scope="col" class="n">p, corrected</th><th scope="col">verdict</th><th scope="col">by seed</th></tr></thead>\
      <tbody>\(rows.joined())</tbody></table></div></details>
      """
  }
}

/// The smallest difference that is found in four of five sweeps, against the number of seeds.
enum PowerPicture: PictureWriter {
  static let name = "power"
  static let summary = "the smallest difference that so many seeds find in four of five sweeps"

  static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    let comparison = context.comparison
    let seeds = Array(2...20)
    let values = seeds.compactMap { comparison.detectable(seeds: $0) }
    guard values.count == seeds.count, let most = values.first, most > 0 else { return nil }
    let (width, height): (Double, Double) =
      switch medium {
      case .page: (620, 230)
      case .paper(let millimetres):
        (PaperLayout.width(millimetres), PaperLayout.width(millimetres) * 0.55)
      }
    let x = Scale(2...20, from: 44, to: width - 12)
    let y = Scale(0...most * 1.05, from: height - 36, to: 10)
    let figures = Figures(TextStyle())
    var body: Markup = ""
    for value in y.ticks(4) {
      body += """
        <line class="gr" x1="44" x2="\(width - 12)" y1="\(y(value))" y2="\(y(value))"></line>\
        <text class="tf te" x="38" y="\(y(value) + 4)">\(figures.value(value, of: comparison.metric))</text>
        """
    }
    for value in [2, 3, 5, 8, 10, 15, 20] {
      body += "<text class=\"tf tc\" x=\"\(x(Double(value)))\" y=\"\(height - 20)\">\(value)</text>"
    }
    let path = zip(seeds, values).enumerated().map { place, pair -> Markup in
      "\(place == 0 ? "M" : "L")\(x(Double(pair.0))) \(y(pair.1))"
    }
    body += "<path class=\"lbe\" stroke-width=\"1.8\" d=\"\(path.joined())\"></path>"
    let pairs =
      comparison.strategies.compactMap { $0.differences[comparison.metric]?.replicas.count }.max()
      ?? 0
    if let own = comparison.detectable(seeds: pairs), pairs <= 20 {
      body += """
        <circle class="be" cx="\(x(Double(pairs)))" cy="\(y(own))" r="4.5"></circle>\
        <text class="t" x="\(x(Double(pairs)) + 9)" y="\(y(own) - 5)">this sweep: \
        \(figures.difference(own, of: comparison.metric))</text>
        """
    }
    body += "<text class=\"tm tc\" x=\"\((44 + width - 12) / 2)\" y=\"\(height - 4)\">seeds</text>"
    return Picture(
      width: width, height: height,
      title: "Detectable difference in \(comparison.metric.title) by seeds",
      summary: "It falls from \(figures.value(most, of: comparison.metric)) with 2 seeds to "
        + "\(figures.value(values[values.count - 1], of: comparison.metric)) with 20.",
      body: body)
  }
}
