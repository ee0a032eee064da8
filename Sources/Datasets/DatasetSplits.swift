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
    guard split.validation >= 0, split.validation < 1 else {
      throw SplitError(
        .invalidShare, at: "split.validation", "\(split.validation) is no share of the images",
        advice: "give a number from 0 (none) to below 1, such as 0.1")
    }
    try split.longTail?.validate()
    let division = try Division(of: catalogue, by: split.test, seed: split.seed)
    var notes = division.notes
    let all = ClassMembers.group(catalogue.examples, by: division.parts)
    var chosen = try classes.choose(from: all, notes: &notes)
    try requireImages(chosen)
    if division.hasOwnValidation {
      dropUnlearnedValidation(&chosen, notes: &notes)
    } else {
      cutValidation(split, from: &chosen, in: catalogue.examples, notes: &notes)
    }
    let full = chosen.reduce(0) { $0 + $1.train.count }
    if let longTail = split.longTail {
      chosen = longTail.thin(chosen, in: catalogue.examples, seed: split.seed)
    }
    let dropped = full - chosen.reduce(0) { $0 + $1.train.count }
    return DatasetSplits(catalogue, classes: chosen, droppedByLongTail: dropped, notes: notes)
  }

  private init(
    _ catalogue: Catalogue, classes: [ClassMembers], droppedByLongTail: Int, notes: [String]
  ) {
    let seen = classes.filter { !$0.train.isEmpty }.sorted(by: ClassMembers.isLarger)
    let unseen = classes.filter { $0.train.isEmpty && !$0.test.isEmpty }.sorted {
      $0.test.count != $1.test.count
        ? $0.test.count > $1.test.count : Wording.precedes($0.name, $1.name)
    }
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
    self.notes = notes + Self.noteGaps(seen: seen, unseen: unseen)
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
  /// These splits with what is known of identical pictures, and sentences about it.
  ///
  /// - Parameter notes: further sentences on what was kept together.
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

  private static func requireImages(_ classes: [ClassMembers]) throws(SplitError) {
    let test = classes.reduce(0) { $0 + $1.test.count }
    guard classes.contains(where: { !$0.train.isEmpty }) else {
      throw SplitError(
        .noTrainingImage, at: "split",
        "none of the \(Wording.count(test, "image")) of the selected classes is for training",
        advice: "correct split.test, or select other classes")
    }
    guard test > 0 else {
      let train = classes.reduce(0) { $0 + $1.train.count }
      throw SplitError(
        .noTestImage, at: "split",
        "none of the \(Wording.count(train, "image")) of the selected classes is for testing",
        advice: "correct split.test, or select other classes")
    }
  }

  private static func cutValidation(
    _ split: SplitConfiguration, from classes: inout [ClassMembers], in examples: [Example],
    notes: inout [String]
  ) {
    guard split.validation > 0 else { return }
    for index in classes.indices {
      let train = classes[index].train
      let count = StratifiedCut.validationCount(of: train.count, share: split.validation)
      let (drawn, rest) = StratifiedCut.draw(
        count, of: train, in: examples, for: .validation, seed: split.seed)
      (classes[index].validation, classes[index].train) = (drawn, rest)
    }
    let without = classes.filter { !$0.train.isEmpty && $0.validation.isEmpty }.map(\.name)
    if !without.isEmpty {
      notes.append(
        "\(Wording.count(without.count, "class", plural: "classes")) too small for a validation"
          + " image: \(Wording.list(without))")
    }
  }

  /// A class that cannot be learned says nothing about which epoch is best.
  private static func dropUnlearnedValidation(
    _ classes: inout [ClassMembers], notes: inout [String]
  ) {
    notes.append("validation is the data's own; split.validation is not used")
    var (names, images): ([String], Int) = ([], 0)
    for index in classes.indices
    where classes[index].train.isEmpty && !classes[index].validation.isEmpty {
      names.append(classes[index].name)
      images += classes[index].validation.count
      classes[index].validation = []
    }
    if !names.isEmpty {
      notes.append(
        "\(Wording.count(images, "validation image")) of classes without training image left out:"
          + " \(Wording.list(names))")
    }
  }

  private static func noteGaps(seen: [ClassMembers], unseen: [ClassMembers]) -> [String] {
    var notes: [String] = []
    if !unseen.isEmpty {
      let images = unseen.reduce(0) { $0 + $1.test.count }
      notes.append(
        "\(Wording.count(unseen.count, "unseen class", plural: "unseen classes")) with"
          + " \(Wording.count(images, "test image")) and none to learn from, kept apart:"
          + " \(Wording.list(unseen.map(\.name)))")
    }
    let untested = seen.filter(\.test.isEmpty).map(\.name)
    if !untested.isEmpty {
      notes.append(
        "\(Wording.count(untested.count, "class", plural: "classes")) without test image:"
          + " \(Wording.list(untested))")
    }
    return notes
  }
}
