import Files

/// The texts of all examples as numbers of words, with what is worth knowing of them.
public struct TextTable: Sendable {
  /// How texts become numbers.
  public struct Rules: Hashable, Sendable {
    /// Training texts that a word must stand in to be known, counted with repeats.
    public var minCount: Int
    /// Words of a text that are read, from its start.
    public var maxLength: Int
    /// Whether the words that class names consist of are hidden.
    public var masksClassWords: Bool

    /// Rules with all their parts.
    public init(minCount: Int, maxLength: Int, masksClassWords: Bool) {
      (self.minCount, self.maxLength) = (minCount, maxLength)
      self.masksClassWords = masksClassWords
    }
  }

  /// The words of the training texts that are known.
  public let vocabulary: Vocabulary
  /// How the texts became numbers.
  public let rules: Rules
  /// SHA-256 over the vocabulary and the numbers of every text of the three splits: equal digests
  /// mean that a model reads the same.
  public let digest: String
  /// Of the test split.
  public let testFigures: Figures
  /// By example of the catalogue; empty where an example is in no split.
  private let numbers: [[Int32]]

  /// What a split's texts are like, as shares.
  public struct Figures: Hashable, Sendable {
    /// Of the texts: those without any word.
    public var empty: Double
    /// Of the texts: those that hold a word of their own class's name before anything is hidden.
    public var naming: Double
    /// Of the words that are read: those that the vocabulary does not have.
    public var unknown: Double
    /// Of the texts: those longer than what is read.
    public var cut: Double
  }

  /// Builds the vocabulary from the training split and numbers the texts of all splits.
  ///
  /// Class words are those of the classes that are learned.
  ///
  /// - Throws: where the data set has no texts.
  public init(of splits: DatasetSplits, rules: Rules) throws(DatasetError) {
    let examples = splits.catalogue.examples
    let learned = splits.training.examples
    guard learned.contains(where: { examples[$0.example].text != nil }) else {
      throw DatasetError(
        .missingColumn, at: "data set '\(splits.catalogue.name)'",
        "no example has a text, and model.text is to read one",
        advice: "name the column with dataset.text (format csv), or take model.text.variant away")
    }
    let classWords = ClassWords(splits.labelMap.names)
    func words(_ item: LabeledExample) -> [String?] {
      let words = WordTokens.words(of: examples[item.example].text ?? "")
      return rules.masksClassWords ? classWords.masking(words) : words
    }
    let vocabulary = Vocabulary(of: learned.lazy.map(words), minCount: rules.minCount)
    var numbers = [[Int32]](repeating: [], count: examples.count)
    var digest = SHA256Digest()
    digest.update("counterpoise-texts-1 \(rules.maxLength) \(vocabulary.count)\n")
    for word in vocabulary.words { digest.update(word + "\n") }
    for split in [learned, splits.validation.examples, splits.test.examples] {
      for item in split {
        let text = vocabulary.numbers(of: words(item), length: rules.maxLength)
        numbers[item.example] = text
        digest.update(text.map(String.init).joined(separator: " ") + "\n")
      }
    }
    (self.vocabulary, self.rules, self.numbers) = (vocabulary, rules, numbers)
    self.digest = digest.finalize()
    testFigures = Self.figures(of: splits, numbers: numbers, length: rules.maxLength, words)
  }

  private static func figures(
    of splits: DatasetSplits, numbers: [[Int32]], length: Int,
    _ words: (LabeledExample) -> [String?]
  ) -> Figures {
    let test = splits.test.examples
    let names = splits.labelMap.allNames.map { ClassWords([$0]) }
    var (empty, naming, cut, read, unknown) = (0, 0, 0, 0, 0)
    for item in test {
      let text = splits.catalogue.examples[item.example].text ?? ""
      if names[item.classIndex].occur(in: WordTokens.words(of: text)) { naming += 1 }
      let numbers = numbers[item.example]
      if numbers.isEmpty { empty += 1 }
      if words(item).count > length { cut += 1 }
      read += numbers.count
      unknown += numbers.count { $0 == Vocabulary.unknown }
    }
    let texts = Double(max(test.count, 1))
    return Figures(
      empty: Double(empty) / texts, naming: Double(naming) / texts,
      unknown: Double(unknown) / Double(max(read, 1)), cut: Double(cut) / texts)
  }

  /// The numbers of an example's words, at most ``Rules/maxLength`` of them.
  public func numbers(of example: Int) -> [Int32] { numbers[example] }

  /// What a reader of results should know, in one sentence.
  public var note: String {
    let masking =
      rules.masksClassWords
      ? "words of class names hidden" : "words of class names NOT hidden"
    return "texts: \(masking) (\(Wording.percent(testFigures.naming)) of the test texts hold a word"
      + " of their own class's name); \(vocabulary.words.count) words known from training,"
      + " \(Wording.percent(testFigures.unknown)) of the test words unknown,"
      + " \(Wording.percent(testFigures.empty)) of the texts empty,"
      + " \(Wording.percent(testFigures.cut)) cut after \(rules.maxLength) words"
  }
}
