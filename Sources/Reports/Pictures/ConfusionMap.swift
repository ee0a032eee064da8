import Drawing

/// A grid of confusions: rows are true classes, columns what they were taken for.
struct ConfusionMap {
  /// What the cells show.
  enum Kind: Hashable {
    /// Shares of the baseline, or of the other strategy.
    case before, after
    /// The other strategy minus the baseline.
    case difference
  }

  /// Differences below so many are not drawn: 1.5 points.
  static let leastDifference = 0.015
  /// From here on each step of the colours of a difference, and of a share.
  static let differenceSteps = [leastDifference, 0.05, 0.1, 0.2]
  static let shareSteps = [0.01, 0.05, 0.2, 0.5, 0.8]

  let kind: Kind
  /// Places in ``Comparison/classes``, from top to bottom and from left to right.
  let order: [Int]
  /// Names beside the rows and above the columns; `nil` without names.
  let names: [String]?
  /// Height and width of a cell.
  let cell: Double
  /// Room for names at the left and above.
  var margin: Double {
    guard let names else { return 0 }
    let longest = names.map { TextWidth.of($0, size: 11) }.max() ?? 0
    return min(longest * Self.broadFace + 7, Self.widestName)
  }
  static let widestName = 138.0
  /// Faces such as DejaVu Sans, where no narrower one is there, are wider than Helvetica.
  private static let broadFace = 1.16

  /// Whether a plus or a minus can be seen in a cell.
  var hasSigns: Bool { cell >= 6 }

  /// Width and height with the names.
  var side: Double { margin + Double(order.count) * cell + 1 }

  /// The step of a value; 0 is not drawn.
  static func step(_ value: Double, of kind: Kind) -> Int {
    let steps = kind == .difference ? differenceSteps : shareSteps
    return steps.count { abs(value) >= $0 - 1e-12 }
  }

  /// Everything, with the upper left corner at (x, y).
  func draw(_ shares: ConfusionShares, x: Double, y: Double, tip: Tip?) -> Markup {
    let (left, top) = (x + margin, y + margin)
    let extent = Double(order.count) * cell
    var body: Markup = ""
    if let names { body += labels(names, left: left, top: top) }
    body += guides(left: left, top: top)
    body += cells(shares, left: left, top: top, tip: tip)
    return body + """
      <rect class="ax" x="\(left)" y="\(top)" width="\(extent)" height="\(extent)"/>
      """
  }

  /// What the tooltip of a cell says.
  typealias Tip = (ConfusionShares.Cell) -> String

  private func labels(_ names: [String], left: Double, top: Double) -> Markup {
    names.enumerated().map { place, name -> Markup in
      let middle = (Double(place) + 0.5) * cell + 3.8
      let short = TextWidth.cut(name, to: (margin - 7) / Self.broadFace + 0.01, size: 11)
      return """
        <text class="tm te" x="\(left - 5)" y="\(top + middle)">\(short)</text>\
        <text class="tm" transform="translate(\(left + middle) \(top - 5)) rotate(-90)">\
        \(short)</text>
        """
    }.joined()
  }

  /// A faint line after every fifth class, and the diagonal.
  private func guides(left: Double, top: Double) -> Markup {
    let extent = Double(order.count) * cell
    var path = ""
    for place in stride(from: 5, to: order.count, by: 5) {
      let at = Double(place) * cell
      path += "M\(Markup.number(left)) \(Markup.number(top + at))h\(Markup.number(extent))"
      path += "M\(Markup.number(left + at)) \(Markup.number(top))v\(Markup.number(extent))"
    }
    return """
      <path class="gr" d="\(path)M\(left) \(top)l\(extent) \(extent)"/>
      """
  }

