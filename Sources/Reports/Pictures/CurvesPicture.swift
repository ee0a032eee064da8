import Drawing
import Metrics

/// Learning curves of the baseline and of the best strategy: loss, validation figure, learning rate.
package enum CurvesPicture: PictureWriter {
  package static let name = "curves"
  package static let summary = "Loss, validation figure and learning rate by epoch, all seeds."

  /// More seeds are drawn as thin lines with their mean.
  static let fewSeeds = 5
  /// More epochs are thinned, see ``Curve/thinned(to:)``.
  static let mostPoints = 200

  package static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    let book = CurveBook(context)
    return picture(of: book, for: medium)
  }

  static func picture(of book: CurveBook, for medium: PictureMedium) -> Picture? {
    guard !book.pair.isEmpty else { return nil }
    // Side by side on a page, one below the other in a column of a paper.
    let across = medium.width >= 600
    let width = across ? medium.width / 3 : medium.width
    let height = 190.0
    let panels = [loss, validation, learningRate]
    var body: Markup = ""
    for (place, panel) in panels.enumerated() {
      body += panel(
        book, across ? Double(place) * width : 0, across ? 0 : Double(place) * height, width)
    }
    let names = book.pair.map(\.strategy.name).joined(separator: " and ")
    return Picture(
      width: medium.width, height: across ? height : 3 * height,
      title: "Learning curves of \(names)",
      summary: "Loss, validation \(book.metric.title) and learning rate by epoch.", body: body)
  }

  private static func loss(_ book: CurveBook, x: Double, y: Double, width: Double) -> Markup {
    var lines: [CurvePanel.Line] = []
    for entry in book.pair {
      let name = entry.strategy.isBaseline ? "baseline" : entry.strategy.name
      let tone = book.comparison.tone(of: entry.strategy)
      lines.append(
        CurvePanel.Line(
          name: name, tone: tone, curves: entry.curves { $0.validation?.loss }))
      lines.append(
        CurvePanel.Line(
          name: nil, tone: tone, curves: entry.curves(\.trainLoss),
          isDotted: true))
    }
    let panel = CurvePanel(
      title: "Loss (solid validation, dotted training)", lines: lines, phases: phases(book),
      lastEpoch: book.lastEpoch, tellsSeeds: false)
    return panel.draw(x: x, y: y, width: width, least: 0) { Markup.number($0, decimals: 3) }
  }

  private static func validation(
    _ book: CurveBook, x: Double, y: Double, width: Double
  ) -> Markup {
    let lines = book.pair.map { entry in
      CurvePanel.Line(
        name: entry.strategy.isBaseline ? "baseline" : entry.strategy.name,
        tone: book.comparison.tone(of: entry.strategy), curves: entry.curves(book.validation))
    }
    let seeds = book.pair.map(\.runs.count).max() ?? 0
    let dashes = seeds < 2 ? "" : seeds <= fewSeeds ? " (seeds by dash)" : " (thick: mean)"
    let panel = CurvePanel(
      title: "Validation \(book.metric.title)\(book.metric.isShare ? ", %" : "")\(dashes)",
      lines: lines, phases: phases(book), lastEpoch: book.lastEpoch, tellsSeeds: true)
    return panel.draw(x: x, y: y, width: width) {
      Markup.number(book.metric.isShare ? $0 * 100 : $0, decimals: 3)
    }
  }

  private static func learningRate(
    _ book: CurveBook, x: Double, y: Double, width: Double
  ) -> Markup {
    let groups = book.learningRates
    let lines = groups.prefix(4).map { group in
      let isAll = groups.count == 1
      let first =
        group.entries.contains { $0.strategy.isBaseline }
        ? "baseline" : group.entries[0].strategy.name
      let others = group.entries.count - 1
      return CurvePanel.Line(
        name: isAll ? "all strategies" : others == 0 ? first : "\(first), \(others) more",
        tone: group.entries.contains { $0.strategy.isBaseline } ? "ba" : "ne",
        curves: [group.curve])
    }
    let panel = CurvePanel(
      title: "Learning rate", lines: lines, phases: [], lastEpoch: book.lastEpoch,
      tellsSeeds: false)
    return panel.draw(x: x, y: y, width: width, least: 0) { Markup.number($0, decimals: 6) }
  }

  /// Where phases of the strategy that is not the baseline begin.
  private static func phases(_ book: CurveBook) -> [Double] {
    book.pair.last { !$0.strategy.isBaseline }?.phases ?? []
  }
}

/// One diagram over epochs, with the names of its lines at their ends.
struct CurvePanel {
  /// The seeds of one strategy.
  struct Line {
    /// Stands at its end; `nil` where another line of the strategy has it.
    let name: String?
    let tone: String
    let curves: [Curve]
    var isDotted = false

