import Metrics
import Results

/// What a strategy's models read beside the image, by the figures that its runs left.
struct TextReading {
  /// `text`, `joint` or `fallback`, as files write them.
  let variant: String
  /// Whether words of class names were hidden.
  let isMasked: Bool
  /// Share of the test texts that hold a word of their own class's name.
  let naming: Spread?
  /// Below which confidence of the image's model the text's is asked.
  let threshold: Spread?
  /// Share of the test images for which it was asked, and for which it decided.
  let asked: Spread?
  let decided: Spread?
  /// Macro recall of the image's and of the text's model alone.
  let imageAlone: Spread?
  let textAlone: Spread?

  /// `nil` for a strategy that reads images only.
  init?(_ figures: [String: Spread]) {
    guard let masked = figures["text.masked"]?.mean else { return nil }
    let readsImage = figures["text.with_image"].map { $0.mean > 0.5 } ?? true
    variant =
      figures["fallback.threshold"] != nil ? "fallback" : readsImage ? "joint" : "text"
    isMasked = masked > 0.5
    (naming, threshold) = (figures["text.naming"], figures["fallback.threshold"])
    (asked, decided) = (figures["fallback.asked"], figures["fallback.text_decided"])
    imageAlone = figures["fallback.image.macro_recall"]
    textAlone = figures["fallback.text.macro_recall"]
  }
}

extension StrategySummary {
  /// What it reads beside the image; `nil` where nothing.
  var reading: TextReading? { TextReading(figures) }

  /// Means of what the runs measured by name.
  static func figures(of runs: [RunSummary]) -> [String: Spread] {
    let names = Set(runs.flatMap { ($0.figures ?? [:]).keys })
    return names.reduce(into: [:]) { result, name in
      result[name] = Spread(runs.compactMap { $0.figures?[name] })
    }
  }
}

/// One class's recall with and without a strategy's texts.
struct ClassGain {
  let row: ClassRow
  let baseline: Double
  let recall: Double
  let change: ClassChange
}

extension Comparison {
  /// The classes whose recall differs from the baseline's in matched seeds: the largest gains
  /// first, then the largest losses. The baseline's recall is that of the matched seeds.
  func gains(of strategy: StrategySummary) -> (gains: [ClassGain], losses: [ClassGain]) {
    let all = zip(classes, strategy.classes).compactMap { row, figures -> ClassGain? in
      guard let change = figures.top1Change, let recall = figures.top1?.mean else { return nil }
      return ClassGain(row: row, baseline: recall - change.mean, recall: recall, change: change)
    }
    // Ties go to the class with more training images, which stands first already.
    func sorted(by sign: Double) -> [ClassGain] {
      let chosen = all.filter { sign * $0.change.mean > 1e-12 }
      return chosen.enumerated().sorted { a, b in
        let (x, y) = (sign * a.element.change.mean, sign * b.element.change.mean)
        return x != y ? x > y : a.offset < b.offset
      }.map(\.element)
    }
    return (sorted(by: 1), sorted(by: -1))
  }
}
