import Datasets
import Randomness

/// What a sampler may know of how well the classes are learned: the recalls of validations so far.
public struct ValidationFeedback: Sendable, Codable, Hashable {
  /// Recall of each class in the last one; `nil` for a class without validation images.
  public var recall: [Double?]
  /// Those of the validations before, oldest first: what is smoothed over epochs needs no state.
  public var earlier: [[Double?]]

  /// Recalls by class index.
  public init(recall: [Double?], earlier: [[Double?]] = []) {
    (self.recall, self.earlier) = (recall, earlier)
  }

  private enum CodingKeys: String, CodingKey { case recall, earlier }

  /// Reads both; checkpoints of older versions have no `earlier`.
  ///
  /// - Throws: `DecodingError` where `recall` is missing or no list.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    recall = try container.decode([Double?].self, forKey: .recall)
    earlier = try container.decodeIfPresent([[Double?]].self, forKey: .earlier) ?? []
  }

  /// The feedback after another validation.
  public func followed(by recall: [Double?]) -> ValidationFeedback {
    ValidationFeedback(recall: recall, earlier: earlier + [self.recall])
  }
}

/// When a pass begins, and what is known by then.
public struct SamplingMoment: Sendable, Codable, Hashable {
  /// Passes before this one.
  public var pass: Int
  /// Share of the phase that is done when the pass begins.
  public var progress: Double
  /// Share of the phase that as many draws take as there are training images.
  public var epochShare: Double
  /// The recalls of the validations so far; `nil` before the first.
  public var feedback: ValidationFeedback?
  /// 1 − p of each training image when it was last drawn, 1 before; `nil` where nobody asked.
  public var errors: [Float]?

  /// A moment; the phase's beginning where nothing else is said.
  public init(
    pass: Int = 0, progress: Double = 0, epochShare: Double = 1,
    feedback: ValidationFeedback? = nil, errors: [Float]? = nil
  ) {
    (self.pass, self.progress, self.epochShare) = (pass, progress, epochShare)
    (self.feedback, self.errors) = (feedback, errors)
  }
}

/// The order in which training examples are drawn.
///
/// A sampler that stays the same writes the first method; one that changes during a run writes the
/// second, says so, and the first on top of it.
public protocol Sampler: Sendable {
  /// One pass: indices into `split.examples`, of any length but 0.
  ///
  /// The trainer draws pass after pass until the run's image budget is spent, so a longer pass
  /// does not train longer.
  func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int]
  /// As above, with all that a sampler may know.
  func order(
    of split: TrainingSplit, at moment: SamplingMoment, using generator: inout SeededGenerator
  ) -> [Int]
  /// Expected share of the draws that fall on each class; sums to 1. For a sampler that changes:
  /// the mean over a run, as far as it is known before.
  func classMass(for census: ClassCensus) -> [Double]
  /// Whether the masses depend on the moment: the trainer then counts the draws.
  var changes: Bool { get }
  /// Whether ``SamplingMoment/errors`` must be kept.
  var readsErrors: Bool { get }
}

extension Sampler {
  /// The order that does not depend on the moment.
  public func order(
    of split: TrainingSplit, at moment: SamplingMoment, using generator: inout SeededGenerator
  ) -> [Int] {
    order(of: split, pass: moment.pass, feedback: moment.feedback, using: &generator)
  }
  /// No.
  public var changes: Bool { false }
  /// No.
  public var readsErrors: Bool { false }

  /// The class masses of a pass that begins at a moment; sums to 1.
  public func classMass(at moment: SamplingMoment, for census: ClassCensus) -> [Double] {
    guard let changing = self as? any ChangingSampler else { return classMass(for: census) }
    return changing.masses(at: moment, for: census).normalized()
  }
}

/// A sampler that draws classes with masses that depend on the moment.
protocol ChangingSampler: Sampler {
  /// The class masses of a pass, up to scale; 0 for classes without images.
  func masses(at moment: SamplingMoment, for census: ClassCensus) -> [Double]
}

extension ChangingSampler {
  /// Yes.
  public var changes: Bool { true }

  public func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] {
    order(of: split, at: SamplingMoment(pass: pass, feedback: feedback), using: &generator)
  }

  public func order(
    of split: TrainingSplit, at moment: SamplingMoment, using generator: inout SeededGenerator
  ) -> [Int] {
    let census = ClassCensus(of: split, names: Array(repeating: "", count: split.classCount))
    return ClassMassSampler(proportionalTo: masses(at: moment, for: census), census: census)
      .order(of: split, pass: moment.pass, feedback: nil, using: &generator)
  }
}
