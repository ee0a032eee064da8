import Experiments
import Kernels
import Networks
import Testing

@Suite("Models that read texts")
struct TextModelTests {
  private static func file(
    dataset: String = "text: name", split: String = "{}", model: String = "{}",
    strategies: String = "baseline: {}"
  ) -> String {
    """
    name: t
    dataset:
      format: csv
      root: data
      file: a.csv
      id: id
      label: kind
      image: "{id}.png"
      \(dataset)
    split: \(split)
    image: {size: 32}
    model: \(model)
    strategies:
      \(strategies)
    """
  }
  private static let joint = "{text: {variant: joint}}"

  @Test("have the usual settings where nothing else is said")
  func usual() throws {
    let experiment = try Reading.read(Self.file(model: Self.joint))
    #expect(experiment.recipes[0].model.text == TextConfiguration(variant: .joint))
    #expect(try Reading.read(Self.file()).recipes[0].model.text == nil)
  }

  @Test("have every setting that a file gives, and strategies override them one by one")
  func settings() throws {
    let model = """
      {text: {min_count: 3, max_length: 5, embedding: 6, hidden: 7, cell: lstm, bidirectional: false}}
      """
    let strategies = """
      baseline: {}
        text: {strategy: baseline, overrides: {model.text.variant: text}}
        masked: {strategy: baseline, overrides: {model.text: {variant: fallback, mask_class_words: true}}}
      """
    let experiment = try Reading.read(Self.file(model: model, strategies: strategies))
    var expected = TextConfiguration(
      variant: .text, minCount: 3, maxLength: 5, embedding: 6, hidden: 7, cell: .lstm,
      bidirectional: false)
    #expect(experiment.recipes.map(\.label) == ["baseline", "text", "masked"])
    #expect(experiment.recipes[0].model.text == nil)
    #expect(experiment.recipes[1].model.text == expected)
    #expect(experiment.recipes[1].overrides == ["model.text.variant"])
    (expected.variant, expected.masksClassWords) = (.fallback, true)
    #expect(experiment.recipes[2].model.text == expected)
    #expect(experiment.recipes[2].overrides.count == 2)
    #expect(experiment.warnings.allSatisfy { $0.severity == .note })
  }

  @Test(
    "are refused with what was received and expected",
    arguments: [
      ("{text: {variant: jont}}", "did you mean 'joint'?"),
      ("{text: {variants: joint}}", "unknown key 'variants' in model.text"),
      ("{text: {min_count: 0}}", "a whole number from 1 to"),
      ("{text: {max_length: 0}}", "a whole number from 1 to 512"),
      ("{text: {max_length: 513}}", "a whole number from 1 to 512"),
      ("{text: {hidden: 1.5}}", "model.text.hidden"),
      ("{text: {embedding: -4}}", "model.text.embedding"),
      ("{text: {cell: rnn}}", "one of gru, lstm"),
      ("{text: {bidirectional: both}}", "expected true or false"),
      ("{text: {mask_class_words: 1}}", "expected true or false"),
      ("{text: joint}", "expected a mapping"),
    ])
  func badSettings(model: String, message: String) {
    let problems = Reading.problems(Self.file(model: model))
    #expect(problems.contains { $0.contains(message) }, "\(problems)")
  }

  @Test("need a column of texts")
  func needTexts() {
    let problems = Reading.problems(Self.file(dataset: "", model: Self.joint))
    #expect(
      problems.contains {
        $0.contains("model.text.variant is joint, but dataset.text names no column")
      }, "\(problems)")
    let folder = Reading.problems(
      Reading.head + "model: \(Self.joint)\nstrategies: {baseline: {}}\n")
    #expect(folder.contains { $0.contains("this data set has no texts") }, "\(folder)")
  }

  @Test("that fall back need validation images")
  func needValidation() {
    let model = "{text: {variant: fallback}}"
    let problems = Reading.problems(Self.file(split: "{validation: 0}", model: model))
    #expect(problems.contains { $0.contains("split.validation is 0") }, "\(problems)")
    #expect(Reading.problems(Self.file(split: "{validation: 0}", model: Self.joint)) == [])
  }

  @Test("that nobody asks for are pointed out")
  func unread() throws {
    let experiment = try Reading.read(Self.file(model: "{text: {hidden: 7}}"))
    #expect(experiment.warnings.contains { $0.description.contains("read by no strategy") })
  }
}
