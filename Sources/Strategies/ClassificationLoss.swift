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
public protocol ClassificationLoss: Sendable {
  /// What the batch's sum is divided by.
  var reduction: LossReduction { get }
  /// The weight of each class; `nil` where all are 1. Zero-count classes have weight 0.
  var classWeights: [Double]? { get }
  /// The batch's loss; overwrites `dLogits` (N×K) with its gradient.
  ///
  /// `targets` (N×K) are soft: rows sum to 1. Sums run in row order, so the result does not depend
  /// on the thread count.
  func evaluate(
    _ logits: TensorView, targets: TensorView, into dLogits: MutableTensorView
  )
    -> Float
}
