import Drawing

extension PictureMedium {
  /// Pixels of a picture's own coordinates a millimetre on paper: text of 11 pixels is 7.8 points high.
  static let pixelsPerMillimetre = 4.0

  /// How wide a picture may be, in pixels of its own coordinates.
  var width: Double {
    switch self {
    case .page: 1000
    case .paper(let millimetres): millimetres * Self.pixelsPerMillimetre
    }
  }

  /// Whether the picture stands in a page, which brings tooltips and folds.
  var isPage: Bool { self == .page }
}

extension Comparison {
  /// The strategy that pictures of two set against the baseline: the best one that departs from the
  /// shared recipe in nothing but its treatment, or the best of all; `nil` without another strategy
  /// that has a finished run.
  var leading: StrategySummary? {
    let others = strategies.filter { !$0.isBaseline && !$0.runs.isEmpty }
    return others.first { $0.overrides.isEmpty } ?? others.first
  }

  /// The baseline with finished runs; the first of its variants where there are several.
  var reference: StrategySummary? { baselines.first { !$0.runs.isEmpty } }

  /// Class of a strategy's marks, without its first letter: `be` better, `wo` worse, `ne` neither may
  /// be said; `ba` for the baseline.
  func tone(of strategy: StrategySummary) -> String {
    if strategy.isBaseline { return "ba" }
    guard let isHigher = contrast(of: strategy, in: metric)?.verdict.isHigher else { return "ne" }
    return isHigher != metric.lowerIsBetter ? "be" : "wo"
  }
}

/// Labels beside marks on one vertical line, moved so far apart that none covers another.
package enum LabelColumn {
  /// New positions in the order of the old ones, each as near as may be to its own.
  ///
  /// - Parameters:
  ///   - gap: from one label to the next, at least.
  ///   - range: where labels may stand; left where there are too many.
  package static func spread(
    _ positions: [Double], gap: Double, within range: ClosedRange<Double>
  ) -> [Double] {
    let order = positions.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
    var places = positions
    var last = -Double.infinity
    for index in order {
      places[index] = max(positions[index], last + gap)
      last = places[index]
    }
    var next = range.upperBound + gap
    for index in order.reversed() {
      places[index] = min(places[index], next - gap)
      next = places[index]
    }
    let excess = range.lowerBound - (order.first.map { places[$0] } ?? range.lowerBound)
    guard excess > 0 else { return places }
    return places.map { $0 + excess }
  }
}
