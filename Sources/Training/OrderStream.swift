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
  private var order: [Int] = []
  private var feedback: ValidationFeedback?
  private(set) var position: Position

  /// Where a stream is: everything that a checkpoint needs of it.
  struct Position: Codable, Hashable {
    var pass = 0
    var offset = 0
    /// What the sampler knew when the pass began.
    var feedback: ValidationFeedback?
  }

  init(
    split: TrainingSplit, sampler: any Sampler, seed: UInt64, phase: Int,
    at position: Position = Position()
  ) {
    (self.split, self.sampler, self.seed, self.phase) = (split, sampler, seed, phase)
    self.position = position
    order = pass(position.pass, feedback: position.feedback)
  }

  /// The next `count` examples. A pass that ends is followed by one that knows `feedback`.
  mutating func next(_ count: Int, feedback: ValidationFeedback?) -> [LabeledExample] {
    var drawn: [LabeledExample] = []
    drawn.reserveCapacity(count)
    while drawn.count < count {
      if position.offset == order.count {
        position = Position(pass: position.pass + 1, offset: 0, feedback: feedback)
        order = pass(position.pass, feedback: feedback)
      }
      drawn.append(split.examples[order[position.offset]])
      position.offset += 1
    }
    return drawn
  }

  private func pass(_ pass: Int, feedback: ValidationFeedback?) -> [Int] {
    var generator = SeededGenerator(
      seed: seed, purpose: .order, epoch: pass, item: UInt64(phase))
    let order = sampler.order(of: split, pass: pass, feedback: feedback, using: &generator)
    precondition(!order.isEmpty, "a sampler must draw at least one example a pass")
    return order
  }
}