    /// A line of which nothing may be said is as dark as text, to stand out against the baseline.
    var lineClass: String { tone == "ne" ? "lt" : "l" + tone }
  }

  let title: String
  let lines: [Line]
  let phases: [Double]
  let lastEpoch: Int
  /// Whether seeds are told apart by dashes.
  let tellsSeeds: Bool

  static let dashes = ["", "5 2.5", "2 2", "7 2 2 2", "1 3"]

  /// - Parameters:
  ///   - least: the axis begins there, or below.
  ///   - label: writes a value of the axis.
  func draw(
    x: Double, y: Double, width: Double, least: Double? = nil, label: (Double) -> String
  ) -> Markup {
    var body: Markup = "<text class=\"tm\" x=\"\(x)\" y=\"\(y + 11)\">\(title)</text>"
    let values = lines.flatMap { $0.curves.flatMap(\.defined) }
    guard let range = Panel.range(values, least: least) else {
      return body + "<text class=\"tf\" x=\"\(x)\" y=\"\(y + 40)\">not recorded</text>"
    }
    let ticks = Scale(range, from: 0, to: 1).ticks(4).map { (value: $0, label: label($0)) }
    let left = 8 + (ticks.map { TextWidth.of($0.label, size: 11) }.max() ?? 0)
    let room = min(nameWidth + 14, width * 0.4)
    let panel = Panel(
      x: x + left, y: y + 22, width: width - left - room, height: 130,
      across: 1...Double(max(lastEpoch, 2)), up: range)
    body += panel.rows(ticks) + panel.columns(Panel.epochTicks(lastEpoch, 5))
    // Beside the last tick's label, which is centred on the end of the axis.
    let end = panel.x + panel.width + TextWidth.of("\(lastEpoch)", size: 11) / 2 + 5
    body += "<text class=\"tf\" x=\"\(end)\" y=\"\(panel.y + panel.height + 15)\">epoch</text>"
    for phase in phases {
      body += """
        <path class="ze" stroke-dasharray="3 3" \
        d="M\(panel.horizontal(max(1, phase))) \(panel.y)v\(panel.height)"/>
        """
    }
    for line in lines { body += draw(line, in: panel) }
    return body + names(in: panel, room: room)
  }

  private var nameWidth: Double {
    lines.map { TextWidth.of($0.name ?? "", size: 11) }.max() ?? 0
  }

  private func draw(_ line: Line, in panel: Panel) -> Markup {
    let isMany = line.curves.count > CurvesPicture.fewSeeds
    var body: Markup = ""
    for (seed, curve) in line.curves.enumerated() {
      let path = curve.thinned(to: CurvesPicture.mostPoints).path(panel.horizontal, panel.vertical)
      guard !path.isEmpty else { continue }
      let dash =
        line.isDotted ? "1.5 2.5" : tellsSeeds && !isMany ? Self.dashes[seed % 5] : ""
      let style: Markup =
        isMany
        ? " stroke-opacity=\".35\"" : dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
      body += """
        <path class="\(line.lineClass)" stroke-width="\(isMany ? 0.8 : 1.6)"\(style) \
        stroke-linecap="round" stroke-linejoin="round" d="\(path)"/>
        """
    }
    guard isMany else { return body }
    let mean = Curve.mean(line.curves).thinned(to: CurvesPicture.mostPoints)
    let dash: Markup = line.isDotted ? " stroke-dasharray=\"1.5 2.5\"" : ""
    return body + """
      <path class="\(line.lineClass)" stroke-width="2"\(dash) stroke-linecap="round" \
      stroke-linejoin="round" d="\(mean.path(panel.horizontal, panel.vertical))"/>
      """
  }

  private func names(in panel: Panel, room: Double) -> Markup {
    let ends = lines.compactMap { line -> (name: String, tone: String, y: Double)? in
      guard let name = line.name, let last = Curve.mean(line.curves).last else { return nil }
      return (name, line.tone, panel.vertical(last))
    }
    let places = LabelColumn.spread(
      ends.map(\.y), gap: 12, within: panel.y + 4...panel.y + panel.height)
    return zip(ends, places).map { end, place -> Markup in
      let text = TextWidth.cut(end.name, to: room - 8, size: 11)
      let tone = end.tone == "ba" ? "tm" : end.tone == "ne" ? "t" : end.tone
      return """
        <text class="\(tone)" x="\(panel.x + panel.width + 6)" y="\(place + 3.8)">\(text)</text>
        """
    }.joined()
  }
}
