/// Which images of a divided data set are there more than once, and where.
public struct LeakCensus: Hashable, Sendable {
  /// A class with leaked test images.
  public struct ClassLine: Codable, Hashable, Sendable {
    /// The class's name.
    public var name: String
    /// Test images with a copy in training or validation.
    public var leaked: Int
    /// Test images in all.
    public var test: Int
  }

  /// For each image of the test split, in its order, whether training or validation has the same
  /// picture, under whatever label.
  public let isLeaked: [Bool]
  /// Classes with leaked test images, the most first; ties by share, then by name.
  public let classes: [ClassLine]
  /// Validation images of which training has the same picture.
  public let validation: Int
  /// Images of one split that are there a second time in the same split.
  public let repeated: Int

  /// Test images with a copy in training or validation.
  public var leaked: Int { isLeaked.count { $0 } }

  /// Counts the copies of a divided catalogue.
  init(_ groups: [PictureCopies.Group], in splits: DatasetSplits) {
    var parts = [SplitName?](repeating: nil, count: splits.catalogue.examples.count)
    for item in splits.training.examples { parts[item.example] = .train }
    for item in splits.validation.examples { parts[item.example] = .validation }
    for item in splits.test.examples { parts[item.example] = .test }
    var leaked: Set<Int> = []
    var (validation, repeated) = (0, 0)
    for group in groups {
      func members(_ part: SplitName) -> [Int] { group.members.filter { parts[$0] == part } }
      let (train, val, test) = (members(.train), members(.validation), members(.test))
      if !train.isEmpty || !val.isEmpty { leaked.formUnion(test) }
      if !train.isEmpty { validation += val.count }
      repeated += [train, val, test].reduce(0) { $0 + max($1.count - 1, 0) }
    }
    (self.validation, self.repeated) = (validation, repeated)
    isLeaked = splits.test.examples.map { leaked.contains($0.example) }
    classes = Self.lines(of: splits, isLeaked)
  }

  private static func lines(of splits: DatasetSplits, _ isLeaked: [Bool]) -> [ClassLine] {
    var lines = splits.labelMap.allNames.map { ClassLine(name: $0, leaked: 0, test: 0) }
    for (item, leaks) in zip(splits.test.examples, isLeaked) {
      lines[item.classIndex].test += 1
      if leaks { lines[item.classIndex].leaked += 1 }
    }
    return lines.filter { $0.leaked > 0 }.sorted { first, second in
      // Products instead of quotients: n/m > p/q.
      let (one, other) = (first.leaked * second.test, second.leaked * first.test)
      if first.leaked != second.leaked { return first.leaked > second.leaked }
      return one != other ? one > other : Wording.precedes(first.name, second.name)
    }
  }

  /// What a reader should know of it, one sentence each.
  func notes(_ groups: [PictureCopies.Group], policy: DuplicatePolicy, isDrawn: Bool) -> [String] {
    var notes: [String] = []
    if !groups.isEmpty {
      notes.append(Self.note(on: groups, handled: Self.words(policy, isDrawn: isDrawn)))
    }
    if leaked > 0 {
      let shown = classes.prefix(8).map { "\($0.name) \($0.leaked) of \($0.test)" }
      let more = classes.count - shown.count
      let rest = more > 0 ? " and \(Wording.count(more, "more class", plural: "more classes"))" : ""
      notes.append(
        "\(Wording.grouped(leaked)) of \(Wording.grouped(isLeaked.count)) test pictures"
          + " \(leaked == 1 ? "is" : "are") identical to a training or validation picture:"
          + " \(shown.joined(separator: ", "))\(rest)")
    }
    if validation > 0 {
      notes.append(
        "\(Wording.count(validation, "validation picture"))"
          + " \(validation == 1 ? "is" : "are") identical to a training picture")
    }
    return notes
  }

  private static func note(on groups: [PictureCopies.Group], handled: String) -> String {
    let images = groups.reduce(0) { $0 + $1.members.count }
    let kinds = PictureCopies.Evidence.allCases.compactMap { kind in
      let count = groups.count { $0.evidence == kind }
      return count > 0 ? "\(count) by \(kind.rawValue)" : nil
    }
    return "\(Wording.count(groups.count, "group")) of identical pictures with"
      + " \(Wording.grouped(images)) images (\(kinds.joined(separator: ", "))): \(handled)"
  }

  private static func words(_ policy: DuplicatePolicy, isDrawn: Bool) -> String {
    switch (isDrawn, policy.copies) {
    case (true, .keep): "divided like any others, as split.duplicates says"
    case (true, .group), (true, .drop): "each kept on one side"
    case (false, .drop): "those left do not reach from training or validation into test"
    case (false, _):
      "the division is given, so nothing moves; split.duplicates: drop removes"
        + " copies of test images from training and validation"
    }
  }
}
