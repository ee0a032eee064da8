import Metrics

/// A strategy's difference from the baseline in one figure, with what its runs can say of it.
public struct Contrast: Hashable, Sendable {
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

  public init(
    mean: Double, pairs: Int, seedInterval: ClosedRange<Double>?,
    imageInterval: ClosedRange<Double>?, verdict: Verdict
  ) {
    (self.mean, self.pairs, self.verdict) = (mean, pairs, verdict)
    (self.seedInterval, self.imageInterval) = (seedInterval, imageInterval)
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
  /// One seed, or none: nothing can be said.
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
    case .unknown: "not known from one seed"
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
    guard let pair = strategy.differences[figure] else { return nil }
    let interval = pair.interval
    let verdict: Verdict =
      interval.map { $0.lowerBound > 0 ? .higher : $0.upperBound < 0 ? .lower : .unclear }
      ?? .unknown
    return Contrast(
      mean: pair.mean, pairs: pair.replicas.count, seedInterval: interval, imageInterval: interval,
      verdict: verdict)
  }

  /// The difference of a strategy from its baseline in the recall of each class, in the order of
  /// ``classes``; verdicts keep a false discovery rate of 5 % over all classes and strategies.
  /// `nil` where no pair of runs has the class.
  public func classContrasts(of strategy: StrategySummary) -> [Contrast?] {
    strategy.classes.map { figures in
      figures.top1Change.map { change in
        let verdict: Verdict =
          switch change.mark {
          case .gain: .higher
          case .loss: .lower
          case .none: change.seeds < 2 ? .unknown : .unclear
          }
        return Contrast(
          mean: change.mean, pairs: change.seeds, seedInterval: nil, imageInterval: nil,
          verdict: verdict)
      }
    }
  }
}
