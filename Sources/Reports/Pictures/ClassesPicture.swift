import Drawing
import Metrics
import Results

/// Which classes gain and which pay: a grid of classes, by training images, and strategies, by rank.
struct ClassesPicture: PictureWriter {
  static let name = "classes"
  static let summary = "the difference of every class's recall, classes by training images"
  /// Above so many classes a row has no name and its cells no numbers.
  static let namedClasses = 80

  static func picture(in context: PageContext, for medium: PictureMedium) -> Picture? {
    let comparison = context.comparison
    let columns = comparison.strategies.filter { strategy in
      !strategy.isBaseline && comparison.classContrasts(of: strategy).contains { $0 != nil }
    }
    guard !columns.isEmpty, !comparison.classes.isEmpty else { return nil }
    return ClassesPicture(comparison, columns, width: medium.width).picture
  }

  private let comparison: Comparison
  private let columns: [StrategySummary]
  private let width: Double
  private let left: Double
  private let top: Double
  private let cellWidth: Double
  private let cellHeight: Double
  private let isNamed: Bool
  private let figures = Figures(TextStyle())

  private init(_ comparison: Comparison, _ columns: [StrategySummary], width: Double) {
    (self.comparison, self.columns, self.width) = (comparison, columns, width)
    isNamed = comparison.classes.count <= Self.namedClasses
    func longest(_ names: [String]) -> Double {
      (names.map { TextWidth.of($0, size: 11) }.max() ?? 0) * 1.16
    }
    // Names and training images at the left; of more classes, what the groups are called.
    left = isNamed ? min(longest(comparison.classes.map(\.name)) + 46, width * 0.42) : 58
    top = min(longest(columns.map(\.name)) + 10, 140)
    cellWidth = (width - left) / Double(columns.count)
    cellHeight = isNamed ? 14 : 6
  }

  /// Whether a number of two digits with its sign fits into a cell.
  private var hasNumbers: Bool { isNamed && cellWidth >= 23 }

  private var picture: Picture {
    var body = heads
    var y = top
    for group in ShotGroup.allCases {
      let places = comparison.classes.indices.filter { comparison.classes[$0].group == group }
      guard !places.isEmpty else { continue }
      body += cells(of: places, y: y) + names(of: places, group, y: y)
      y += Double(places.count) * cellHeight + 8
    }
    return Picture(
      width: width, height: y, title: "Difference of each class’s recall to the baseline",
      summary: "\(comparison.classes.count) classes, the most frequent first, and "
        + "\(Figures.count(columns.count, "strategy", "strategies")); full colours are distinguishable, "
        + "pale ones of three points or more are not; blue is a gain, orange a loss.", body: body)
  }

  private var heads: Markup {
    columns.enumerated().map { place, strategy -> Markup in
      let x = left + (Double(place) + 0.5) * cellWidth + 4
      let name = TextWidth.cut(strategy.name, to: (top - 10) / 1.16 + 0.01, size: 11)
      // Heads of columns that are narrower than a letter would cover each other.
      guard cellWidth >= 9 || place % 2 == 0 else { return "" }
      return """
        <text class="tm" transform="translate(\(x) \(top - 5)) rotate(-90)">\(name)</text>
        """
    }.joined()
  }

  private func names(of places: [Int], _ group: ShotGroup, y: Double) -> Markup {
    let end = y + Double(places.count) * cellHeight
    let rule: Markup = "<path class=\"ax\" d=\"M0 \(end + 4)H\(width)\"/>"
    guard isNamed else {
      return rule
        + "<text class=\"tm te\" x=\"\(left - 6)\" y=\"\((y + end) / 2 + 4)\">\(group.rawValue)</text>"
    }
    return rule
      + places.enumerated().map { line, place -> Markup in
        let row = comparison.classes[place]
        let at = y + Double(line) * cellHeight + 11
        let name = TextWidth.cut(row.name, to: (left - 46) / 1.16 + 0.01, size: 11)
        return """
          <text class="t te" x="\(left - 42)" y="\(at)">\(name)</text>\
          <text class="tf te" x="\(left - 5)" y="\(at)">\(figures.range(row.trainCounts))</text>
          """
      }.joined()
  }

  private func cells(of places: [Int], y: Double) -> Markup {
    var fills: [String: String] = [:]
    var numbers: Markup = ""
    for (column, strategy) in columns.enumerated() {
      let contrasts = comparison.classContrasts(of: strategy)
      let x = left + Double(column) * cellWidth
      for (line, place) in places.enumerated() {
        guard let cell = contrasts[place].map(ClassCell.init) else { continue }
        let at = y + Double(line) * cellHeight
        if !cell.step.isEmpty {
          let inner = (Markup.number(cellWidth - 0.8), Markup.number(cellHeight - 0.8))
          fills[cell.step, default: ""] +=
            "M\(Markup.number(x)) \(Markup.number(at))h\(inner.0)v\(inner.1)h-\(inner.0)z"
        }
        guard hasNumbers else { continue }
        let isFull = cell.step.hasSuffix("3") || cell.step.hasSuffix("4")
        numbers += """
          <text class="\(isFull ? "tb" : "t") tc" x="\(x + cellWidth / 2)" y="\(at + 11)">\(cell.text)</text>
          """
      }
    }
    let paths = fills.sorted { $0.key < $1.key }.map { name, path -> Markup in
      "<path class=\"\(name)\" d=\"\(path)\"/>"
    }
    return paths.joined() + numbers
  }
}
