import Drawing

/// Finds places for labels beside their points, each where it covers least of what was placed before.
struct LabelBoxes {
  /// Left, top, right, bottom.
  typealias Box = (left: Double, top: Double, right: Double, bottom: Double)

  /// Where a label goes.
  struct Label {
    let text: String
    /// Its left end.
    let x: Double
    let baseline: Double
    /// Whether it needs a line to its point.
    let isFar: Bool
    /// Where that line ends.
    let tieX: Double
    let tieY: Double
  }

  private let frame: Box
  private var taken: [Box] = []

  init(within frame: Box) { self.frame = frame }

  /// Keeps labels off a mark.
  mutating func block(x: Double, y: Double, radius: Double) {
    taken.append((x - radius, y - radius, x + radius, y + radius))
  }

  /// A place for `text`, cut to 150 units, beside the point; `nil` where every place would cover more
  /// than a third of the label's own area.
  mutating func place(_ text: String, x: Double, y: Double, size: Double) -> Label? {
    let shown = TextWidth.cut(text, to: 150, size: size)
    let (width, height) = (TextWidth.of(shown, size: size), size)
    var best: (cost: Double, box: Box, distance: Double)?
    for distance in [8.0, 14, 22, 34, 50] {
      for (dx, dy) in [(1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1)]
        as [(Double, Double)]
      {
        let centre = (
          x + dx * (distance + width / 2),
          y + dy * (distance * (dx == 0 ? 1 : 0.8) + (dx == 0 ? 2 : 0))
        )
        let box: Box = (
          centre.0 - width / 2, centre.1 - height / 2, centre.0 + width / 2, centre.1 + height / 2
        )
        let cost = overlap(box) + outside(box) * 4 + distance * 0.6
        if cost < best?.cost ?? .infinity { best = (cost, box, distance) }
      }
    }
    guard let best, overlap(best.box) + outside(best.box) <= width * height / 3 else { return nil }
    taken.append(best.box)
    let tieX = min(max(x, best.box.left), best.box.right)
    return Label(
      text: shown, x: best.box.left, baseline: best.box.bottom - 2, isFar: best.distance > 10,
      tieX: tieX, tieY: (best.box.top + best.box.bottom) / 2)
  }

  private func overlap(_ box: Box) -> Double {
    taken.reduce(0) { sum, other in
      let width = min(box.right, other.right) - max(box.left, other.left)
      let height = min(box.bottom, other.bottom) - max(box.top, other.top)
      return sum + max(0, width) * max(0, height)
    }
  }

  private func outside(_ box: Box) -> Double {
    let (width, height) = (box.right - box.left, box.bottom - box.top)
    let inner = (
      min(box.right, frame.right) - max(box.left, frame.left),
      min(box.bottom, frame.bottom) - max(box.top, frame.top)
    )
    return width * height - max(0, inner.0) * max(0, inner.1)
  }
}

/// Pictures on paper: laid out so that letters of 11 units are 7.5 points high.
enum PaperLayout {
  /// Units across a picture of this width.
  static func width(_ millimetres: Double) -> Double {
    // 7.5 points are 2.646 mm.
    millimetres / 2.646 * 11
  }
}
