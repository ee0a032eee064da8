import Drawing
import Metrics
import Results

/// What help for the rare classes costs the frequent ones: the head–tail trade-off.
enum TradeoffSection: SectionWriter {
  static let style = """
    .trade .pl{fill:var(--text);paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}
    .trade .pl.strong{font-weight:600}.trade .lead{stroke:var(--zero);stroke-width:.7}
    .trade .pt:hover .whisk,.trade .pt:focus .whisk{stroke-opacity:1;stroke:var(--text)}\
    .trade .quad{font-style:italic;fill:var(--faint)}.trade .tint{fill:var(--panel)}
    .trade .wide{display:block}.trade .slim{display:none}
    @media screen and (max-width:640px){.trade .wide{display:none}.trade .slim{display:block}}

    """

  static func section(in context: PageContext) -> PageSection? {
    let comparison = context.comparison
    guard let axes = TradeoffAxes(comparison) else { return nil }
    let wide = TradeoffPicture(axes, width: 980, height: 560, labels: 60).picture
    let slim = TradeoffPicture(axes, width: 358, height: 430, labels: 9).picture
    return PageSection(
      id: context.id("tradeoff"), title: "Trade-off",
      heading: "What it costs the head, what it gives the tail",
      lede: lede(comparison, axes),
      body: """
        <div class="trade"><div class="wide">\(wide.inline(id: context.id("trade-wide")))</div>\
        <div class="slim">\(slim.inline(id: context.id("trade-slim")))</div></div>
        <p class="key"><span>▲ better, ▼ worse on the vertical axis, ● not distinguishable there</span>\
        <span>○ the baseline</span><span>lines: intervals over seeds</span></p>
        """)
  }

  private static func lede(_ comparison: Comparison, _ axes: TradeoffAxes) -> Markup {
    let points = axes.points
    let upperLeft = points.count { $0.x.mean < 0 && $0.y.mean > 0 }
    let both = points.count { $0.x.mean >= 0 && $0.y.mean > 0 }
    let figures = Figures(TextStyle())
    var text: Markup = """
      <p>\(upperLeft) of \(points.count) strategies gain on the \(axes.vertical.title) and lose on the \
      \(axes.horizontal.title), \(both) gain on the \(axes.vertical.title) without a loss of the mean on the other side.
      """
    if let most = points.max(by: { $0.y.mean < $1.y.mean }), most.y.mean > 0 {
      text += """
         <b dir="auto">\(most.strategy.name)</b> gains most on the \(axes.vertical.title), \(figures.points(most.y.mean)) points \
        (\(most.y.verdict.words)), at \(figures.points(most.x.mean)) on the \(axes.horizontal.title) (\(most.x.verdict.words)).
        """
    }
    text += "</p>"
    if let image = comparison.imageOfTheFew, axes.vertical == .fewRecall {
      text += """
        <p>One test image of the few group moves its recall by up to \(figures.percent(image)) points: what is \
        smaller than that may be one picture.</p>
        """
    }
    return text
  }
}

/// What is drawn against what: the rarest group of the data against the most frequent one.
struct TradeoffAxes {
  struct Point {
    let strategy: StrategySummary
    let x: Contrast
    let y: Contrast
  }

  let horizontal: HeadlineFigure
  let vertical: HeadlineFigure
  let points: [Point]

  /// `nil` where the data have one group only, or no strategy a difference in both.
  init?(_ comparison: Comparison) {
    let groups = [HeadlineFigure.manyRecall, .mediumRecall, .fewRecall].filter { figure in
      comparison.strategies.contains { comparison.contrast(of: $0, in: figure) != nil }
    }
    guard groups.count > 1 else { return nil }
    (horizontal, vertical) = (groups[0], groups[groups.count - 1])
    points = comparison.strategies.compactMap { [horizontal, vertical] strategy in
      guard let x = comparison.contrast(of: strategy, in: horizontal),
        let y = comparison.contrast(of: strategy, in: vertical)
      else { return nil }
      return Point(strategy: strategy, x: x, y: y)
    }
  }
}
