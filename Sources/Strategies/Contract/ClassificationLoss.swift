import Tensors

/// What a batch's loss is divided by. Recorded with every run: they are different experiments.
///
/// With `meanOverWeights`, a batch of one example loses its weight (pytorch #50528) and the
/// effective learning rate wobbles with the batch's classes (pytorch #61309).
public enum LossReduction: String, Codable, CaseIterable, Sendable {
  /// By the number of examples.
  case meanOverExamples = "mean_over_examples"
  /// By the sum of the examples' weights, as PyTorch's `reduction="mean"` does.
  case meanOverWeights = "mean_over_weights"
}

/// A loss over logits with its gradient written out.
///
/// A loss over logits and targets alone writes the first method; one that counts, draws random
/// numbers or looks at features writes the second, and the first on top of it.
public protocol ClassificationLoss: Sendable {
  /// What the batch's sum is divided by.
  var reduction: LossReduction { get }
  /// The weight of each class; `nil` where all are 1. Zero-count classes have weight 0.
  var classWeights: [Double]? { get }
  /// What is added to the logits of each class by its prior; `nil` where nothing is. −∞ takes a
  /// class out of the softmax. The rule on double compensation reads it.
  var logitOffsets: [Double]? { get }
  /// Whether the loss looks at features and may have a gradient on them.
  var readsFeatures: Bool { get }
  /// Whether the loss follows from a batch's logits and targets alone: it draws no number, counts
  /// nothing and looks at no feature. Only then can its values on some batches tell it from others.
  var isFunctionOfLogits: Bool { get }
  /// What the loss has counted before the first batch of its phase; saved with checkpoints.
  var initialState: [Double] { get }
  /// The batch's loss; overwrites `dLogits` (N×K) with its gradient.
  ///
  /// `targets` (N×K) are soft: rows sum to 1. Sums run in row order, so the result does not depend
  /// on the thread count.
  func evaluate(
    _ logits: TensorView, targets: TensorView, into dLogits: MutableTensorView
  )
    -> Float
  /// As above, with all that a loss may know; `state` is what the last batch left.
  func evaluate(_ batch: LossBatch, state: inout [Double]) -> Float
  /// This loss with what its gradient treats as constant fixed at this batch's values, so that
  /// differences of its values can be compared with the gradient.
  func holdingConstants(of batch: LossBatch) -> any ClassificationLoss
}

extension ClassificationLoss {
  /// None.
  public var logitOffsets: [Double]? { nil }
  /// No.
  public var readsFeatures: Bool { false }
  /// No: a loss that does says so.
  public var isFunctionOfLogits: Bool { false }
  /// Nothing is counted.
  public var initialState: [Double] { [] }
  /// The loss of logits and targets; counts nothing.
  public func evaluate(_ batch: LossBatch, state: inout [Double]) -> Float {
    evaluate(batch.logits, targets: batch.targets, into: batch.dLogits)
  }
  /// Itself: nothing is constant.
  public func holdingConstants(of batch: LossBatch) -> any ClassificationLoss { self }
}

/// One batch as a loss sees it.
public struct LossBatch {
  /// N×K
  public var logits: TensorView
  /// N×K, rows sum to 1.
  public var targets: TensorView
  /// N×K, to be overwritten.
  public var dLogits: MutableTensorView
  /// N×D, what the last layer of the head reads.
  public var features: TensorView?
  /// N×D, 0 at first; a loss that depends on the features themselves adds its gradient.
  public var dFeatures: MutableTensorView?
  /// The run's seed; with ``step``, the key of a loss's random numbers.
  public var seed: UInt64
  /// The optimiser's step, from 0.
  public var step: Int

  /// A batch; without features, and with random numbers of seed 0, where not said.
  public init(
    logits: TensorView, targets: TensorView, dLogits: MutableTensorView,
    features: TensorView? = nil, dFeatures: MutableTensorView? = nil, seed: UInt64 = 0,
    step: Int = 0
  ) {
    precondition(targets.shape == logits.shape && dLogits.shape == logits.shape, "unequal shapes")
    (self.logits, self.targets, self.dLogits) = (logits, targets, dLogits)
    (self.features, self.dFeatures) = (features, dFeatures)
    (self.seed, self.step) = (seed, step)
  }
}
