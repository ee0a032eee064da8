import Datasets

/// Classes that validation finds badly recognised are drawn more often:
/// m_c ∝ n_c^power · (1 − r_c + floor)^gamma, at most `cap`/C.
///
/// The study's "oversample classes with really low accuracy". r_c is the validation recall of the
/// epochs before, smoothed: r ← smoothing·r + (1 − smoothing)·recall. FlexRS weighs images by 1/r
/// (`DifficultyDatasetSampler` of MONICA), which divides by zero; this form is safe at r = 0. Until
/// the first validation, and for classes without validation images, r is the mean of the others, or
/// 0. Test images are never looked at.
///
/// The study's idea in its own words, "low count *or* low accuracy", is `low_count` and
/// `low_accuracy`: a class of fewer than `low_count` images counts as not recognised (r = 0)
/// whatever validation says, and with `low_accuracy` all others count as not recognised below it and
/// as recognised (r = 1) from it on. Classes that are low in either sense are then drawn
/// ((1 + floor)/floor)^gamma times as often as their size alone would have it. With `low_count` a
/// recall that is not known yet is none to act on: r = 1.
public struct AccuracyDrivenSampling: Sampling {
  public static let name = "accuracy-driven-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "Classes with low validation recall are drawn more often.",
    formula: "m_c ∝ n_c^power · (1 − r_c + floor)^gamma, at most cap/C; r_c the smoothed recall",
    paper: "The study's second open idea; after FlexRS (MONICA), in a form of our own",
    parameters: [
      StrategyParameter(
        "power", default: "1", range: "a number, 0 ≤ power ≤ 1",
        "Of the class sizes: 1 starts with ordinary draws, 0 with class-balanced ones."),
      StrategyParameter(
        "gamma", default: "1", range: "a number, 0 ≤ gamma ≤ 8", "How strongly errors count."),
      StrategyParameter(
        "floor", default: "0.05", range: "a number, 0 < floor ≤ 1",
        "What a perfectly recognised class counts."),
      StrategyParameter(
        "smoothing", default: "0.5", range: "a number, 0 ≤ smoothing < 1",
        "How much of the epochs before stays in r; 0 looks at the last epoch only."),
      StrategyParameter(
        "cap", default: "10", range: "a number, 1 ≤ cap ≤ 1000",
        "No class is drawn more than this many times as often as if all were drawn alike."),
      .unset(
        "low_count", range: "a whole number, at least 1",
        "Classes of fewer training images count as not recognised, whatever their recall."),
      .unset(
        "low_accuracy", range: "a number, 0 < low_accuracy ≤ 1",
        "Classes below this recall count as not recognised, those from it on as recognised."),
    ],
    remark:
      "low_count and low_accuracy together are \"low count or low accuracy\": either is enough.")

  /// Exponent of the class sizes: 1 starts with ordinary draws, 0 with class-balanced ones. Range:
  /// 0 ≤ power ≤ 1.
  public var power = 1.0
  /// How strongly errors count. Range: 0 ≤ gamma ≤ 8.
  public var gamma = 1.0
  /// What a perfectly recognised class counts. Range: 0 < floor ≤ 1.
  public var floor = 0.05
  /// How much of the epochs before stays in r; 0 looks at the last epoch only. Range: 0 ≤ smoothing
  /// < 1.
  public var smoothing = 0.5
  /// No class is drawn more than this many times as often as if all were drawn alike. Range: 1 ≤
  /// cap ≤ 1000.
  public var cap = 10.0
  /// Classes of fewer training images count as not recognised, whatever their recall; at least 1.
  public var lowCount: Int?
  /// Classes below this recall count as not recognised, those from it on as recognised. Range: 0 <
  /// lowAccuracy ≤ 1.
  public var lowAccuracy: Double?

  private enum CodingKeys: String, CodingKey {
    case power, gamma, floor, smoothing, cap
    case lowCount = "low_count"
    case lowAccuracy = "low_accuracy"
  }

  /// Ordinary draws until the first validation.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(power >= 0 && power <= 1, "power", is: power)
    try require(gamma >= 0 && gamma <= 8, "gamma", is: gamma)
    try require(floor > 0 && floor <= 1, "floor", is: floor)
    try require(smoothing >= 0 && smoothing < 1, "smoothing", is: smoothing)
    try require(cap >= 1 && cap <= 1000, "cap", is: cap)
    if let lowCount { try require(lowCount >= 1, "low_count", is: lowCount) }
    if let lowAccuracy {
      try require(lowAccuracy > 0 && lowAccuracy <= 1, "low_accuracy", is: lowAccuracy)
    }
  }

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    AccuracyDrivenSampler(self)
  }

  /// Classes of fewer than 20 images, or of a recall below one half.
  public static var furtherTrials: [(name: String, strategy: any Strategy)] {
    var either = AccuracyDrivenSampling()
    (either.lowCount, either.lowAccuracy) = (20, 0.5)
    return [("low_count 20 or low_accuracy 0.5", either)]
  }
}

