import Kernels
import Networks
import Randomness
import Strategies
import Tensors

/// Whole training steps on random images and labels: a forward pass, the mean cross-entropy and
/// its gradient, a backward pass, and an SGD update with momentum and weight decay.
final class TrainingStep {
  /// Seconds of the three parts of a step.
  struct Times {
    var forward: Double
    var backward: Double
    var update: Double
    var total: Double { forward + backward + update }
  }

  let classifier: ImageClassifier
  private let optimizer: any Optimizer
  private let targets: AlignedBuffer
  private let pool: ThreadPool
  private var step = 0

  init(_ options: NetworkOptions, pool: ThreadPool) throws {
    classifier = try options.classifier(pool: pool)
    self.pool = pool
    optimizer = makeOptimizer(.init(), parameters: classifier.parameters, pool: pool)
    targets = AlignedBuffer(count: options.batch * options.classes)
    var generator = SeededGenerator(seed: 2, purpose: .testing)
    for row in 0..<options.batch {
      targets.pointer[row * options.classes + generator.integer(below: options.classes)] = 1
    }
  }

  /// One step.
  func run() -> Times {
    let start = Stopwatch.wall.now
    classifier.forward(phase: .training, step: step)
    pool.timed("loss", .other) {
      _ = CrossEntropy().evaluate(
        classifier.logits, targets: targets.view(classifier.logits.shape).readOnly,
        into: classifier.dLogits)
    }
    let middle = Stopwatch.wall.now
    classifier.backward()
    let end = Stopwatch.wall.now
    pool.timed("update", .other) { optimizer.step(learningRateFactor: 0.01) }
    step += 1
    return Times(forward: middle - start, backward: end - middle, update: Stopwatch.wall.now - end)
  }
}
