/// How many steps a run takes and where its epochs end.
///
/// With N training images, a batch of B and a budget of I images (epochs · N, rounded to whole
/// images, where the budget is given in epochs):
///
///     steps           = max(1, ⌈I / B⌉)
///     end of epoch e  = min(⌈e · N / B⌉, steps),   e = 1, 2, …
///
/// An epoch is N images *seen*, whatever the sampler draws, so every strategy of a sweep takes the
/// same steps and is validated at the same ones. The last epoch ends with the run, and may be short.
/// Batches run across the ends of epochs: there is no short batch inside a run.
public struct TrainingBudget: Hashable, Sendable {
  /// Images that may be seen.
  public let images: Int
  /// Updates in all, at least 1.
  public let steps: Int
  /// The count of steps done when each epoch ends: strictly rising, the last is ``steps``. Where the
  /// split is smaller than a batch, epochs that would end after the same step are one.
  public let epochEnds: [Int]
  private let imagesPerEpoch: Int
  private let batch: Int

  /// The budget of a configuration for a training split of this size.
  ///
  /// - Precondition: the split is not empty, and a batch holds at least one image.
  public init(_ configuration: TrainingConfiguration, trainingCount: Int) {
    precondition(trainingCount > 0, "a run without training images has no budget")
    precondition(configuration.batch > 0, "a batch holds at least one image")
    switch configuration.budget {
    case .epochs(let epochs): images = Int((epochs * Double(trainingCount)).rounded())
    case .images(let count): images = count
    }
    batch = configuration.batch
    imagesPerEpoch = trainingCount
    steps = max(1, Self.roundedUp(images, over: batch))
    var ends: [Int] = []
    var epoch = 1
    while ends.last != steps {
      let end = min(Self.roundedUp(epoch * trainingCount, over: batch), steps)
      if end != ends.last { ends.append(end) }
      epoch += 1
    }
    epochEnds = ends
  }

  /// Epochs, the last of which may be short.
  public var epochs: Int { epochEnds.count }

  /// Steps of each epoch; they add up to ``steps``.
  public var stepsPerEpoch: [Int] {
    zip(epochEnds, [0] + epochEnds).map { end, start in end - start }
  }

  /// The epoch, counted from 0, that a step, counted from 0, belongs to.
  public func epoch(ofStep step: Int) -> Int {
    precondition(step >= 0 && step < steps, "step \(step) is not one of \(steps)")
    var low = 0
    var high = epochEnds.count - 1
    while low < high {
      let middle = (low + high) / 2
      if epochEnds[middle] > step { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Epochs' worth of images seen after this many steps: the time axis of learning-rate schedules.
  public func epochsSeen(afterSteps steps: Int) -> Double {
    Double(steps) * Double(batch) / Double(imagesPerEpoch)
  }

  private static func roundedUp(_ value: Int, over divisor: Int) -> Int {
    (value + divisor - 1) / divisor
  }
}
