import Metrics

/// A strategy's difference from the baseline in one figure, with what its runs can say of it.
public struct Contrast: Sendable {
  /// Strategy minus baseline, the mean over pairs of one seed (and fold), in the figure's own unit.
  public let mean: Double
  /// How many pairs it rests on.
  public let pairs: Int
  /// What another set of seeds would give: 95 %, simultaneous over the strategies of the comparison;
  /// `nil` where the runs cannot say, as with one seed.
  public let seedInterval: ClosedRange<Double>?
  /// ``seedInterval`` and the luck of the test images together; `nil` where it is not known.
  public let imageInterval: ClosedRange<Double>?
  /// What may be claimed.
  public let verdict: Verdict

  /// p after the correction for all that was looked at, as the intervals; `nil` where they are.
  public let adjustedP: Double?
  /// Standard error of ``mean`` over sets of seeds, and its degrees of freedom; `nil` where the interval is.
  let spread: (error: Double, degrees: Double)?

  /// A difference of which nothing is known but its mean.
  init(mean: Double, pairs: Int) {
    (self.mean, self.pairs, verdict) = (mean, pairs, .unknown)
    (seedInterval, imageInterval, adjustedP, spread) = (nil, nil, nil, nil)
  }

  /// A difference with half the width of its interval over seeds, and of that over test images as well.
  ///
  /// - Parameters:
  ///   - reach: half the width of ``seedInterval``.
  ///   - images: half the width of what the luck of the test images adds; `nil` where it is not known,
  ///     0 where the seeds' differences have it in them.
  init(
    mean: Double, pairs: Int, spread: (error: Double, degrees: Double), reach: Double,
    images: Double?, adjustedP: Double
  ) {
    (self.mean, self.pairs, self.adjustedP, self.spread) = (mean, pairs, adjustedP, spread)
    let outer = images.map { (reach * reach + $0 * $0).squareRoot() }
    seedInterval = mean - reach...mean + reach
    imageInterval = outer.map { mean - $0...mean + $0 }
    // A difference below the rounding of shares is none.
    if abs(mean) <= reach || abs(mean) < 1e-12 {
      verdict = .unclear
    } else if let outer, abs(mean) > outer {
      verdict = mean > 0 ? .higher : .lower
    } else {
      verdict = mean > 0 ? .higherHere : .lowerHere
    }
  }
}

/// What may be said of a difference: the only place where its words and signs are chosen.
public enum Verdict: String, CaseIterable, Sendable {
  /// Distinguishable, also on other test images.
  case higher, lower
  /// Distinguishable on these test images only.
  case higherHere, lowerHere
  /// Neither: not the same as "no difference".
  case unclear
  /// Nothing is known of the spread: one seed, or differences that are all the same.
  case unknown

  /// `▲ △ ≈ ▽ ▼`, and a middle dot for ``unknown``.
  public var sign: String {
    switch self {
    case .higher: "▲"
    case .higherHere: "△"
    case .unclear: "≈"
    case .lowerHere: "▽"
    case .lower: "▼"
    case .unknown: "·"
    }
  }

  /// As a sentence says it, such as `higher`, or `not distinguishable`.
  public var words: String {
    switch self {
    case .higher: "higher"
    case .lower: "lower"
    case .higherHere: "higher on these images"
    case .lowerHere: "lower on these images"
    case .unclear: "not distinguishable"
    case .unknown: "not known"
    }
  }

  /// Whether the intervals exclude zero.
  public var isDifference: Bool { self != .unclear && self != .unknown }

  /// Whether the figure went up (`true`) or down; `nil` where nothing may be said. Which of both is
  /// better is for the figure to say (``HeadlineFigure/lowerIsBetter``).
  public var isHigher: Bool? {
    switch self {
    case .higher, .higherHere: true
    case .lower, .lowerHere: false
    case .unclear, .unknown: nil
    }
  }
}

extension Comparison {
  /// The difference of a strategy from its baseline in a headline figure, such as ``metric`` or
  /// recall of the few; `nil` for the baseline, and without a pair of runs that have the figure.
  public func contrast(of strategy: StrategySummary, in figure: HeadlineFigure) -> Contrast? {
    strategy.contrasts[figure]
  }

  /// The difference of a strategy from its baseline in the recall of each class, in the order of
  /// ``classes``; verdicts keep a false discovery rate of 5 % over all classes and strategies.
  /// `nil` where no pair of runs has the class.
  public func classContrasts(of strategy: StrategySummary) -> [Contrast?] {
    strategy.classes.map { $0.top1Change?.contrast }
  }
}
