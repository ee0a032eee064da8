import Files

/// A catalogue divided: what is learned from, what chooses, what is looked at once.
///
/// Made in this order: test by its rule; classes selected by their training counts; validation
/// cut from train; the long tail on train alone. A function of the catalogue's examples (their
/// order aside) and the configuration.
public struct DatasetSplits: Sendable {
  /// What the splits' indices point into.
  public let catalogue: Catalogue
  /// Names and indices of the classes, unseen ones last.
  public let labelMap: LabelMap
  /// What is learned from; never empty.
  public let training: TrainingSplit
  /// What chooses the best epoch; may be empty.
  public let validation: ValidationSplit
  /// Test images of unseen classes among them; their class indices start at the class count.
  public let test: TestSplit
  /// Of the training split.
  public let census: ClassCensus
  /// Training images that the long tail left out.
  public let droppedByLongTail: Int
  /// What a reader should know, in sentences.
  public private(set) var notes: [String]
  /// Which images are there more than once; `nil` where nobody looked.
  public private(set) var leaks: LeakCensus?

  /// Names of classes with test images but none to learn from.
  public var unseen: [String] { labelMap.unseen }

  /// Divides a catalogue.
  ///
  /// - Parameters:
  ///   - split: what becomes test and validation, and the long tail.
  ///   - classes: which classes count.
  ///   - together: examples that must not be parted, such as copies of one picture.
  /// - Throws: where a share, rule, list or selection cannot be applied to this catalogue, or
  ///   leaves no class, no training image or no test image.
  public static func make(
    from catalogue: Catalogue, split: SplitConfiguration, classes: ClassSelection,
    together: ExampleGroups? = nil
  ) throws(SplitError) -> DatasetSplits {
    try makeEach(from: catalogue, split: split, classes: classes, together: together)[
      split.foldIndex]
  }

  /// Divides a catalogue into every fold of its rule; without folds it is one division.
  ///
  /// The classes of all folds are the same, with the same indices: those that some fold could not
  /// learn, because all their images are tested in it, are unseen in every fold.
  ///
  /// - Parameters and errors: as of ``make(from:split:classes:together:)``.
  public static func makeEach(
    from catalogue: Catalogue, split: SplitConfiguration, classes: ClassSelection,
    together: ExampleGroups? = nil
  ) throws(SplitError) -> [DatasetSplits] {
    guard split.validation >= 0, split.validation < 1 else {
      throw SplitError(
        .invalidShare, at: "split.validation", "\(split.validation) is no share of the images",
        advice: "give a number from 0 (none) to below 1, such as 0.1")
    }
    try split.longTail?.validate()
    var notes: [String] = []
    let own = try split.group?.groups(of: catalogue, notes: &notes)
    let groups = own.map { own in together.map { own.joined(with: $0) } ?? own } ?? together
    let rule = try split.rule(for: catalogue, notes: &notes)
    let division = try Division(of: catalogue, by: rule, together: groups, seed: split.seed)
    notes += division.notes
    if let own, let rule = split.group {
      notes += own.remarks(on: division.parts, of: catalogue.examples, by: rule.text)
    }
    let all = ClassMembers.group(catalogue.examples, by: division.parts)
    let chosen = try classes.choose(from: all, notes: &notes)
    let maker = SplitMaker(
      catalogue: catalogue, split: split, groups: groups, division: division)
    return try maker.splits(of: chosen, notes: notes)
  }

  init(
    _ catalogue: Catalogue, seen: [ClassMembers], unseen: [ClassMembers], droppedByLongTail: Int,
    notes: [String]
  ) {
    labelMap = LabelMap(names: seen.map(\.name), unseen: unseen.map(\.name))
    func examples(
      of classes: [ClassMembers], _ part: KeyPath<ClassMembers, [Int]>
    ) -> [LabeledExample] {
      classes.enumerated().flatMap { index, members in
        members[keyPath: part].map { LabeledExample(example: $0, classIndex: index) }
      }
      .sorted { $0.example < $1.example }
    }
    self.catalogue = catalogue
    training = TrainingSplit(examples: examples(of: seen, \.train), classCount: seen.count)
    validation = ValidationSplit(examples: examples(of: seen, \.validation))
    test = TestSplit(examples: examples(of: seen + unseen, \.test))
    census = ClassCensus(of: training, names: labelMap.names)
    self.droppedByLongTail = droppedByLongTail
    self.notes = notes
  }

  /// SHA-256 over the names of the classes and over the ids and class indices of the three splits,
  /// with the pixels' own digest: equal digests mean the same images in the same parts. Texts count
  /// where the data set has them.
  public func digest(pixels: String) -> String {
    var digest = SHA256Digest()
    // Lengths before texts, so that no two contents spell the same bytes.
    func add(_ text: String) {
      digest.update("\(text.utf8.count):")
      digest.update(text)
    }
    add("counterpoise-splits-1")
    for names in [labelMap.names, labelMap.unseen] {
      add(String(names.count))
      names.forEach(add)
    }
    for split in [training.examples, validation.examples, test.examples] {
      add(String(split.count))
      for item in split {
        add(catalogue.examples[item.example].id)
        add(String(item.classIndex))
        if let text = catalogue.examples[item.example].text { add(text) }
      }
    }
    add(pixels)
    return digest.finalize()
  }
}

extension DatasetSplits {
  /// One digest for all folds of a catalogue, which are one data set; of a single division its own.
  public static func digest(of folds: [DatasetSplits], pixels: String) -> String {
    if folds.count == 1 { return folds[0].digest(pixels: pixels) }
    var digest = SHA256Digest()
    digest.update("counterpoise-folds-1 \(folds.count)\n")
    for fold in folds { digest.update(fold.digest(pixels: pixels) + "\n") }
    return digest.finalize()
  }

  /// These splits with what is known of identical pictures, and sentences about it.
  ///
  /// - Parameters:
  ///   - split: how they were divided; its ``SplitConfiguration/test`` is the rule that was followed.
  ///   - notes: further sentences on what was kept together.
  public func counting(
    _ copies: PictureCopies, by split: SplitConfiguration, notes: [String] = []
  ) -> DatasetSplits {
    var counted = self
    let groups = copies.groups(in: catalogue)
    let leaks = LeakCensus(groups, in: self)
    counted.leaks = leaks
    counted.notes += leaks.notes(
      groups, policy: split.duplicatePolicy, isDrawn: split.test.isDrawn)
    counted.notes += notes
    return counted
  }
}
