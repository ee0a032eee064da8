#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Evaluation {
  /// The floor under a recall in the geometric mean, so that one lost class does not hide all
  /// others (imbalanced-learn's `correction`).
  public static let recallFloor = 0.001

  /// Everything that follows from counts; loss and ECE stay `nil`.
  ///
  /// - Parameters:
  ///   - confusion: images of row r taken for column c.
  ///   - correctTop5: for each row, images with their class among the best guesses.
  ///   - unguessed: for each row, images that are in no cell since a logit was no number.
  ///   - groups: one entry a row; rows in ``ShotGroup/unseen`` are not scored.
  init(
    confusion: ConfusionMatrix, correctTop5: [Int], unguessed: [Int], groups: [ShotGroup]
  ) {
    let supports = (0..<confusion.rowCount).map { confusion.rowSum($0) + unguessed[$0] }
    let seen = groups.indices.filter { groups[$0] != .unseen }
    let images = seen.map { supports[$0] }.reduce(0, +)
    var predicted = Array(repeating: 0, count: confusion.rowCount)
    for entry in confusion.entries where groups[entry.trueClass] != .unseen {
      predicted[entry.predicted] += entry.count
    }
    let classes = (0..<confusion.rowCount).map { row in
      ClassMetrics(
        classIndex: row, support: supports[row], predicted: predicted[row],
        correct: row < confusion.classCount ? confusion[row, row] : 0,
        correctTop5: correctTop5[row], images: images, isSeen: groups[row] != .unseen)
    }
    var headline = HeadlineMetrics(
      classes: seen.map { classes[$0] }, groups: seen.map { groups[$0] })
    headline.unseenImages = supports.reduce(0, +) - images
    if unguessed.allSatisfy({ $0 == 0 }) {
      let truths = groups.indices.map { groups[$0] == .unseen ? 0 : supports[$0] }
      headline.mcc = Self.correlation(
        truths: truths, predicted: predicted, correct: seen.map { classes[$0].correct }.reduce(0, +)
      )
    }
    self.init(headline: headline, classes: classes, confusion: confusion)
  }

  /// Figures from stored predictions: all but the loss, which needs the true class's probability.
  ///
  /// ECE is the same as at the time of the evaluation, since confidences are rounded to `Float`
  /// before they are used.
  public init(
    predictions: [Prediction], classCount: Int, unseenCount: Int = 0, groups: [ShotGroup]
  ) {
    precondition(groups.count == classCount || groups.count == classCount + unseenCount)
    let groups = ShotGroup.padded(groups, classCount: classCount, unseenCount: unseenCount)
    var confusion = ConfusionMatrix(classCount: classCount, unseenCount: unseenCount)
    var correctTop = Array(repeating: 0, count: confusion.rowCount)
    var unguessed = correctTop
    var calibration = CalibrationBins()
    for prediction in predictions {
      let row = prediction.trueClass
      guard let best = prediction.classes.first else {
        unguessed[row] += 1
        continue
      }
      confusion.add(trueClass: row, predicted: best)
      if prediction.classes.contains(row) { correctTop[row] += 1 }
      if groups[row] != .unseen, let confidence = prediction.probabilities.first {
        calibration.add(confidence: confidence, isRight: best == row)
      }
    }
    self.init(
      confusion: confusion, correctTop5: correctTop, unguessed: unguessed, groups: groups)
    if unguessed.allSatisfy({ $0 == 0 }) { headline.ece = calibration.error }
  }
}

extension Evaluation {
  /// Matthews' correlation coefficient for K classes (Gorodkin 2004; scikit-learn's form): with
  /// s images, c of them right, t_k images of class k and p_k taken for it,
  ///
  ///     (c·s − Σ p_k t_k) / √((s² − Σ p_k²)(s² − Σ t_k²))
  ///
  /// `nil` where the root is 0: all images are of one class or were taken for one.
  fileprivate static func correlation(truths: [Int], predicted: [Int], correct: Int) -> Double? {
    let images = Double(truths.reduce(0, +))
    var (product, guesses, actual) = (0.0, 0.0, 0.0)
    for (truth, guess) in zip(truths, predicted) {
      product += Double(truth) * Double(guess)
      guesses += Double(guess) * Double(guess)
      actual += Double(truth) * Double(truth)
    }
    let spread = (images * images - guesses) * (images * images - actual)
    return spread > 0 ? (Double(correct) * images - product) / spread.squareRoot() : nil
  }
}

extension ClassMetrics {
  /// The scores that follow from one class's counts among `images` images of seen classes.
  init(
    classIndex: Int, support: Int, predicted: Int, correct: Int, correctTop5: Int, images: Int,
    isSeen: Bool
  ) {
    func share(_ part: Int, of whole: Int) -> Double? {
      isSeen && whole > 0 ? Double(part) / Double(whole) : nil
    }
    let recall = share(correct, of: support)
    let others = images - support
    self.init(
      classIndex: classIndex, support: support, predicted: predicted, correct: correct,
      correctTop5: correctTop5, top1: recall, top5: share(correctTop5, of: support),
      precision: share(correct, of: predicted), recall: recall,
      f1: support > 0 ? share(2 * correct, of: support + predicted) : nil,
      specificity: share(others - (predicted - correct), of: others))
  }
}
