import Metrics

/// Everything `poise data` shows of a data set, as plain values: no pixels, no rows.
public struct DatasetSummary: Codable, Hashable, Sendable {
  /// One class, head to tail, unseen classes last.
  public struct ClassLine: Codable, Hashable, Sendable {
    /// The class's index.
    public var index: Int
    /// The class's name.
    public var name: String
    /// Training images, after the long tail.
    public var train: Int
    /// Validation images.
    public var validation: Int
    /// Test images.
    public var test: Int
    /// Its shot group, by its training images.
    public var group: ShotGroup
  }

  /// Classes and images of one shot group.
  public struct GroupLine: Codable, Hashable, Sendable {
    /// The shot group.
    public var group: ShotGroup
    /// How many classes it has.
    public var classes: Int
    /// Training images of its classes.
    public var train: Int
    /// Validation images of its classes.
    public var validation: Int
    /// Test images of its classes.
    public var test: Int
  }

  /// Rows mended in one way.
  public struct RepairLine: Codable, Hashable, Sendable {
    /// How they were mended.
    public var repair: RepairedRow.Repair
    /// Line numbers of the rows, all of them.
    public var lines: [Int]
  }

  /// The data set's name.
  public var name: String
  /// The folder that its paths start from.
  public var root: String
  /// By falling training count, unseen classes last.
  public var classes: [ClassLine]
  /// Many, medium, few, unseen; those that have a class.
  public var groups: [GroupLine]
  /// Training images, after the long tail.
  public var trainCount: Int
  /// Validation images.
  public var validationCount: Int
  /// Test images, those of unseen classes among them.
  public var testCount: Int
  /// Test images of unseen classes, a part of ``testCount``.
  public var unseenTestCount: Int
  /// n_max / n_min over the classes that are learned.
  public var imbalanceFactor: Double
  /// Training images that the long tail left out.
  public var droppedByLongTail: Int
  /// Usable examples of the catalogue, selected or not.
  public var usableCount: Int
  /// Rows that cannot be used.
  public var quarantinedCount: Int
  /// By reason, most frequent first, with their first examples.
  public var quarantine: [QuarantineCount]
  /// Rows that were mended without loss, by how they were.
  public var repairs: [RepairLine]
  /// What else a reader should know, in sentences.
  public var notes: [String]

  /// A summary with the first `examples` of each reason for quarantine.
  public init(of splits: DatasetSplits, examples: Int = 5) {
    let catalogue = splits.catalogue
    (name, root) = (catalogue.name, catalogue.root)
    classes = Self.lines(of: splits)
    groups = Self.groups(of: classes)
    trainCount = splits.training.examples.count
    validationCount = splits.validation.examples.count
    testCount = splits.test.examples.count
    unseenTestCount = classes.filter { $0.group == .unseen }.reduce(0) { $0 + $1.test }
    let counts = splits.census.counts
    // Every class of a census has a training image, and there is at least one class.
    imbalanceFactor = Double(counts.max() ?? 1) / Double(counts.min() ?? 1)
    droppedByLongTail = splits.droppedByLongTail
    usableCount = catalogue.examples.count
    quarantinedCount = catalogue.quarantined.count
    quarantine = QuarantineCount.count(catalogue.quarantined, examples: examples)
    repairs = RepairedRow.Repair.allCases.compactMap { repair in
      let lines = catalogue.repairs.filter { $0.repair == repair }.map(\.line)
      return lines.isEmpty ? nil : RepairLine(repair: repair, lines: lines)
    }
    notes = catalogue.notes + splits.notes
  }

  /// A summary of all folds together; of a single division its own.
  ///
  /// Training and validation images are means over the folds, rounded half to even; test images are
  /// those of all folds, since each is tested once.
  public init(ofEach folds: [DatasetSplits], examples: Int = 5) {
    self.init(of: folds[0], examples: examples)
    guard folds.count > 1 else { return }
    let each = folds.map { DatasetSummary(of: $0, examples: 0) }
    func mean(_ values: [Int]) -> Int {
      Int((Double(values.reduce(0, +)) / Double(values.count)).rounded(.toNearestOrEven))
    }
    for index in classes.indices {
      let lines = each.map { $0.classes[index] }
      // A class that is learned at all is not one of those that are unseen.
      let train = mean(lines.map(\.train))
      classes[index].train = lines.allSatisfy { $0.train == 0 } ? 0 : max(1, train)
      classes[index].validation = mean(lines.map(\.validation))
      classes[index].test = lines.reduce(0) { $0 + $1.test }
      classes[index].group = ShotGroup(trainingCount: classes[index].train)
    }
    groups = Self.groups(of: classes)
    (trainCount, validationCount) = (
      mean(each.map(\.trainCount)), mean(each.map(\.validationCount))
    )
    testCount = each.reduce(0) { $0 + $1.testCount }
    unseenTestCount = each.reduce(0) { $0 + $1.unseenTestCount }
    let counts = classes.map(\.train).filter { $0 > 0 }
    imbalanceFactor = Double(counts.max() ?? 1) / Double(counts.min() ?? 1)
    droppedByLongTail = mean(each.map(\.droppedByLongTail))
    let shared = folds[0].notes.filter { note in folds.allSatisfy { $0.notes.contains(note) } }
    notes =
      folds[0].catalogue.notes + shared
      + folds.enumerated().flatMap { index, fold in
        fold.notes.filter { !shared.contains($0) }.map { "fold \(index + 1): \($0)" }
      }
  }

  /// The histogram's longest bar.
  public var largestClass: Int { classes.map(\.train).max() ?? 0 }

  private static func lines(of splits: DatasetSplits) -> [ClassLine] {
    var lines = splits.labelMap.allNames.enumerated().map { index, name in
      ClassLine(index: index, name: name, train: 0, validation: 0, test: 0, group: .unseen)
    }
    for item in splits.training.examples { lines[item.classIndex].train += 1 }
    for item in splits.validation.examples { lines[item.classIndex].validation += 1 }
    for item in splits.test.examples { lines[item.classIndex].test += 1 }
    for index in lines.indices {
      lines[index].group = ShotGroup(trainingCount: lines[index].train)
    }
    return lines
  }

  private static func groups(of lines: [ClassLine]) -> [GroupLine] {
    ShotGroup.allCases.compactMap { group in
      let members = lines.filter { $0.group == group }
      if members.isEmpty { return nil }
      return GroupLine(
        group: group, classes: members.count, train: members.reduce(0) { $0 + $1.train },
        validation: members.reduce(0) { $0 + $1.validation },
        test: members.reduce(0) { $0 + $1.test })
    }
  }
}
