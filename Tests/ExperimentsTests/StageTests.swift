import Experiments
import Recipes
import TestSupport
import Testing

@Suite("stages") struct StageTests {
  private static let file =
    Reading.head + """
      training: {epochs: 3, optimizer: {learning_rate: 0.2}}
      stages:
        - {name: big, classes: {top: 2}, training: {epochs: 1}}
        - {name: small, classes: {remaining: 2}, training: {images: 640}}
      strategies:
        baseline: {}
        slow: {strategy: baseline, overrides: {training.optimizer.learning_rate: 0.05}}

      """

  @Test func `every strategy and seed has a run a stage, with its classes and its budget`() throws {
    let experiment = try Reading.read(Self.file + "seeds: 2\n")
    #expect(
      experiment.recipes.map(\.runName) == [
        "baseline-big-s1", "baseline-small-s1", "slow-big-s1", "slow-small-s1",
        "baseline-big-s2", "baseline-small-s2", "slow-big-s2", "slow-small-s2",
      ])
    let (big, small) = (experiment.recipes[0], experiment.recipes[1])
    #expect(big.dataset.classes.top == 2 && big.dataset.classes.remaining == nil)
    #expect(small.dataset.classes.remaining == 2 && small.dataset.classes.top == nil)
    #expect(big.training.budget == .epochs(1) && small.training.budget == .images(640))
    #expect(big.training.optimizer.learningRate == 0.2)
    #expect(experiment.recipes[3].training.optimizer.learningRate == 0.05)
    #expect(experiment.recipes[3].training.budget == .images(640))
    #expect(experiment.datasets.map(\.classes) == [big.dataset.classes, small.dataset.classes])
  }

  @Test func `what strategies share has no overrides, a stage each, and no tags in fingerprints`()
    throws
  {
    let experiment = try Reading.read(Self.file)
    #expect(experiment.usual.map(\.stage?.name) == ["big", "small"])
    let (plain, slow) = (experiment.recipes[1], experiment.recipes[3])
    #expect(slow.overrides == ["training.optimizer.learning_rate"])
    let shared = experiment.withoutOverrides(slow)
    #expect(shared.training == plain.training && shared.model == plain.model)
    #expect(shared.stage == plain.stage && shared.overrides.isEmpty)
    #expect(experiment.withoutOverrides(plain) == plain)
    let tagged = try Reading.read(Self.file + "tags: [a]\nnote: b\n")
    #expect(
      tagged.recipes.map { $0.canonicalJSON(includingSeed: true) }
        == experiment.recipes.map { $0.canonicalJSON(includingSeed: true) })
  }

  @Test func `a later stage starts from the same strategy and seed of the one before`() throws {
    let recipes = try Reading.read(Self.file + "seeds: 2\n").recipes
    for (place, recipe) in recipes.enumerated() {
      let before = place % 2 == 1 ? recipes[place - 1] : nil
      #expect(
        recipe.base?.canonicalJSON(includingSeed: true)
          == before?.canonicalJSON(includingSeed: true))
    }
  }

  @Test func `the fingerprint knows the stages before, and nothing of stages where there are none`()
    throws
  {
    let recipes = try Reading.read(Self.file).recipes
    let other = try Reading.read(
      Self.file.replacing("training: {epochs: 1}", with: "training: {epochs: 2}")
    ).recipes
    let digest = String(repeating: "0", count: 64)
    #expect(
      recipes[1].configHash(datasetDigest: digest) != other[1].configHash(datasetDigest: digest))
    let plain = try Reading.read(Reading.head + "strategies: {baseline: {}}\n").recipes[0]
    #expect(!plain.canonicalJSON(includingSeed: true).contains("stage"))
  }

  @Test func `files that are extended keep their classes`() throws {
    let text = Self.file.replacing(
      "root: data}", with: "root: data, classes: {min_images: 20, exclude: [Free Gifts]}}")
    for recipe in try Reading.read(text).recipes {
      #expect(recipe.dataset.classes.minImages == 20)
      #expect(recipe.dataset.classes.exclude == ["Free Gifts"])
    }
  }

  @Test(
    arguments: [
      ("stages: {name: a}", "5:9", "expected a list of at least two stages"),
      ("stages: [{name: a, classes: {top: 1}}]", "5:9", "expected a list of at least two stages"),
      (
        "stages: [{name: a, classes: {top: 1}}, {name: a, classes: {remaining: 1}}]", "5:47",
        "two stages are called 'a'"
      ),
      ("stages: [{name: a}, {name: b, classes: {top: 1}}]", "5:10", "classes is missing"),
      (
        "stages: [{name: a/b, classes: {top: 1}}, {name: b, classes: {top: 1}}]", "5:17",
        "received 'a/b'"
      ),
      (
        "stages: [{name: a, class: {top: 1}}, {name: b, classes: {top: 1}}]", "5:20",
        "unknown key 'class'"
      ),
      (
        "stages: [{name: a, classes: {top: 0}}, {name: b, classes: {remaining: 1}}]", "5:35",
        "a whole number of at least 1"
      ),
    ])
  func `what is wrong is told with its place`(_ text: String, _ place: String, _ message: String) {
    let problems = Reading.problems(
      Reading.head + "strategies: {baseline: {}}\n" + text + "\n")
    #expect(
      problems.contains { $0.contains(":\(place): ") && $0.contains(message) }, "\(problems)")
  }

  @Test func `text models have no stages`() {
    let problems = Reading.problems(
      """
      name: t
      dataset: {format: csv, root: d, file: f, id: i, label: l, image: "{i}", text: x}
      image: {size: 32}
      model: {text: {variant: joint}}
      stages:
        - {name: a, classes: {top: 2}}
        - {name: b, classes: {remaining: 2}}
      strategies: {baseline: {}}

      """)
    #expect(
      problems.contains { $0.contains("t.yaml:6:") && $0.contains("reads texts") }, "\(problems)")
  }

  @Test func `a long tail would not be the whole's`() {
    let problems = Reading.problems(Self.file + "split: {long_tail: {factor: 10}}\n")
    #expect(
      problems.contains { $0.contains("long_tail would be cut of each stage") }, "\(problems)")
  }
}
