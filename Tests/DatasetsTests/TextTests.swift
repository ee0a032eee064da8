import Datasets
import Testing

@Suite("Texts")
struct TextTests {
  @Test(
    "are cut into words of letters and digits, in small letters",
    arguments: [
      ("Turtle Check Men Navy Blue Shirt", ["turtle", "check", "men", "navy", "blue", "shirt"]),
      ("Women's T-Shirt, 3/4", ["women", "s", "t", "shirt", "3", "4"]),
      ("ÄRMELLOS Größe naïve", ["ärmellos", "größe", "naïve"]),
      ("Брюки №5 ١٢ 東京", ["брюки", "5", "١٢", "東京"]),
      ("", []), (" --- \t\n", []), ("A", ["a"]),
    ])
  func words(text: String, expected: [String]) {
    #expect(WordTokens.words(of: text) == expected)
  }

  @Test("spell a letter with its accent alike, however it was composed")
  func canonicalWords() {
    let vocabulary = Vocabulary(of: [["na\u{EF}ve"]], minCount: 1)
    #expect(vocabulary.numbers(of: ["nai\u{308}ve"], length: 3) == [Vocabulary.first])
  }

  // MARK: Vocabulary

  @Test("words are numbered by falling count, ties by their bytes, from the minimum count on")
  func vocabulary() {
    let texts: [[String?]] = [["b", "a", "c"], ["b", "c", nil], ["b", "z", "rare"], ["z"]]
    #expect(Vocabulary(of: texts, minCount: 2).words == ["b", "c", "z"])
    #expect(Vocabulary(of: texts, minCount: 3).words == ["b"])
    #expect(Vocabulary(of: texts, minCount: 1).words == ["b", "c", "z", "a", "rare"])
    #expect(Vocabulary(of: texts, minCount: 4).words == [])
    #expect(Vocabulary(of: texts, minCount: 4).count == 3)
  }

  @Test("unknown and hidden words have numbers of their own, and a text ends at its length")
  func numbers() {
    let vocabulary = Vocabulary(of: [["blue", "shirt", "blue"]], minCount: 1)
    let text = ["shirt", nil, "silk", "blue", "blue"]
    #expect(vocabulary.numbers(of: text, length: 9) == [4, Vocabulary.masked, 1, 3, 3])
    #expect(vocabulary.numbers(of: text, length: 2) == [4, Vocabulary.masked])
    #expect(vocabulary.numbers(of: [], length: 9) == [])
    #expect(Vocabulary.padding == 0 && !vocabulary.numbers(of: text, length: 9).contains(0))
  }

  // MARK: Class words

  @Test(
    "class words are hidden in either number, joined or apart, and a run of them as one",
    arguments: [
      ("Puma Men Blue Shirt", "puma men blue _"), ("Puma Shirts", "puma _"),
      ("Nike T-Shirt red", "nike _ red"), ("nike tshirt", "nike _"),
      ("Casual brown shoe", "_ brown _"), ("casual shoes for men", "_ for men"),
      ("flip-flop", "_"), ("FlipFlops", "_"), ("Red Dresses", "red _"), ("red dress", "red _"),
      ("an accessory", "an _"), ("glass", "glass"), ("Shirting", "shirting"), ("", ""),
      ("watch WATCHES Watch", "_"), ("two boxes", "two _"),
    ])
  func masking(text: String, expected: String) {
    let words = ClassWords([
      "Shirts", "Tshirts", "Casual Shoes", "Flip Flops", "Dresses", "Accessories", "Watches", "Box",
    ])
    let masked = words.masking(WordTokens.words(of: text))
    #expect(masked.map { $0 ?? "_" }.joined(separator: " ") == expected)
    #expect(words.occur(in: WordTokens.words(of: text)) == masked.contains { $0 == nil })
  }

  @Test("no class word hides nothing") func noClassWords() {
    #expect(ClassWords([String]()).masking(["a", "b"]) == ["a", "b"])
    #expect(ClassWords(["-"]).masking(["a"]) == ["a"])
  }

  // MARK: Tables

  private func splits(_ text: (Int, String) -> String?) throws -> DatasetSplits {
    let examples = (0..<40).map { index in
      let label = index % 2 == 0 ? "Shirts" : "Watches"
      return Example(
        id: "\(index)", label: label, text: text(index, label), pixels: .file("/nowhere"))
    }
    return try DatasetSplits.make(
      from: Catalogue(name: "texts", root: "/nowhere", examples: examples),
      split: SplitConfiguration(validation: 0.2), classes: .init())
  }

  private let rules = TextTable.Rules(minCount: 1, maxLength: 4, masksClassWords: false)

  @Test("the vocabulary knows words of the training split only")
  func trainingOnly() throws {
    let splits = try splits { index, _ in "own\(index) common" }
    let table = try TextTable(of: splits, rules: rules)
    let learned = Set(splits.training.examples.map { "own\($0.example)" })
    #expect(Set(table.vocabulary.words) == learned.union(["common"]))
    #expect(table.vocabulary.words.first == "common")
    for item in splits.validation.examples + splits.test.examples {
      #expect(table.numbers(of: item.example) == [Vocabulary.unknown, Vocabulary.first])
    }
    #expect(table.testFigures.unknown == 0.5)
  }

  @Test("class words are hidden before anything is counted")
  func maskedTable() throws {
    let splits = try splits { index, label in index % 4 < 2 ? "nice \(label.lowercased())" : "nice"
    }
    var rules = rules
    let plain = try TextTable(of: splits, rules: rules)
    rules.masksClassWords = true
    let masked = try TextTable(of: splits, rules: rules)
    #expect(Set(plain.vocabulary.words) == ["nice", "shirts", "watches"])
    #expect(masked.vocabulary.words == ["nice"])
    #expect(masked.digest != plain.digest)
    // What the texts give away is the same, whether it is hidden or not.
    #expect(masked.testFigures.naming == plain.testFigures.naming)
    #expect(plain.testFigures.naming > 0 && plain.testFigures.naming < 1)
    #expect(plain.note.contains("NOT hidden") && masked.note.contains("class names hidden"))
  }

  @Test("empty, missing and long texts are read as far as they go")
  func oddTexts() throws {
    let splits = try splits { index, _ in
      [nil, "", "...", "one two three four five six"][index / 10]
    }
    let table = try TextTable(of: splits, rules: rules)
    for item in splits.training.examples + splits.test.examples {
      #expect(table.numbers(of: item.example).count == (item.example < 30 ? 0 : 4))
    }
    let long = splits.test.examples.count { $0.example >= 30 }
    #expect(table.testFigures.cut == Double(long) / Double(splits.test.examples.count))
    #expect(table.testFigures.empty == 1 - table.testFigures.cut)
  }

  @Test("data without texts say what is missing")
  func noTexts() throws {
    let splits = try splits { _, _ in nil }
    let error = #expect(throws: DatasetError.self) { try TextTable(of: splits, rules: rules) }
    #expect(error?.code == .missingColumn)
    #expect(error?.description.contains("dataset.text") == true)
  }

  @Test("texts count in a data set's digest")
  func digest() throws {
    let digests = try ["a", "b", nil].map { text in
      try splits { _, _ in text }.digest(pixels: "p")
    }
    #expect(Set(digests).count == 3)
    #expect(try splits { _, _ in "a" }.digest(pixels: "p") == digests[0])
  }
}
