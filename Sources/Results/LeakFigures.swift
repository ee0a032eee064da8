import Metrics

/// A run's test figures without the images that training or validation has too.
///
/// They are counted as the headline figures are: over images of seen classes, macro recall being the
/// mean over the classes that still have images. Undefined is `nil`.
public struct LeakFigures: Codable, Hashable, Sendable {
  /// Images of one class, with and without leaks.
  public struct ClassCount: Hashable, Sendable {
    /// The class; those from the model's class count on are unseen.
    public var trueClass: Int
    /// Test images.
    public var images: Int
    /// Those whose guess is right.
    public var right: Int
    /// Leaked images.
    public var leaked: Int
    /// Leaked images whose guess is right.
    public var leakedRight: Int

    /// The counts of one class.
    public init(trueClass: Int, images: Int, right: Int, leaked: Int, leakedRight: Int) {
      (self.trueClass, self.images, self.right) = (trueClass, images, right)
      (self.leaked, self.leakedRight) = (leaked, leakedRight)
    }
  }

  /// Test images of seen classes that training or validation has too.
  public var leaked: Int
  /// The other test images of seen classes.
  public var images: Int
  /// The share of ``images`` whose guess is right.
  public var accuracy: Double?
  /// The mean of the classes' shares.
  public var macroRecall: Double?

  /// The figures of a run from its counts.
  ///
  /// - Parameter modelClasses: classes that the model can name; others are not counted.
  public init(_ counts: [ClassCount], modelClasses: Int) {
    let seen = counts.filter { $0.trueClass < modelClasses }
    let clean = seen.map { (images: $0.images - $0.leaked, right: $0.right - $0.leakedRight) }
    let recalls = clean.filter { $0.images > 0 }.map { Double($0.right) / Double($0.images) }
    leaked = seen.reduce(0) { $0 + $1.leaked }
    images = clean.reduce(0) { $0 + $1.images }
    let right = clean.reduce(0) { $0 + $1.right }
    accuracy = images > 0 ? Double(right) / Double(images) : nil
    macroRecall = recalls.isEmpty ? nil : recalls.reduce(0, +) / Double(recalls.count)
  }

  /// The figures of a run whose guesses stand in the order of the test images, beginning with one of
  /// them; `nil` where leaks are not known or the two do not fit.
  public init?(images: [TestImage], guesses: [Guess], from first: Int, modelClasses: Int) {
    guard !guesses.isEmpty, first + guesses.count <= images.count,
      images.allSatisfy({ $0.isLeaked != nil })
    else { return nil }
    var counts: [Int: ClassCount] = [:]
    for (image, guess) in zip(images[first...], guesses) {
      var count =
        counts[image.trueClass]
        ?? ClassCount(trueClass: image.trueClass, images: 0, right: 0, leaked: 0, leakedRight: 0)
      let isRight = guess.classIndex == image.trueClass
      let isLeaked = image.isLeaked == true
      count.images += 1
      if isRight { count.right += 1 }
      if isLeaked { count.leaked += 1 }
      if isLeaked, isRight { count.leakedRight += 1 }
      counts[image.trueClass] = count
    }
    self.init(counts.values.sorted { $0.trueClass < $1.trueClass }, modelClasses: modelClasses)
  }
}
