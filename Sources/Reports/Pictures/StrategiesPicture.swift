import Drawing
import Metrics
import Results

/// Every strategy with every seed, its mean and its intervals, a row a strategy.
struct StrategiesPicture: PictureWriter {
  static let name = "strategies"
  static let summary = "every strategy with every seed, its mean and its intervals"

  static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    let comparison = context.comparison
    let blocks = StrategyBlocks(comparison).all.compactMap { title, strategies -> Block? in
      let shown = strategies.filter { !$0.runs.isEmpty }
      return shown.isEmpty ? nil : Block(title: title, strategies: shown)
    }
    guard blocks.contains(where: { $0.strategies.contains { !$0.isBaseline } }) else { return nil }
    return StrategiesPicture(comparison, blocks, width: medium.width).picture
  }

  private struct Block {
    let title: String
    let strategies: [StrategySummary]
  }

  private static let rowHeight = 18.0
  /// Room for a difference with its sign at the right.
  private static let figuresWidth = 58.0

  private let comparison: Comparison
  private let blocks: [Block]
  private let width: Double
  private let left: Double
  private let right: Double
  private let figures = Figures(TextStyle())

  private init(_ comparison: Comparison, _ blocks: [Block], width: Double) {
    (self.comparison, self.blocks, self.width) = (comparison, blocks, width)
    let names = blocks.flatMap(\.strategies).map { TextWidth.of($0.name, size: 11) }
    left = min((names.max() ?? 0) * 1.16 + 10, width * 0.38)
    right = width - Self.figuresWidth
  }

  private var picture: Picture {
    var body: Markup = ""
    var y = 4.0
    for block in blocks {
      if !block.title.isEmpty {
        body += "<text class=\"tm\" x=\"0\" y=\"\(y + 16)\">\(block.title)</text>"
        y += 22
      }
      let drawn = MetricDrawing(comparison.metric, of: block.strategies, in: comparison)
      let height = Double(block.strategies.count) * Self.rowHeight
      body += axis(drawn, top: y, bottom: y + height)
      for (place, strategy) in block.strategies.enumerated() {
        body += row(strategy, drawn, middle: y + (Double(place) + 0.5) * Self.rowHeight)
      }
      y += height + 24
    }
    let unit = comparison.metric.isShare ? ", %" : ""
    body += """
      <text class="tm tc" x="\((left + right) / 2)" y="\(y + 8)">\(comparison.metric.title)\(unit)</text>\
      <text class="tm te" x="\(width)" y="\(y + 8)">Δ\(comparison.metric.isShare ? ", points" : "")</text>
      """
    return Picture(
      width: width, height: y + 14, title: "\(comparison.metric.title) of every strategy and seed",
      summary:
        "Circles: runs; bars: means; thick lines: intervals over seeds; thin: with the luck of "
        + "the test images; dashed: the baseline.", body: body)
  }

  private func x(_ value: Double, _ drawn: MetricDrawing) -> Double {
    left + drawn.place(value) / 100 * (right - left)
  }

  private func axis(_ drawn: MetricDrawing, top: Double, bottom: Double) -> Markup {
    drawn.ticks.map { tick -> Markup in
      let at = x(tick.value, drawn)
      return """
        <path class="gr" d="M\(at) \(top)V\(bottom)"/>\
        <text class="tf tc" x="\(at)" y="\(bottom + 14)">\(tick.text)</text>
        """
    }.joined()
  }

  private func row(
    _ strategy: StrategySummary, _ drawn: MetricDrawing, middle: Double
  ) -> Markup {
    let row = MetricRow(strategy, comparison.metric, in: comparison)
    let tone = strategy.isBaseline ? "ne" : comparison.tone(of: strategy)
    let name = TextWidth.cut(strategy.name, to: (left - 10) / 1.16 + 0.01, size: 11)
    var body: Markup = "<text class=\"t te\" x=\"\(left - 8)\" y=\"\(middle + 4)\">\(name)</text>"
    if let baseline = row.baseline {
      let (at, half) = (x(baseline, drawn), Self.rowHeight / 2)
      body +=
        "<path class=\"ze\" stroke-dasharray=\"3 3\" d=\"M\(at) \(middle - half)v\(2 * half)\"/>"
    }
    let lines: [(range: ClosedRange<Double>?, width: Double, opacity: String)] = [
      (row.outer, 1, ".8"), (row.inner, 5, ".4"),
    ]
    for line in lines {
      guard let range = line.range else { continue }
      body += """
        <path class="l\(tone)" stroke-width="\(line.width)" stroke-opacity="\(line.opacity)" \
        d="M\(x(range.lowerBound, drawn)) \(middle)H\(x(range.upperBound, drawn))"/>
        """
    }
    for seed in row.seeds.compactMap(\.self) {
      body += "<circle class=\"l\(tone)\" cx=\"\(x(seed, drawn))\" cy=\"\(middle)\" r=\"2.7\"/>"
    }
    if let mean = row.mean {
      body += """
        <rect class="\(tone)" x="\(x(mean, drawn) - 1.2)" y="\(middle - 6)" width="2.4" height="12"/>
        """
    }
    let sign = row.verdict.map { " " + $0.sign } ?? ""
    return body + """
      <text class="t te" x="\(width)" y="\(middle + 4)">\(row.differenceText)\(sign)</text>
      """
  }
}
