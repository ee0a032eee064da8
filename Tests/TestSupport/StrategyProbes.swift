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
    return order(of: census.split, pass: pass, feedback: nil, using: &generator)
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
struct LogitBatch {
  let shape: Shape
  var logits: [Float]
  var targets: [Float]

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
  func evaluate(_ loss: any ClassificationLoss) -> (value: Double, gradient: [Double]) {
    let (logits, targets) = (AlignedBuffer(logits), AlignedBuffer(targets))
    let gradient = AlignedBuffer(count: shape.count)
    gradient.view(shape).fill(.nan)
    let value = loss.evaluate(
      logits.view(shape).readOnly, targets: targets.view(shape).readOnly,
      into: gradient.view(shape))
    return (Double(value), gradient.array.map(Double.init))
  }
}

extension ParameterValue {
  /// A value as it stands in a file; text where it is no JSON.
  init(flow text: String) {
    let value = try? JSONDecoder().decode(ParameterValue.self, from: Data(text.utf8))
    self = value ?? .text(text)
  }
}
