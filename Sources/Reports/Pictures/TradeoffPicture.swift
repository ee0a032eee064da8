import Drawing
import Metrics
import Results

/// Δ on the frequent classes against Δ on the rare ones, a mark a strategy.
struct TradeoffPicture: PictureWriter {
  static let name = "tradeoff"
  static let summary = "what each strategy gives the rare classes and costs the frequent ones"

  static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    guard let axes = TradeoffAxes(context.comparison) else { return nil }
    switch medium {
    case .page: return TradeoffPicture(axes, width: 980, height: 560, labels: 60).picture
    case .paper(let millimetres):
      let width = PaperLayout.width(millimetres)
      return TradeoffPicture(axes, width: width, height: width * 0.8, labels: 12).picture
    }
  }

  private let axes: TradeoffAxes
  private let width: Double
  private let height: Double
  private let x: Scale
  private let y: Scale
  private let named: Set<String>
  private let figures = Figures(TextStyle())

  private enum Edge { static let (left, right, top, bottom) = (46.0, 14.0, 14.0, 40.0) }

  init(_ axes: TradeoffAxes, width: Double, height: Double, labels: Int) {
    (self.axes, self.width, self.height) = (axes, width, height)
    func scale(_ values: [Double], from: Double, to: Double) -> Scale {
      let (low, high) = (min(values.min() ?? 0, 0), max(values.max() ?? 0, 0))
      let margin = max((high - low) * 0.08, 0.01)
      return Scale(low - margin...high + margin, from: from, to: to)
    }
    x = scale(axes.points.map(\.x.mean), from: Edge.left, to: width - Edge.right)
    y = scale(axes.points.map(\.y.mean), from: height - Edge.bottom, to: Edge.top)
    named = Self.named(axes, most: labels)
  }

  /// All where there is room; else the differences, and what lies farthest out.
  private static func named(_ axes: TradeoffAxes, most: Int) -> Set<String> {
    func weight(_ point: TradeoffAxes.Point) -> Double {
      let told = [point.x, point.y].count { $0.verdict.isDifference }
      return Double(told) + abs(point.x.mean) + abs(point.y.mean)
    }
    let sorted = axes.points.sorted { weight($0) > weight($1) }
    return Set(sorted.prefix(most).map(\.strategy.name))
  }

  var picture: Picture {
    var boxes = LabelBoxes(
      within: (Edge.left, Edge.top, width - Edge.right, height - Edge.bottom))
    for point in axes.points { boxes.block(x: x(point.x.mean), y: y(point.y.mean), radius: 6) }
    boxes.block(x: x(0), y: y(0), radius: 6)
    // What matters most gets its place first.
    let ordered = axes.points.sorted { abs($0.y.mean) > abs($1.y.mean) }
    var marks: Markup = ""
    for point in ordered { marks += mark(point, &boxes) }
    return Picture(
      width: width, height: height,
      title: "Change on the \(axes.vertical.title) against change on the \(axes.horizontal.title)",
      summary:
        "\(axes.points.count) strategies; the baseline is at the origin; the table of strategies has the numbers.",
      body: frame + marks + origin)
  }

  // MARK: Axes

  private var frame: Markup {
    let (left, right) = (Edge.left, width - Edge.right)
    let (top, bottom) = (Edge.top, height - Edge.bottom)
    var text: Markup = """
      <rect class="tint" fill="#0000000a" x="\(left)" y="\(top)" width="\(max(0, x(0) - left))" height="\(max(0, y(0) - top))"></rect>
      """
    for value in x.ticks(7) {
      text += """
        <line class="gr" x1="\(x(value))" x2="\(x(value))" y1="\(top)" y2="\(bottom)"></line>\
        <text class="tf tc" x="\(x(value))" y="\(bottom + 15)">\(figures.points(value))</text>
        """
    }
    for value in y.ticks(6) {
      text += """
        <line class="gr" x1="\(left)" x2="\(right)" y1="\(y(value))" y2="\(y(value))"></line>\
        <text class="tf te" x="\(left - 6)" y="\(y(value) + 4)">\(figures.points(value))</text>
        """
    }
    text += """
      <line class="ze" x1="\(x(0))" x2="\(x(0))" y1="\(top)" y2="\(bottom)"></line>\
      <line class="ze" x1="\(left)" x2="\(right)" y1="\(y(0))" y2="\(y(0))"></line>\
      <text class="tm tc" x="\((left + right) / 2)" y="\(height - 6)">Δ \(axes.horizontal.title), points</text>\
      <text class="tm tc" transform="translate(11 \((top + bottom) / 2)) rotate(-90)">Δ \(axes.vertical.title), points</text>
      """
    if width > 500 {
      text += """
        <text class="tf quad" x="\(left + 6)" y="\(top + 14)">tail gains, head pays</text>\
        <text class="tf quad te" x="\(right - 6)" y="\(top + 14)">both gain</text>\
        <text class="tf quad" x="\(left + 6)" y="\(bottom - 8)">both lose</text>\
        <text class="tf quad te" x="\(right - 6)" y="\(bottom - 8)">head gains, tail pays</text>
        """
    }
    return text
  }

  private var origin: Markup {
    "<circle class=\"ze\" style=\"fill:none;stroke-width:1.6\" cx=\"\(x(0))\" cy=\"\(y(0))\" r=\"4.5\"></circle>"
  }

  // MARK: Marks

  private func mark(_ point: TradeoffAxes.Point, _ boxes: inout LabelBoxes) -> Markup {
    let (cx, cy) = (x(point.x.mean), y(point.y.mean))
    let name = point.strategy.name
    let tip =
      "\(name): \(axes.vertical.title) \(figures.points(point.y.mean)) (\(point.y.verdict.words)), "
      + "\(axes.horizontal.title) \(figures.points(point.x.mean)) (\(point.x.verdict.words))"
    var text: Markup = ""
    if let interval = point.x.seedInterval {
      text += whisker((interval.lowerBound, interval.upperBound), x, along: cy, isVertical: false)
    }
    if let interval = point.y.seedInterval {
      text += whisker((interval.lowerBound, interval.upperBound), y, along: cx, isVertical: true)
    }
    text += shape(point.y.verdict, cx, cy)
    if named.contains(name), let label = boxes.place(name, x: cx, y: cy, size: 11) {
      if label.isFar {
        text +=
          "<line class=\"lead ze\" x1=\"\(cx)\" y1=\"\(cy)\" x2=\"\(label.tieX)\" y2=\"\(label.tieY)\"></line>"
      }
      let weight = point.y.verdict.isDifference ? " strong" : ""
      text +=
        "<text class=\"pl t\(weight)\" x=\"\(label.x)\" y=\"\(label.baseline)\">\(label.text)</text>"
    }
    return
      "<g class=\"pt\" tabindex=\"0\" role=\"img\" aria-label=\"\(tip)\" data-tip=\"\(tip)\">\(text)</g>"
  }

  private func whisker(
    _ ends: (Double, Double), _ scale: Scale, along other: Double, isVertical: Bool
  ) -> Markup {
    let limits = [scale.range.from, scale.range.to].sorted()
    let (a, b) = (
      min(max(scale(ends.0), limits[0]), limits[1]), min(max(scale(ends.1), limits[0]), limits[1])
    )
    return isVertical
      ? "<line class=\"whisk ze\" stroke-opacity=\".35\" x1=\"\(other)\" x2=\"\(other)\" y1=\"\(a)\" y2=\"\(b)\"></line>"
      : "<line class=\"whisk ze\" stroke-opacity=\".35\" x1=\"\(a)\" x2=\"\(b)\" y1=\"\(other)\" y2=\"\(other)\"></line>"
  }

  private func shape(_ verdict: Verdict, _ cx: Double, _ cy: Double) -> Markup {
    switch verdict.isHigher {
    case true?:
      "<path class=\"be\" d=\"M\(cx) \(cy - 5)l5 9h-10z\"></path>"
    case false?:
      "<path class=\"wo\" d=\"M\(cx) \(cy + 5)l5 -9h-10z\"></path>"
    case nil:
      "<circle class=\"ne\" cx=\"\(cx)\" cy=\"\(cy)\" r=\"3.6\"></circle>"
    }
  }
}