  private func cells(
    _ shares: ConfusionShares, left: Double, top: Double, tip: Tip?
  ) -> Markup {
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    var fills: [String: String] = [:]
    var signs: [String: String] = [:]
    var tips: Markup = ""
    for one in shares.cells {
      guard let row = places[one.trueClass], let column = places[one.predicted] else { continue }
      let value =
        switch kind {
        case .before: one.before
        case .after: one.after
        case .difference: one.change
        }
      let step = Self.step(value, of: kind)
      guard step > 0 else { continue }
      let ramp = kind == .difference ? (one.isBetter ? "u" : "d") : "s"
      let (x, y) = (left + Double(column) * cell, top + Double(row) * cell)
      let inner = Markup.number(cell - 1)
      fills["\(ramp)\(step)", default: ""] +=
        "M\(Markup.number(x + 0.5)) \(Markup.number(y + 0.5))h\(inner)v\(inner)h-\(inner)z"
      guard kind == .difference, hasSigns else { continue }
      signs[step == 4 ? "lb" : step == 3 ? "" : "lt", default: ""] += sign(one.change > 0, x, y)
      guard let tip, step >= 2 else { continue }
      tips += """
        <path class="tip" d="M\(x) \(y)h\(cell)v\(cell)h-\(cell)z" data-tip="\(tip(one))"/>
        """
    }
    var body: Markup = ""
    for (name, path) in fills.sorted(by: { $0.key < $1.key }) {
      body += "<path class=\"\(name)\" d=\"\(path)\"/>"
    }
    for (name, path) in signs.sorted(by: { $0.key < $1.key }) {
      // White stands on the third step of both ramps, in light and in dark.
      body +=
        name.isEmpty
        ? "<path stroke=\"#fff\" fill=\"none\" d=\"\(path)\"/>"
        : "<path class=\"\(name)\" d=\"\(path)\"/>"
    }
    return body + tips
  }

  /// A plus or a minus in the middle of a cell.
  private func sign(_ isPlus: Bool, _ x: Double, _ y: Double) -> String {
    let (middle, half) = (cell / 2, min(cell * 0.22, 3))
    let line = Markup.number(2 * half)
    var path = "M\(Markup.number(x + middle - half)) \(Markup.number(y + middle))h\(line)"
    if isPlus {
      path += "M\(Markup.number(x + middle)) \(Markup.number(y + middle - half))v\(line)"
    }
    return path
  }
}

extension ConfusionMap {
  /// The same cells as a picture of pixels, for more classes than elements of SVG are good for; its
  /// colours can be seen on light and on dark.
  func raster(_ shares: ConfusionShares) -> PNGImage {
    var palette = [PNGImage.Colour(0, 0, 0, alpha: 0)]
    for (red, green, blue) in [(43, 119, 181), (184, 86, 8), (107, 130, 153)]
      as [(UInt8, UInt8, UInt8)]
    {
      for alpha in [70, 120, 175, 220, 255] as [UInt8] {
        palette.append(PNGImage.Colour(red, green, blue, alpha: alpha))
      }
    }
    var image = PNGImage(width: order.count, height: order.count, palette: palette)
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    for one in shares.cells {
      guard let row = places[one.trueClass], let column = places[one.predicted] else { continue }
      let value = kind == .difference ? one.change : kind == .before ? one.before : one.after
      let step = Self.step(value, of: kind)
      guard step > 0 else { continue }
      let ramp = kind == .difference ? (one.isBetter ? 0 : 5) : 10
      // The four steps of a difference use the upper four of five strengths.
      let strength = kind == .difference ? step + 1 : step
      image.pixels[row * order.count + column] = UInt8(ramp + strength)
    }
    return image
  }

  /// ``raster(_:)`` at a place of a picture.
  func drawRaster(_ shares: ConfusionShares, x: Double, y: Double) -> Markup {
    let extent = Double(order.count) * cell
    return """
      <image x="\(x)" y="\(y)" width="\(extent)" height="\(extent)" \
      preserveAspectRatio="none" style="image-rendering:pixelated" \
      href="\(raster(shares).dataAddress)"/>\
      <rect class="ax" x="\(x)" y="\(y)" width="\(extent)" height="\(extent)"/>
      """
  }
}
