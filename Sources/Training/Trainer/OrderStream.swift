import Datasets
import Randomness
import Strategies

/// A sampler's passes, one after the other, as one endless stream of training examples.
///
/// Position is (pass, offset); the stream can be put at any position without the ones before it,
/// because each pass has a generator of its own.
struct OrderStream {
  private let split: TrainingSplit
  private let sampler: any Sampler
  private let seed: UInt64
  private let phase: Int
  private let epochShare: Double
  private var order: [Int] = []
  private(set) var position: Position
  /// What ``SamplingMoment/errors`` were when the pass began; a checkpoint keeps them as a tensor.
  private(set) var errorsAtPass: [Float]?
  /// Indices into the split of the examples that were drawn last.
  private(set) var drawn: [Int] = []

  /// Where a stream is: everything that a checkpoint needs of it.
  struct Position: Codable, Hashable {
    var pass = 0
    var offset = 0
    /// What the sampler knew when the pass began.
    var feedback: ValidationFeedback?
    /// Share of the phase that was done when the pass began; 0 where absent.
    var progress: Double?
  }

  /// What a pass may know that begins now.
  struct Knowledge {
    var feedback: ValidationFeedback?
    /// Share of the phase that is done.
    var progress: Double
    var errors: [Float]?
  }

  /// A stream at a position.
  ///
  /// - Parameters:
  ///   - epochShare: share of the phase that as many draws take as there are training images.
  ///   - errors: what was known of each training image when the position's pass began.
  init(
    split: TrainingSplit, sampler: any Sampler, seed: UInt64, phase: Int, epochShare: Double,
    at position: Position = Position(), errors: [Float]? = nil
  ) {
    (self.split, self.sampler, self.seed, self.phase) = (split, sampler, seed, phase)
    (self.epochShare, self.position, errorsAtPass) = (epochShare, position, errors)
    order = pass()
  }

  /// The next `count` examples. A pass that ends is followed by one that knows what is known now.
  mutating func next(_ count: Int, knowing known: Knowledge) -> [LabeledExample] {
    drawn.removeAll(keepingCapacity: true)
    while drawn.count < count {
      if position.offset == order.count {
        position = Position(
          pass: position.pass + 1, offset: 0, feedback: known.feedback, progress: known.progress)
        errorsAtPass = sampler.readsErrors ? known.errors : nil
        order = pass()
      }
      drawn.append(order[position.offset])
      position.offset += 1
    }
    return drawn.map { split.examples[$0] }
  }

  private func pass() -> [Int] {
    var generator = SeededGenerator(
      seed: seed, purpose: .order, epoch: position.pass, item: UInt64(phase))
    let moment = SamplingMoment(
      pass: position.pass, progress: position.progress ?? 0, epochShare: epochShare,
      feedback: position.feedback, errors: errorsAtPass)
    let order = sampler.order(of: split, at: moment, using: &generator)
    precondition(!order.isEmpty, "a sampler must draw at least one example a pass")
    return order
  }
}
