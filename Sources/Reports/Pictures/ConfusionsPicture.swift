import Drawing
import Metrics

/// Which classes are taken for which: the baseline, another strategy, and their difference.
package enum ConfusionsPicture: PictureWriter {
  package static let name = "confusions"
  package static let summary =
    "Which classes are taken for which more and less often than by the baseline."

  /// Up to so many classes the whole map has names; beyond, blocks of classes have them.
  static let namedClasses = 60

  package static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    guard let leading = context.comparison.leading, let pair = ConfusionPair(leading, in: context)
    else { return nil }
    return picture(of: pair, for: medium)
  }

  /// The difference as large as the medium allows: with names, where they can be read, or without, and
  /// then the pairs that change most stand below.
  static func picture(of pair: ConfusionPair, for medium: PictureMedium) -> Picture {
    let named = pair.map(.difference, cell: 14, isNamed: true)
    if pair.order.classes.count <= namedClasses, named.side <= medium.width {
      let tip: ConfusionMap.Tip? = medium.isPage ? { pair.tip($0) } : nil
      return framed(
        pair, width: named.side, height: named.side,
        named.draw(pair.shares, x: 0, y: 0, tip: tip))
    }
    let width = medium.width
    let side = width - 20
    let map = pair.map(
      .difference, cell: side / Double(max(pair.order.classes.count, 1)), isNamed: false)
    let lines = topLines(of: pair, width: width)
    let height = side + 60 + Double(lines.count) * 15
    var body: Markup = """
      <text class="tm tc" x="\(20 + side / 2)" y="12">taken for</text>\
      <text class="tm tc" transform="translate(12 \(18 + side / 2)) rotate(-90)">true class</text>
      """
    body +=
      pair.order.classes.count > namedClasses
      ? map.drawRaster(pair.shares, x: 20, y: 18) : map.draw(pair.shares, x: 20, y: 18, tip: nil)
    for (place, line) in lines.enumerated() {
      body += """
        <text class="t" x="0" y="\(side + 55 + Double(place) * 15)">\(line)</text>
        """
    }
    let key = (map.hasSigns ? "+ more, − less often; " : "") + "blue: better, orange: worse"
    body += """
      <text class="tm" x="0" y="\(side + 37)">\(key)</text>
      """
    return framed(pair, width: width, height: height, body)
  }

  private static func framed(
    _ pair: ConfusionPair, width: Double, height: Double, _ body: Markup
  ) -> Picture {
    Picture(
      width: width, height: height,
      title: "Difference of confusions, \(pair.after.name) minus \(pair.before.name)",
      summary: pair.sentence, body: body)
  }

  private static func topLines(of pair: ConfusionPair, width: Double) -> [String] {
    let figures = Figures(TextStyle())
    let cells = pair.shrinking.prefix(4) + pair.growing.prefix(4)
    return cells.map { cell in
      let sign = cell.change > 0 ? "+" : "−"
      let numbers = "\(figures.whole(cell.before)) → \(figures.whole(cell.after)) %"
      let room = (width - TextWidth.of("\(sign)  → , \(numbers)", size: 11) - 6) / 2
      let names = [cell.trueClass, cell.predicted].map {
        TextWidth.cut(pair.name($0), to: room, size: 11)
      }
      return "\(sign) \(names[0]) → \(names[1]), \(numbers)"
    }
  }

  /// The shares of one strategy, small and without names.
  static func small(_ kind: ConfusionMap.Kind, of pair: ConfusionPair) -> Picture {
    let strategy = kind == .before ? pair.before : pair.after
    let map = pair.map(kind, cell: 7, isNamed: false)
    return Picture(
      width: map.side, height: map.side, title: "Confusions of \(strategy.name)",
      summary:
        "Rows are true classes, columns what they were taken for, in the order of the large map.",
      body: map.draw(pair.shares, x: 0, y: 0, tip: nil))
  }

  /// The whole map of very many classes as pixels, with a frame around each block.
  static func overview(
    _ kind: ConfusionMap.Kind, of pair: ConfusionPair, blocks: [[Int]], width: Double
  ) -> Picture {
    let map = pair.map(kind, cell: width / Double(pair.order.classes.count), isNamed: false)
    let places = Dictionary(
      uniqueKeysWithValues: pair.order.classes.enumerated().map { ($1, $0) })
    var body = map.drawRaster(pair.shares, x: 0, y: 0)
    for (number, block) in blocks.enumerated() {
      let (start, extent) = (
        Double(places[block[0]]!) * map.cell, Double(block.count) * map.cell
      )
      body += """
        <rect class="lt" x="\(start)" y="\(start)" width="\(extent)" height="\(extent)"/>\
        <text class="t" x="\(start + extent + 3)" y="\(start + extent / 2 + 4)">\(number + 1)</text>
        """
    }
    let title =
      switch kind {
      case .before: "Confusions of \(pair.before.name)"
      case .after: "Confusions of \(pair.after.name)"
      case .difference:
        "Difference of confusions, \(pair.after.name) minus \(pair.before.name)"
      }
    return Picture(
      width: map.side, height: map.side, title: title,
      summary: "\(pair.order.classes.count) classes, rows true, columns predicted.", body: body)
  }

  /// One block of neighbouring classes with their names.
  static func block(_ classes: [Int], number: Int, of pair: ConfusionPair) -> Picture {
    let map = ConfusionMap(
      kind: .difference, order: classes, names: classes.map(pair.name), cell: 14)
    return Picture(
      width: map.side, height: map.side, title: "Block \(number)",
      summary: "Differences of confusions among \(classes.count) classes that are mixed up.",
      body: map.draw(pair.shares, x: 0, y: 0, tip: { pair.tip($0) }))
  }
}

