import Drawing

/// How much each class counts in training: drawn × weighted over its natural share.
package enum MassPicture: PictureWriter {
  package static let name = "mass"
  package static let summary =
    "How much each class counts in training against its number of images."

  package static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    let book = MassBook(context)
    guard !book.curves.isEmpty, let counts = book.counts else { return nil }
    let columns = max(1, Int(medium.width / 160))
    let width = medium.width / Double(columns)
    let names = book.curves.map { lines($0.strategies.map(\.name), width: width - 10) }
    var body: Markup = ""
    var y = 0.0
    for start in stride(from: 0, to: book.curves.count, by: columns) {
      let row = start..<min(start + columns, book.curves.count)
      for place in row {
        body += panel(
          book.curves[place], names[place], book, counts, x: Double(place - start) * width, y: y,
          width: width)
      }
      y += 134 + 14 * Double(row.map { names[$0].count }.max() ?? 0) + 14
    }
    return Picture(
      width: medium.width, height: y,
      title: "Class mass relative to the natural share",
      summary: "\(Figures.count(book.curves.count, "curve", "curves")), "
        + "both axes logarithmic, a dot a class.", body: body)
  }

  private static func panel(
    _ curve: MassBook.Curve, _ names: [String], _ book: MassBook, _ counts: ClosedRange<Int>,
    x: Double, y: Double, width: Double
  ) -> Markup {
    let panel = Panel(
      x: x + 34, y: y + 6, width: width - 48, height: 106,
      across: Double(counts.lowerBound)...Double(counts.upperBound),
      up: 1 / book.reach...book.reach, kind: .logarithmic)
    let ticks = panel.horizontal.ticks(3).map { (value: $0, label: Figures.grouped(Int($0))) }
    var body = panel.rows(steps(book.reach)) + panel.columns(ticks)
    body += "<path class=\"ze\" d=\"M\(panel.x) \(panel.vertical(1))h\(panel.width)\"/>"
    var (dots, rings): (String, Markup) = ("", "")
    for point in curve.points {
      let at = panel.horizontal(Double(point.trainCount))
      if point.promised > 0 {
        dots += "M\(Markup.number(at, decimals: 1)) "
        dots += "\(Markup.number(panel.vertical(point.promised), decimals: 1))h.01"
      }
      if let realised = point.realised, realised > 0 {
        rings += """
          <circle cx="\(at, decimals: 1)" cy="\(panel.vertical(realised), decimals: 1)" r="3"/>
          """
      }
    }
    if !rings.isEmpty { body += "<g class=\"lba\">\(rings)</g>" }
    body += "<path class=\"lne\" stroke-width=\"4.4\" stroke-linecap=\"round\" d=\"\(dots)\"/>"
    for (place, line) in names.enumerated() {
      body += """
        <text class="t" x="\(x + 2)" y="\(y + 148 + Double(place) * 14)">\(line)</text>
        """
    }
    return body
  }

  /// Powers of ten, or of two where the axis is short.
  private static func steps(_ reach: Double) -> [(value: Double, label: String)] {
    let factors: [Double] = reach >= 10 ? [10, 100, 1000, 10_000] : [2, 5]
    let inner = factors.filter { $0 <= reach * 1.001 }
    return [(1, "1")] + inner.map { ($0, "×\(Markup.number($0))") }
      + inner.map { (1 / $0, "÷\(Markup.number($0))") }
  }

  /// At most three lines of names; of more, how many.
  private static func lines(_ names: [String], width: Double) -> [String] {
    let most = names.count > 3 ? 2 : 3
    let shown = names.prefix(most).map { TextWidth.cut($0, to: width, size: 11) }
    let rest = names.count - shown.count
    return rest > 0 ? shown + ["and \(rest) more"] : Array(shown)
  }
}
