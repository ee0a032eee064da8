import Datasets
import Metrics
import Networks
import Strategies
import Tensors

/// Puts a split through a model, in batches of the model's own size.
struct SplitEvaluator {
  let model: ImageClassifier
  let loader: BatchLoader
  /// What is frozen, if anything.
  let trunk: FrozenTrunk?
  let classCount: Int
  let groups: [ShotGroup]
  /// Changes logits before they are counted.
  let decision: (any DecisionRule)?
  /// Ids of the catalogue's examples, by index.
  let exampleID: (Int) -> String

  /// A split's figures and, where asked for, every prediction.
  struct Outcome {
    var evaluation: Evaluation
    var predictions: [Prediction]
    /// Whether some logit was no finite number.
    var hasNonFinite: Bool
  }

  /// Evaluates in the given order. Every image is seen exactly once, without augmentation.
  func evaluate(_ examples: [LabeledExample], keepsPredictions: Bool = false) -> Outcome {
    var tally = EvaluationTally(
      classCount: classCount, unseenCount: groups.count - classCount, groups: groups)
    let batch = model.input.shape.n
    var start = 0
    while start < examples.count {
      let slice = Array(examples[start..<min(start + batch, examples.count)])
      if let trunk { trunk.present(slice) } else { loader.load(slice, into: model.input) }
      model.forward(phase: .evaluation, step: 0, above: trunk?.part)
      for (row, example) in slice.enumerated() {
        let start = model.logits.pointer + row * classCount
        let logits = UnsafeMutableBufferPointer(mutating: .init(start: start, count: classCount))
        decision?.adjust(logits)
        tally.add(
          logits: UnsafeBufferPointer(logits), trueClass: example.classIndex,
          exampleID: exampleID(example.example),
          keepsPrediction: keepsPredictions)
      }
      start += batch
    }
    return Outcome(
      evaluation: tally.evaluation(), predictions: tally.predictions,
      hasNonFinite: tally.hasNonFinite)
  }
}
