import Datasets
import Metrics
import Networks
import Tensors

/// Puts a split through a model, in batches of the model's own size.
struct SplitEvaluator {
  let model: ImageClassifier
  let loader: BatchLoader
  /// What is frozen, if anything.
  var trunk: FrozenTrunk?
  let classCount: Int
  let groups: [ShotGroup]
  /// Ids of the catalogue's examples, by index.
  let exampleID: (Int) -> String
  /// Called after every batch.
  var progressed: () -> Void = {}

  /// A split's figures and, where asked for, every prediction.
  struct Outcome {
    var evaluation: Evaluation
    var predictions: [Prediction]
    /// What every image was taken for, in the order of the examples.
    var guesses: [Guess]
    /// Whether some logit was no finite number.
    var hasNonFinite: Bool
  }

  /// Evaluates in the given order. Every image is seen exactly once, without augmentation.
  func evaluate(_ examples: [LabeledExample], keepsPredictions: Bool = false) -> Outcome {
    var tally = emptyTally
    forEach(examples) { example, logits in
      tally.add(
        logits: logits, trueClass: example.classIndex, exampleID: exampleID(example.example),
        keepsPrediction: keepsPredictions)
    }
    return Self.outcome(of: tally)
  }

  private var emptyTally: EvaluationTally {
    EvaluationTally(
      classCount: classCount, unseenCount: groups.count - classCount, groups: groups)
  }

  private static func outcome(of tally: EvaluationTally) -> Outcome {
    Outcome(
      evaluation: tally.evaluation(), predictions: tally.predictions,
      guesses: tally.guesses,
      hasNonFinite: tally.hasNonFinite)
  }

  /// Hands each example's logits over, in the given order.
  private func forEach(
    _ examples: [LabeledExample], _ body: (LabeledExample, UnsafeBufferPointer<Float>) -> Void
  ) {
    let batch = model.input.shape.n
    var start = 0
    while start < examples.count {
      let slice = Array(examples[start..<min(start + batch, examples.count)])
      if let trunk {
        trunk.present(slice)
      } else if let pixels = model.pixels {
        loader.load(slice, into: pixels)
      }
      if let tokens = model.tokens { loader.loadTexts(slice, into: tokens) }
      model.forward(phase: .evaluation, step: 0, above: trunk?.part)
      for (row, example) in slice.enumerated() {
        let start = model.logits.pointer + row * classCount
        body(example, UnsafeBufferPointer(start: start, count: classCount))
      }
      start += batch
      progressed()
    }
  }

  /// Hands over what the last layer reads of each example.
  func forEachFeature(
    _ examples: [LabeledExample], _ body: (LabeledExample, UnsafeBufferPointer<Float>) -> Void
  ) {
    let (batch, width) = (model.features.shape.n, model.features.count / model.features.shape.n)
    var row = 0
    forEach(examples) { example, _ in
      body(
        example,
        UnsafeBufferPointer(start: model.features.pointer + row % batch * width, count: width))
      row += 1
    }
  }

  /// What the network makes of each batch up to and including a part, to put other heads on.
  func activations(of examples: [LabeledExample], at part: FrozenPart) -> [[Float]] {
    var batches: [[Float]] = []
    var row = 0
    forEach(examples) { _, _ in
      if row % model.input.shape.n == 0 {
        batches.append(Array(UnsafeBufferPointer(model.activation(at: part).buffer)))
      }
      row += 1
    }
    return batches
  }

  /// The same bits as ``evaluate(_:keepsPredictions:)``, from activations that are there already.
  func evaluate(
    _ examples: [LabeledExample], from activations: [[Float]], at part: FrozenPart
  ) -> Outcome {
    var tally = emptyTally
    let batch = model.input.shape.n
    for (index, values) in activations.enumerated() {
      progressed()
      _ = model.activation(at: part).buffer.update(fromContentsOf: values)
      model.forward(phase: .evaluation, step: 0, above: part)
      for (row, example) in examples[(index * batch)...].prefix(batch).enumerated() {
        tally.add(
          logits: UnsafeBufferPointer(
            start: model.logits.pointer + row * classCount, count: classCount),
          trueClass: example.classIndex, exampleID: exampleID(example.example),
          keepsPrediction: false)
      }
    }
    return Self.outcome(of: tally)
  }

  /// What the model says about each example.
  func logits(of examples: [LabeledExample]) -> LogitTable {
    var table = LogitTable(classCount: classCount)
    forEach(examples) { table.append($1) }
    return table
  }

  /// Evaluates logits that are there already, by row.
  func tally(
    _ examples: [LabeledExample], keepsPredictions: Bool, logits: (Int) -> ArraySlice<Float>
  ) -> Outcome {
    var tally = emptyTally
    for (row, example) in examples.enumerated() {
      logits(row).withUnsafeBufferPointer {
        tally.add(
          logits: $0, trueClass: example.classIndex, exampleID: exampleID(example.example),
          keepsPrediction: keepsPredictions)
      }
    }
    return Self.outcome(of: tally)
  }
}
