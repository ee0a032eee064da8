import Drawing
import Metrics
import Results

/// One strategy in one figure, as the table shows it.
struct MetricRow {
  let seeds: [Double?]
  let mean: Double?
  let difference: Double?
  let baseline: Double?
  let inner: ClosedRange<Double>?
  let outer: ClosedRange<Double>?
  let verdict: Verdict?
  private let figure: HeadlineFigure
  private let isBaseline: Bool
  private let reach: Double?
  private let figures = Figures(TextStyle())

  init(_ strategy: StrategySummary, _ figure: HeadlineFigure, in comparison: Comparison) {
    self.figure = figure
    isBaseline = strategy.isBaseline
    seeds = strategy.runs.map { $0.headline.flatMap(figure.value) }
    mean = strategy.metrics[figure]?.mean
    let contrast = comparison.contrast(of: strategy, in: figure)
    (difference, verdict) = (contrast?.mean, contrast?.verdict)
    let pair = strategy.differences[figure]
    let reference =
      pair?.baselineMean ?? comparison.baselines.first.flatMap { $0.metrics[figure]?.mean }
    baseline = reference
    // Drawn around the strategy's own mean over the pairs, so that it leaves the baseline's out or not.
    func around(_ interval: ClosedRange<Double>?) -> ClosedRange<Double>? {
      guard let interval, let reference else { return nil }
      return reference + interval.lowerBound...reference + interval.upperBound
    }
    (inner, outer) = (around(contrast?.seedInterval), around(contrast?.imageInterval))
    reach = contrast?.seedInterval.map { ($0.upperBound - $0.lowerBound) / 2 }
  }

  /// U, u: better, on these images; D, d: worse; n: not distinguishable; x: nothing known.
  var style: String {
    guard let verdict, let isHigher = verdict.isHigher else {
      return verdict == .unclear ? "vn" : "vx"
    }
    let letter = isHigher != figure.lowerIsBetter ? "u" : "d"
    return "v" + (verdict == .higher || verdict == .lower ? letter.uppercased() : letter)
  }

  var meanText: String { figures.value(mean, of: figure) }
  var differenceText: String { difference.map { figures.difference($0, of: figure) } ?? "" }
  var reachText: String { reach.map { "±" + figures.value($0, of: figure) } ?? "" }
  var verdictText: String {
    isBaseline ? "baseline" : verdict.map { "\($0.sign) \($0.words)" } ?? ""
  }

  func number(_ value: Double?) -> String { value.map { Markup.number($0, decimals: 5) } ?? "" }

  var json: JSONText {
    func short(_ value: Double?) -> JSONText {
      value.map { .number(($0 * 100_000).rounded() / 100_000) } ?? .null
    }
    func ends(_ interval: ClosedRange<Double>?) -> JSONText {
      interval.map { .array([short($0.lowerBound), short($0.upperBound)]) } ?? .null
    }
    return .object([
      ("s", .array(seeds.map(short))), ("m", short(mean)), ("d", short(difference)),
      ("b", short(baseline)), ("i", ends(inner)), ("o", ends(outer)), ("c", .text(style)),
      ("t", .array([meanText, differenceText, reachText, verdictText].map { .text($0) })),
    ])
  }
}

/// The axis of one block of strategies in one figure.
struct MetricDrawing {
  let scale: Scale
  let ticks: [(value: Double, text: String)]

  init(_ figure: HeadlineFigure, of strategies: [StrategySummary], in comparison: Comparison) {
    let rows = strategies.map { MetricRow($0, figure, in: comparison) }
    var values = rows.flatMap {
      $0.seeds.compactMap(\.self) + [$0.mean, $0.baseline].compactMap(\.self)
    }
    values += rows.compactMap(\.inner).flatMap { [$0.lowerBound, $0.upperBound] }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = max((high - low) * 0.04, 0.002)
    scale = Scale(low - margin...high + margin, from: 0, to: 100)
    let figures = Figures(TextStyle())
    ticks = scale.ticks(6).map { value in
      let text =
        figure.isShare
        ? Markup.number(value * 100, decimals: 1) : Markup.number(value, decimals: 2)
      return (value, text.replacing("-", with: figures.style.minus))
    }
  }

  /// In percent of the picture's width; what lies beyond its edge is drawn at the edge.
  func place(_ value: Double) -> Double { min(max(scale(value), 0), 100) }

  var axis: Markup {
    ticks.map {
      "<span style=\"inset-inline-start:\(place($0.value))%\">\($0.text)</span>" as Markup
    }.joined()
  }

  var gridBackground: Markup {
    ticks.map {
      "linear-gradient(var(--grid),var(--grid)) \(place($0.value))% 0/1px 100% no-repeat" as Markup
    }.joined(separator: ",")
  }

  var json: JSONText {
    .object([
      ("a", .array([.number(scale.domain.lowerBound), .number(scale.domain.upperBound)])),
      ("t", .array(ticks.map { .array([.number($0.value), .text($0.text)]) })),
    ])
  }
}
