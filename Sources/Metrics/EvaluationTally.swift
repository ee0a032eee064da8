#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Counts one split's logits, image by image, and turns the counts into an ``Evaluation``.
///
/// The softmax is computed in `Double` with the largest logit subtracted. The best guesses are
/// the largest logits, ties to the lower index. With no more classes than `topCount` every class
/// is among the best guesses, so that top-5 is 1 by definition.
///
/// Images of *unseen* classes (no training image: indices from `classCount` on, and any index
/// whose group is ``ShotGroup/unseen``) fill their rows of the confusion matrix and are counted
/// apart. They enter no headline figure and no `predicted` count.
public struct EvaluationTally: Sendable {
  /// Classes that the model can name.
  public let classCount: Int
  /// Classes of images beyond them.
  public let unseenCount: Int
  /// How many best guesses count for top-5.
  public let topCount: Int
  /// The predictions that were asked to be kept, in the order of ``add(logits:trueClass:exampleID:keepsPrediction:)``.
  public private(set) var predictions: [Prediction] = []

  /// What every image was taken for, in the same order.
  public private(set) var guesses: [Guess] = []

  private let groups: [ShotGroup]
  private var confusion: ConfusionMatrix
  private var correctTop: [Int]
  /// Images of each class without a guess, since a logit was no number.
  private var unguessed: [Int]
  private var lossSum = 0.0
  private var calibration = CalibrationBins()
  private var best: [Int] = []

  /// An empty tally.
  ///
  /// - Parameter groups: one entry a class index, with or without the unseen ones at the end.
  public init(classCount: Int, unseenCount: Int = 0, groups: [ShotGroup], topCount: Int = 5) {
    precondition(classCount > 0 && unseenCount >= 0 && topCount > 0)
    precondition(groups.count == classCount || groups.count == classCount + unseenCount)
    (self.classCount, self.unseenCount, self.topCount) = (classCount, unseenCount, topCount)
    self.groups = ShotGroup.padded(groups, classCount: classCount, unseenCount: unseenCount)
    confusion = ConfusionMatrix(classCount: classCount, unseenCount: unseenCount)
    correctTop = Array(repeating: 0, count: classCount + unseenCount)
    unguessed = correctTop
    best.reserveCapacity(topCount + 1)
  }

  /// How many images had a logit that was no finite number.
  ///
  /// Such an image counts as wrong and as no guess at all: it is in `support` but in no cell of the
  /// confusion matrix, its kept prediction names no class, and MCC, ECE and loss are `nil`.
  public var nonFiniteImages: Int { unguessed.reduce(0, +) }

  /// Whether any logit was no finite number.
  public var hasNonFinite: Bool { nonFiniteImages > 0 }

  /// Counts one image.
  ///
  /// - Parameters:
  ///   - logits: one number a class, `classCount` in all.
  ///   - trueClass: below `classCount + unseenCount`.
  ///   - exampleID: the image's id in its catalogue.
  ///   - keepsPrediction: whether it is appended to ``predictions``.
  public mutating func add(
    logits: UnsafeBufferPointer<Float>, trueClass: Int, exampleID: String, keepsPrediction: Bool
  ) {
    precondition(logits.count == classCount)
    precondition((0..<classCount + unseenCount).contains(trueClass))
    guard logits.allSatisfy(\.isFinite) else {
      unguessed[trueClass] += 1
      guesses.append(Guess())
      if keepsPrediction {
        predictions.append(
          Prediction(exampleID: exampleID, trueClass: trueClass, classes: [], probabilities: []))
      }
      return
    }
    selectBest(of: logits)
    let largest = Double(logits[best[0]])
    var sum = 0.0
    for logit in logits { sum += exp(Double(logit) - largest) }

    guesses.append(Guess(classIndex: best[0], confidence: Float(1 / sum)))
    confusion.add(trueClass: trueClass, predicted: best[0])
    if best.contains(trueClass) { correctTop[trueClass] += 1 }
    if groups[trueClass] != .unseen {
      lossSum += log(sum) - (Double(logits[trueClass]) - largest)
      calibration.add(confidence: Float(1 / sum), isRight: best[0] == trueClass)
    }
    if keepsPrediction {
      let probabilities = best.map { Float(exp(Double(logits[$0]) - largest) / sum) }
      predictions.append(
        Prediction(
          exampleID: exampleID, trueClass: trueClass, classes: best, probabilities: probabilities))
    }
  }

  /// All figures of the images so far. `nil` wherever there is nothing to divide by.
  public func evaluation() -> Evaluation {
    var evaluation = Evaluation(
      confusion: confusion, correctTop5: correctTop, unguessed: unguessed, groups: groups)
    let images = evaluation.headline.images
    if images > 0 && !hasNonFinite {
      evaluation.headline.loss = lossSum / Double(images)
      evaluation.headline.ece = calibration.error
    }
    return evaluation
  }

  /// Fills `best` with the indices of the largest logits, largest first, ties to the lower index.
  private mutating func selectBest(of logits: UnsafeBufferPointer<Float>) {
    best.removeAll(keepingCapacity: true)
    for (index, logit) in logits.enumerated() {
      if best.count == topCount && logit <= logits[best[topCount - 1]] { continue }
      // Behind everything that is at least as large.
      let place = best.firstIndex { logits[$0] < logit } ?? best.count
      best.insert(index, at: place)
      if best.count > topCount { best.removeLast() }
    }
  }
}

extension ShotGroup {
  /// The groups of all rows; those beyond `classCount` are unseen whatever was said.
  static func padded(_ groups: [ShotGroup], classCount: Int, unseenCount: Int) -> [ShotGroup] {
    Array(groups.prefix(classCount)) + Array(repeating: .unseen, count: unseenCount)
  }
}