/// Two strategies whose confusions are set against one another.
struct ConfusionPair {
  let comparison: Comparison
  /// The baseline, and the other one.
  let before: StrategySummary
  let after: StrategySummary
  let shares: ConfusionShares
  let order: ConfusionOrder
  /// Cells off the diagonal that change most, of classes with at least ``leastImages`` test images.
  let shrinking: [ConfusionShares.Cell]
  let growing: [ConfusionShares.Cell]

  static let leastImages = 10
  static let listed = 8

  /// `nil` without a baseline, or where either has no confusions.
  init?(_ strategy: StrategySummary, in context: PageContext) {
    guard let reference = context.comparison.reference, !context.comparison.classes.isEmpty,
      let before = context.evidence.confusions[reference.name],
      let after = context.evidence.confusions[strategy.name]
    else { return nil }
    (comparison, self.before, self.after) = (context.comparison, reference, strategy)
    shares = ConfusionShares(before, after, in: comparison)
    order = ConfusionOrder(of: before, count: comparison.classes.count)
    let (shares, comparison) = (shares, comparison)
    (shrinking, growing) = (
      shares.largest(growing: false, Self.listed, images: Self.leastImages, in: comparison),
      shares.largest(growing: true, Self.listed, images: Self.leastImages, in: comparison)
    )
  }

  func name(_ place: Int) -> String { comparison.classes[place].name }

  func map(_ kind: ConfusionMap.Kind, cell: Double, isNamed: Bool) -> ConfusionMap {
    ConfusionMap(
      kind: kind, order: order.classes, names: isNamed ? order.classes.map(name) : nil, cell: cell)
  }

  /// `Kurtis taken for Kurtas: 46 → 17 %`.
  func tip(_ cell: ConfusionShares.Cell) -> String {
    let figures = Figures(TextStyle())
    let what = cell.isRight ? "right" : "taken for \(name(cell.predicted))"
    return "\(name(cell.trueClass)) \(what): \(figures.whole(cell.before)) → "
      + "\(figures.whole(cell.after)) %"
  }

  /// The largest shifts in a sentence, for those who do not see the picture.
  var sentence: String {
    let parts = (shrinking.prefix(1) + growing.prefix(1)).map(tip)
    return "Rows are true classes, columns predictions. "
      + (parts.isEmpty ? "No share changes." : "Largest shifts: \(parts.joined(separator: "; ")).")
  }
}

extension Figures {
  /// 0.4615 → `46`.
  func whole(_ share: Double) -> String { Self.fixed(share * 100, 0, minus: style.minus) }
}
