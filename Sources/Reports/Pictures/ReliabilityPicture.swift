import Drawing
import Metrics
import Statistics

/// Whether guesses are right as often as their confidence says: by group, or, where guesses were not
/// kept, the expected calibration error of every run.
package enum ReliabilityPicture: PictureWriter {
  package static let name = "reliability"
  package static let summary =
    "Whether guesses are right as often as their confidence says, by group of classes."

  package static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    let book = ReliabilityBook(context)
    guard !book.pair.isEmpty else { return errors(of: book, width: medium.width) }
    let width = min(medium.width, 640)
    let rows = book.pair.map { diagrams(of: $0, in: book, width: width, isNamed: true) }
    var body: Markup = ""
    var y = 0.0
    for row in rows {
      body += "<g transform=\"translate(0 \(y))\">\(row.body)</g>"
      y += row.height
    }
    let names = book.pair.map(\.strategy.name).joined(separator: " and ")
    return Picture(
      width: width, height: y, title: "Reliability of \(names)",
      summary: rows.map(\.summary).joined(separator: " "), body: body)
  }

  /// Many, medium and few of one strategy, side by side.
  ///
  /// - Parameter isNamed: whether the strategy's name stands above.
  static func diagrams(
    of entry: ReliabilityBook.Entry, in book: ReliabilityBook, width: Double, isNamed: Bool
  ) -> Picture {
    let figures = Figures(TextStyle())
    let groups = ReliabilityBook.groups.filter { (entry.groups[$0]?.images ?? 0) > 0 }
    let top = isNamed ? 20.0 : 0
    let (left, gap) = (28.0, 26.0)
    let side = (width - left - 2 * gap - 12) / 3
    var body: Markup = ""
    if isNamed {
      let name = TextWidth.cut(entry.strategy.name, to: width, size: 11)
      body += "<text class=\"t\" x=\"0\" y=\"11\">\(name)</text>"
    }
    var summaries: [String] = []
    for (place, group) in groups.enumerated() {
      let bins = entry.groups[group]!
      let panel = Panel(
        x: left + Double(place) * (side + gap), y: top + 18, width: side, height: side,
        across: 0...1, up: 0...1)
      let error = figures.percent(bins.error)
      let images = bins.images / max(entry.runs, 1)
      body += """
        <text class="tm" x="\(panel.x)" y="\(top + 11)">\(group.rawValue)</text>\
        \(draw(bins, in: panel, isFirst: place == 0))\
        <text class="tm" x="\(panel.x + 5)" y="\(panel.y + 14)">ECE \(error)\u{A0}%</text>\
        <text class="tm" x="\(panel.x + 5)" y="\(panel.y + 28)">n = \(Figures.grouped(images))</text>
        """
      summaries.append("\(group.rawValue): ECE \(error) % of \(images) images a run")
    }
    let height = top + 18 + side + 36
    body += """
      <text class="tf tc" x="\(left + (width - left) / 2)" y="\(height - 4)">confidence, %; \
      upwards: right, %</text>
      """
    return Picture(
      width: width, height: height, title: "Reliability of \(entry.strategy.name)",
      summary: summaries.joined(separator: "; ") + ".", body: body)
  }

  private static func draw(
    _ bins: ReliabilityBins, in panel: Panel, isFirst: Bool
  ) -> Markup {
    let ticks = [0, 0.5, 1].map { (value: $0, label: Markup.number($0 * 100)) }
    var body = panel.rows(ticks, labelled: isFirst) + panel.columns(ticks)
    body += """
      <path class="ze" stroke-dasharray="4 3" d="M\(panel.x) \(panel.y + panel.height)\
      l\(panel.width) -\(panel.height)"/>
      """
    let most = Double(bins.bins.map(\.images).max() ?? 1)
    var (whiskers, dots): (String, Markup) = ("", "")
    for bin in bins.bins where bin.images >= ReliabilityBook.leastImages {
      let x = panel.horizontal(bin.confidence / Double(bin.images))
      let interval = WilsonInterval.of(hits: bin.right, trials: bin.images)
      let (low, high) = (panel.vertical(interval.lowerBound), panel.vertical(interval.upperBound))
      whiskers += "M\(Markup.number(x, decimals: 1)) \(Markup.number(low, decimals: 1))"
      whiskers += "V\(Markup.number(high, decimals: 1))"
      // The area tells how many images a dot stands for.
      let radius = 1.6 + 5 * (Double(bin.images) / most).squareRoot()
      let y = panel.vertical(Double(bin.right) / Double(bin.images))
      dots += """
        <circle class="ne" fill-opacity=".75" cx="\(x, decimals: 1)" cy="\(y, decimals: 1)" \
        r="\(radius, decimals: 1)"/>
        """
    }
    return body + "<path class=\"lne\" d=\"\(whiskers)\"/>" + dots
  }

  /// A line a strategy: a ring for each run, the calibration error from left to right.
  static func errors(of book: ReliabilityBook, width: Double) -> Picture? {
    let values = book.ranked.flatMap { $0.runs.compactMap { $0.headline?.ece } }
    guard let most = values.max() else { return nil }
    let figures = Figures(TextStyle())
    let left = min(
      (book.ranked.map { TextWidth.of($0.name, size: 11) }.max() ?? 0) + 8, width * 0.42)
    let scale = Scale(0...max(most, 0.01), from: left, to: width - 46)
    let row = 17.0
    var body: Markup = ""
    for tick in scale.ticks(4) {
      body += """
        <path class="gr" d="M\(scale(tick)) 0v\(Double(book.ranked.count) * row)"/>\
        <text class="tf tc" x="\(scale(tick))" y="\(Double(book.ranked.count) * row + 14)">\
        \(Markup.number(tick * 100))</text>
        """
    }
    if let baseline = book.comparison.reference?.metrics[.ece]?.mean {
      body += """
        <path class="ze" stroke-dasharray="4 3" d="M\(scale(baseline)) \
        0v\(Double(book.ranked.count) * row)"/>
        """
    }
    for (place, strategy) in book.ranked.enumerated() {
      let y = (Double(place) + 0.5) * row
      let name = TextWidth.cut(strategy.name, to: left - 8, size: 11)
      body += "<text class=\"t te\" x=\"\(left - 7)\" y=\"\(y + 3.8)\">\(name)</text>"
      body += rings(of: strategy, scale: scale, y: y)
      body += """
        <text class="tm te" x="\(width)" y="\(y + 3.8)">\
        \(figures.percent(strategy.metrics[.ece]?.mean))</text>
        """
    }
    return Picture(
      width: width, height: Double(book.ranked.count) * row + 32,
      title: "Expected calibration error", summary: "In percent, 15 bins, a ring for each run.",
      body: body + """
        <text class="tf tc" x="\((left + width - 46) / 2)" \
        y="\(Double(book.ranked.count) * row + 29)">expected calibration error, %</text>
        """)
  }

  private static func rings(of strategy: StrategySummary, scale: Scale, y: Double) -> Markup {
    let values = strategy.runs.compactMap { $0.headline?.ece }
    guard let mean = strategy.metrics[.ece]?.mean else { return "" }
    let rings = values.map { value -> Markup in
      "<circle class=\"lne\" cx=\"\(scale(value))\" cy=\"\(y)\" r=\"3\"/>"
    }.joined()
    return """
      <path class="lba" d="M\(scale(0)) \(y)H\(scale(mean))"/>\(rings)
      """
  }
}
