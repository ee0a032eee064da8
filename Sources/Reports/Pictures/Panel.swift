import Drawing

/// The frame of a small diagram: where it stands, its scales, its grid and its ticks.
struct Panel {
  /// The upper left corner of the plane, without ticks and labels, and its size.
  let x: Double
  let y: Double
  let width: Double
  let height: Double
  let horizontal: Scale
  let vertical: Scale

  init(
    x: Double, y: Double, width: Double, height: Double, across: ClosedRange<Double>,
    up: ClosedRange<Double>, kind: Scale.Kind = .linear
  ) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
    horizontal = Scale(across, from: x, to: x + width, kind: kind)
    vertical = Scale(up, from: y + height, to: y, kind: kind)
  }

  /// Lines across at these values, with their labels at the left.
  func rows(_ ticks: [(value: Double, label: String)], labelled: Bool = true) -> Markup {
    let path = ticks.map {
      "M\(Markup.number(x)) \(Markup.number(vertical($0.value)))h\(Markup.number(width))"
    }.joined()
    var body: Markup = "<path class=\"gr\" d=\"\(path)\"/>"
    guard labelled else { return body }
    for tick in ticks {
      body += """
        <text class="tf te" x="\(x - 5)" y="\(vertical(tick.value) + 3.8)">\(tick.label)</text>
        """
    }
    return body
  }

  /// Labels below at these values.
  func columns(_ ticks: [(value: Double, label: String)]) -> Markup {
    ticks.map { tick -> Markup in
      """
      <text class="tf tc" x="\(horizontal(tick.value))" y="\(y + height + 15)">\(tick.label)</text>
      """
    }.joined()
  }

  /// An axis of epochs from 1 on: whole numbers only.
  static func epochTicks(_ last: Int, _ count: Int) -> [(value: Double, label: String)] {
    let ticks = Scale(1...Double(max(last, 2)), from: 0, to: 1).ticks(count)
      .filter { $0 == $0.rounded() && $0 >= 1 }
    let values = (ticks.first == 1 ? [] : [1]) + ticks
    return values.map { ($0, "\(Int($0))") }
  }

  /// A range with a little room at both ends, so that no line lies on the frame.
  static func range(_ values: [Double], least: Double? = nil) -> ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    // One value alone has a scale too, wide enough for ticks that differ.
    let room = high > low ? (high - low) * 0.04 : max(abs(high) * 0.05, 1e-3)
    return min(least ?? low - room, low - room)...(high + room)
  }
}
