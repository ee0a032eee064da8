/// What a model said about one image: its five most probable classes.
public struct Prediction: Hashable, Sendable, Codable {
  /// The image's id in its catalogue.
  public var exampleID: String
  /// The image's class; an unseen class has an index of at least the class count.
  public var trueClass: Int
  /// Up to five classes, the most probable first; ties go to the lower index.
  public var classes: [Int]
  /// Their probabilities.
  public var probabilities: [Float]

  /// A prediction with all its parts.
  public init(exampleID: String, trueClass: Int, classes: [Int], probabilities: [Float]) {
    (self.exampleID, self.trueClass) = (exampleID, trueClass)
    (self.classes, self.probabilities) = (classes, probabilities)
  }
}

/// One class's figures. Undefined is `nil`, never 0 or NaN.
public struct ClassMetrics: Hashable, Sendable, Codable {
  /// The class; an unseen class has an index of at least the class count.
  public var classIndex: Int
  /// Images of this class.
  public var support: Int
  /// Images taken for this class (by images of seen classes).
  public var predicted: Int
  /// Images of this class taken for it.
  public var correct: Int
  /// Images of this class with it among the five most probable.
  public var correctTop5: Int
  /// Share of this class's images whose best guess is right. Equals ``recall``.
  public var top1: Double?
  /// Share of this class's images with the class among the five best guesses.
  public var top5: Double?
  /// correct / predicted; `nil` when nothing was taken for this class.
  public var precision: Double?
  /// correct / support; `nil` when there is no such image, and for unseen classes.
  public var recall: Double?
  /// 2·correct / (support + predicted); `nil` when support is 0, and for unseen classes.
  public var f1: Double?
  /// Share of the other classes' images that were not taken for this class.
  public var specificity: Double?

  /// Figures with all their parts.
  public init(
    classIndex: Int, support: Int, predicted: Int, correct: Int, correctTop5: Int, top1: Double?,
    top5: Double?, precision: Double?, recall: Double?, f1: Double?, specificity: Double?
  ) {
    (self.classIndex, self.support, self.predicted) = (classIndex, support, predicted)
    (self.correct, self.correctTop5, self.top1, self.top5) = (correct, correctTop5, top1, top5)
    (self.precision, self.recall, self.f1) = (precision, recall, f1)
    self.specificity = specificity
  }
}

/// The result of putting one split through a model.
public struct Evaluation: Hashable, Sendable, Codable {
  /// The figures of the whole split.
  public var headline: HeadlineMetrics
  /// One entry a class, seen ones first, in the order of their indices.
  public var classes: [ClassMetrics]
  /// How often each class was taken for which.
  public var confusion: ConfusionMatrix

  /// An evaluation with all its parts.
  public init(headline: HeadlineMetrics, classes: [ClassMetrics], confusion: ConfusionMatrix) {
    (self.headline, self.classes, self.confusion) = (headline, classes, confusion)
  }
}
