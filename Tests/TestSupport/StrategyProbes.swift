import Datasets
import Foundation
import Images
import Randomness
import Strategies
import Tensors

extension ClassCensus {
  /// A census of classes of these sizes, named "class 0", "class 1", ….
  public init(counts: [Int]) {
    self.init(of: Self.split(counts), names: counts.indices.map { "class \($0)" })
  }

  /// A split with this census.
  public var split: TrainingSplit { Self.split(counts) }

  /// Classes interleaved, so that no order by class is there to rely on.
  private static func split(_ counts: [Int]) -> TrainingSplit {
    var examples: [LabeledExample] = []
    for round in 0..<(counts.max() ?? 0) {
      for (index, count) in counts.enumerated() where round < count {
        examples.append(LabeledExample(example: examples.count, classIndex: index))
      }
    }
    return TrainingSplit(examples: examples, classCount: counts.count)
  }
}

extension Sampler {
  /// A pass over a split of this census, its generator keyed as the trainer keys it.
  public func probe(_ census: ClassCensus, pass: Int, seed: UInt64 = 7) -> [Int] {
    var generator = SeededGenerator(seed: seed, purpose: .order, epoch: pass)
    // As in a run of forty passes.
    let moment = SamplingMoment(pass: pass, progress: Double(pass) / 40, epochShare: 1 / 40.0)
    return order(of: census.split, at: moment, using: &generator)
  }
}

extension BatchMixing {
  /// The mixes of a batch of 8×6 images, the generator keyed as the trainer keys it.
  public func probe(_ classes: [Int], step: Int, seed: UInt64 = 7) -> [ExampleMix?] {
    var generator = SeededGenerator(seed: seed, purpose: .mixing, epoch: step)
    return mixes(of: classes, height: 8, width: 6, using: &generator)
  }
}

extension Augmentation {
  /// A small image without symmetry, after this augmentation.
  public func probe(classIndex: Int, item: UInt64 = 0) -> PixelImage {
    var image = PixelImage(height: 8, width: 6)
    for index in image.values.indices { image.values[index] = Float(index % 29) / 28 }
    var generator = SeededGenerator(seed: 7, purpose: .strategyAugmentation, item: item)
    apply(to: &image, classIndex: classIndex, using: &generator)
    return image
  }
}

/// Logits and targets of a batch: odd rows one-hot, even rows soft.
public struct LogitBatch {
  public let shape: Shape
  public var logits: [Float]
  public var targets: [Float]
  /// Of one row after the other; none where empty.
  public var features: [Float] = []

  /// A batch of given numbers.
  public init(classes: Int, logits: [Float], targets: [Float], features: [Float] = []) {
    shape = .matrix(logits.count / classes, classes)
    (self.logits, self.targets, self.features) = (logits, targets, features)
  }

  init(rows: Int, classes: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed, purpose: .testing)
    shape = .matrix(rows, classes)
    logits = (0..<shape.count).map { _ in Float(generator.normal()) }
    targets = Array(repeating: 0, count: shape.count)
    for row in 0..<rows {
      targets[row * classes + row % classes] = row % 2 == 1 ? 1 : 0.75
      if row % 2 == 0 { targets[row * classes + (row + 1) % classes] += 0.25 }
    }
  }

  /// The loss and its gradient; the gradient's memory starts as NaN, so a gap shows.
  public func evaluate(_ loss: any ClassificationLoss) -> (value: Double, gradient: [Double]) {
    var state = loss.initialState
    let result = evaluate(loss, state: &state)
    return (result.value, result.gradient)
  }

  /// As above, with a loss's state, and with the gradient on the features.
  public func evaluate(
    _ loss: any ClassificationLoss, state: inout [Double], step: Int = 0
  ) -> (value: Double, gradient: [Double], featureGradient: [Double]) {
    withBatch(step: step) { batch in
      let value = loss.evaluate(batch, state: &state)
      return (
        Double(value), batch.dLogits.buffer.map(Double.init),
        batch.dFeatures?.buffer.map(Double.init) ?? []
      )
    }
  }

  /// The loss with what its gradient takes for constant held at this batch.
  func holdingConstants(of loss: any ClassificationLoss) -> any ClassificationLoss {
    withBatch(step: 0) { loss.holdingConstants(of: $0) }
  }

  private func withBatch<Result>(step: Int, _ body: (LossBatch) -> Result) -> Result {
    let buffers = (AlignedBuffer(logits), AlignedBuffer(targets))
    let gradient = AlignedBuffer(count: shape.count)
    gradient.view(shape).fill(.nan)
    let (values, slopes) = (AlignedBuffer(features), AlignedBuffer(count: features.count))
    let width = Shape.matrix(shape.n, features.count / max(shape.n, 1))
    return withExtendedLifetime((buffers, gradient, values, slopes)) {
      body(
        LossBatch(
          logits: buffers.0.view(shape).readOnly, targets: buffers.1.view(shape).readOnly,
          dLogits: gradient.view(shape),
          features: features.isEmpty ? nil : values.view(width).readOnly,
          dFeatures: features.isEmpty ? nil : slopes.view(width), step: step))
    }
  }

  /// The batch with every class's columns where the next one's were.
  func withColumnsTurned() -> LogitBatch {
    LogitBatch(classes: shape.c, logits: turned(logits), targets: turned(targets))
  }

  /// A matrix of this shape with its columns moved by one.
  func turned<Number>(_ values: [Number]) -> [Number] {
    values.indices.map { index in
      let (row, column) = (index / shape.c, index % shape.c)
      return values[row * shape.c + (column + shape.c - 1) % shape.c]
    }
  }
}

extension ParameterValue {
  /// A value as it stands in a file; text where it is no JSON.
  init(flow text: String) {
    let value = try? JSONDecoder().decode(ParameterValue.self, from: Data(text.utf8))
    self = value ?? .text(text)
  }
}