/// Draws with masses that follow validation.
public struct AccuracyDrivenSampler: ChangingSampler {
  private let strategy: AccuracyDrivenSampling

  /// A sampler of these parameters.
  public init(_ strategy: AccuracyDrivenSampling) { self.strategy = strategy }

  /// r of each class after all validations so far.
  public func smoothedRecall(_ feedback: ValidationFeedback?, classCount: Int) -> [Double] {
    guard let feedback else { return Array(repeating: 0, count: classCount) }
    var smoothed: [Double?] = Array(repeating: nil, count: classCount)
    for epoch in feedback.earlier + [feedback.recall] {
      for c in 0..<min(classCount, epoch.count) {
        guard let recall = epoch[c] else { continue }
        let before = smoothed[c] ?? recall
        smoothed[c] = strategy.smoothing * before + (1 - strategy.smoothing) * recall
      }
    }
    let known = smoothed.compactMap { $0 }
    let mean = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    return smoothed.map { $0 ?? mean }
  }

  /// r of each class as the draws take it: the smoothed recall, or what `low_count` and
  /// `low_accuracy` make of it.
  func recognition(_ feedback: ValidationFeedback?, for census: ClassCensus) -> [Double] {
    let isKnown = feedback.map { $0.recall.contains { $0 != nil } } ?? false
    let recall =
      isKnown || strategy.lowCount == nil
      ? smoothedRecall(feedback, classCount: census.classCount)
      : Array(repeating: 1, count: census.classCount)
    return zip(census.counts, recall).map { count, recall in
      if let lowCount = strategy.lowCount, count < lowCount { return 0 }
      return strategy.lowAccuracy.map { recall < $0 ? 0 : 1 } ?? recall
    }
  }

  func masses(at moment: SamplingMoment, for census: ClassCensus) -> [Double] {
    let recall = recognition(moment.feedback, for: census)
    let raw = zip(census.counts, recall).map { count, recall in
      count > 0
        ? power(Double(count), strategy.power)
          * power(1 - recall + strategy.floor, strategy.gamma) : 0
    }
    return Self.capped(raw.normalized(), at: strategy.cap)
  }

  /// Masses of which none is above `cap`/C; what is cut off goes to the others, in proportion.
  static func capped(_ masses: [Double], at cap: Double) -> [Double] {
    let present = masses.count { $0 > 0 }
    guard present > 0 else { return masses }
    let limit = cap / Double(present)
    var capped: Set<Int> = []
    var result = masses
    // Each round caps at least one more class, so there are no more rounds than classes.
    while let over = result.indices.first(where: { result[$0] > limit * (1 + 1e-12) }) {
      capped.insert(over)
      let rest = masses.indices.filter { !capped.contains($0) }
      let total = rest.reduce(0) { $0 + masses[$1] }
      let left = 1 - limit * Double(capped.count)
      for index in masses.indices {
        result[index] =
          capped.contains(index) ? limit : (total > 0 ? masses[index] / total * left : 0)
      }
    }
    return result
  }

  /// Of the time before the first validation.
  public func classMass(for census: ClassCensus) -> [Double] {
    masses(at: SamplingMoment(), for: census)
  }
}
