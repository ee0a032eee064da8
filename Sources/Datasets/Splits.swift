/// An example with the index of its class.
public struct LabeledExample: Hashable, Sendable {
  /// Index into the catalogue's examples.
  public var example: Int
  /// Class index; at least the class count for unseen classes (test only).
  public var classIndex: Int

  /// A pair of indices.
  public init(example: Int, classIndex: Int) {
    (self.example, self.classIndex) = (example, classIndex)
  }
}

/// The images that are learned from. Only this type can be counted.
public struct TrainingSplit: Sendable {
  /// In the order of the catalogue.
  public let examples: [LabeledExample]
  /// Classes that are learned.
  public let classCount: Int

  /// Training images over `classCount` classes.
  public init(examples: [LabeledExample], classCount: Int) {
    (self.examples, self.classCount) = (examples, classCount)
  }
}

/// The images that choose the best epoch.
public struct ValidationSplit: Sendable {
  /// In the order of the catalogue.
  public let examples: [LabeledExample]

  /// Validation images.
  public init(examples: [LabeledExample]) { self.examples = examples }
}

/// The images that are looked at once, at the end.
public struct TestSplit: Sendable {
  /// In the order of the catalogue.
  public let examples: [LabeledExample]

  /// Test images, those of unseen classes among them.
  public init(examples: [LabeledExample]) { self.examples = examples }
}

/// How many training examples each class has.
///
/// Only a ``TrainingSplit`` can be counted, so no strategy can learn from validation or test.
public struct ClassCensus: Hashable, Sendable {
  /// Training images of each class, by class index.
  public let counts: [Int]
  /// Names of the classes, by class index; strategies that select by name need them.
  public let names: [String]

  /// Counts a training split.
  ///
  /// - Parameter names: one a class, by class index.
  /// - Precondition: every class index is below the split's class count.
  public init(of split: TrainingSplit, names: [String]) {
    var counts = Array(repeating: 0, count: split.classCount)
    for example in split.examples { counts[example.classIndex] += 1 }
    (self.counts, self.names) = (counts, names)
  }

  /// Classes in all.
  public var classCount: Int { counts.count }
  /// Training images in all.
  public var total: Int { counts.reduce(0, +) }
}
