import Datasets

/// How far a phase undoes the classes' sizes: with draws ∝ n^(1−a), weights ∝ n^(−b) and logits
/// raised by t · log n, everything is balanced at a + b + t = 1, and rare classes count more than
/// frequent ones above it.
///
/// One rule for all strategies, by these values and not by what they are called: two or three of a,
/// b and t that make more than ``limit`` together undo the classes' sizes more than once, and are
/// refused unless `allow_overcompensation: true` accepts that. A single one above 1 is what its own
/// parameter asks for (`rho` of `generalized-weights`, `reverse-sampling`, `tau`), and is noted.
///
/// What a loss does example by example, such as `seesaw` or `ldam`'s margins, is in none of the
/// three, nor is a τ that validation chooses.
public struct Compensation: Hashable, Sendable {
  /// The largest sum that is no over-compensation: 5 % for what rounding and caps do.
  public static let limit = 1.05
  /// What a part has to make at least to count as one that compensates.
  static let least = 0.05
  /// a
  public var sampler: Double
  /// b
  public var weights: Double
  /// t, while training and after it.
  public var offsets: Double
  /// What the rarest class counts over the most frequent one, where 1 is balance.
  public var ratio: Double
  /// a + b + t
  public var total: Double { sampler + weights + offsets }
  /// Whether rare classes count more than frequent ones.
  public var isOver: Bool { total > Self.limit }
  /// Whether they do because two or three parts compensate.
  public var isRepeated: Bool {
    isOver && [sampler, weights, offsets].count { $0 > Self.least } > 1
  }

  /// `a + b`, with t only where there is one.
  var terms: String { abs(offsets) > 1e-9 ? "a + b + t" : "a + b" }

  /// `a + b + t = 0.00 + 1.00 + 1.00 = 2.00`
  public var sum: String {
    let parts = abs(offsets) > 1e-9 ? [sampler, weights, offsets] : [sampler, weights]
    return "\(terms) = \(parts.map(\.twoDigits).joined(separator: " + ")) = \(total.twoDigits)"
  }

  /// What is expected instead, why, and what to do; completes the sentence "… but must be".
  ///
  /// - Parameter canSplit: whether the strategy has the key `split`.
  public func expectation(canSplit: Bool) -> String {
    let offset = abs(offsets) > 1e-9
    let weighed = "weights ∝ n^(−b)"
    let means =
      offset
      ? "draws ∝ n^(1−a), \(weighed) and logits raised by t · log n"
      : "draws ∝ n^(1−a) and \(weighed)"
    return "of \(terms) at most \(Self.limit): with \(means) the rarest class counts "
      + "\(ratio.twoDigits) times as much as the most frequent one; "
      + advice(canSplit: canSplit)
  }

  /// What to do about it.
  public func advice(canSplit: Bool) -> String {
    let halves = sampler > Self.least && weights > Self.least
    if canSplit && halves {
      return "halve both with split: auto, or set allow_overcompensation: true"
    }
    let parts = [
      (sampler, "the sampler"), (weights, "the class weights"),
      (offsets, "the adjustment of logits"),
    ].filter { $0.0 > Self.least }.map(\.1)
    return "leave out \(parts.joined(separator: " or ")), or set allow_overcompensation: true"
  }
}

extension TrainingPlan.Phase {
  /// The exponents of this phase, by least squares in the logarithms.
  public func compensation(for census: ClassCensus) -> Compensation {
    let mass = classMass(for: census)
    let raised = loss.logitOffsets?.map { $0 == -.infinity ? 0 : exponential($0) }
    var found = Compensation(
      sampler: mass.samplerCompensation(for: census),
      weights: mass.weightCompensation(for: census),
      offsets: raised.map { -ClassMass.compensation(of: $0, for: census) } ?? 0, ratio: 1)
    // Raised logits are undone by training: a class whose logit was raised ends that much lower.
    if let (rare, frequent) = census.extremes {
      let undone = raised.map { $0[rare] > 0 ? $0[frequent] / $0[rare] : 1 } ?? 1
      found.ratio = mass.effective[rare] / mass.effective[frequent] * undone
    }
    return found
  }

  /// A warning where the phase over-compensates.
  func compensationNotes(for census: ClassCensus) -> [String] {
    compensation(for: census).notes
  }
}

extension Compensation {
  /// A warning where rare classes count more than frequent ones.
  var notes: [String] {
    guard isOver else { return [] }
    return [
      "over-compensated: sampler \(sampler.twoDigits) + weights \(weights.twoDigits) "
        + "+ logit offsets \(offsets.twoDigits) = \(total.twoDigits); above 1 rare "
        + "classes count more than frequent ones"
    ]
  }
}

extension ClassCensus {
  /// The rarest class with images, and the most frequent one.
  var extremes: (rare: Int, frequent: Int)? {
    let present = counts.indices.filter { counts[$0] > 0 }
    guard let rare = present.min(by: { counts[$0] < counts[$1] }),
      let frequent = present.max(by: { counts[$0] < counts[$1] })
    else { return nil }
    return (rare, frequent)
  }
}

extension TrainingPlan {
  /// The compensation of each phase; of a changed run that of its last phase and the change.
  public func compensations(for census: ClassCensus) -> [Compensation] {
    var all = phases.map { $0.compensation(for: census) }
    guard let shift = shift(for: census) else { return all }
    // What is added to the logits of a finished run stays added.
    let last = all.count - 1
    all[last].offsets += ClassMass.compensation(of: shift, for: census)
    if let (rare, frequent) = census.extremes { all[last].ratio *= shift[rare] / shift[frequent] }
    return [all[last]]
  }

  /// exp of what the change adds to each class's logit; `nil` where nothing is added, where
  /// validation chooses how much, and where it follows from the features.
  private func shift(for census: ClassCensus) -> [Double]? {
    guard let change, change.candidates.count == 1, !change.readsClassMeans else { return nil }
    let zero = [Float](repeating: 0, count: census.classCount)
    let changed = change.changed(
      LinearClassifier(weights: zero, bias: zero), at: change.candidates[0], means: [])
    guard changed.bias.contains(where: { $0 != 0 }) else { return nil }
    return changed.bias.map { exponential(Double($0)) }
  }

  /// The worst compensation by more than one part, if any is too much.
  public func repeatedCompensation(for census: ClassCensus) -> Compensation? {
    // What a run that is only changed was trained with was judged when that run was planned.
    guard change == nil || shift(for: census) != nil else { return nil }
    return compensations(for: census).filter(\.isRepeated).max { $0.total < $1.total }
  }
}

extension Strategy {
  /// Whether its own parameters accept that the classes' sizes are undone more than once.
  public var allowsOvercompensation: Bool {
    (self as? Combined)?.allowOvercompensation ?? false
  }

  /// The same strategy, with over-compensation accepted: what a plan would be can be looked at then.
  public var allowingOvercompensation: any Strategy {
    guard var combined = self as? Combined else { return self }
    combined.allowOvercompensation = true
    return combined
  }
}
