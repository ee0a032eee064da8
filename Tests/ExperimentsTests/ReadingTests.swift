import Datasets
import Experiments
import Foundation
import Images
import Networks
import Recipes
import Strategies
import Testing

@Suite("Reading experiment files")
struct ReadingTests {
  static let small = Reading.head + "strategies: {baseline: {}}\n"

  @Test("the usual limit of pixels is the same as none")
  func pixelLimit() throws {
    func image(_ text: String) throws -> ImageConfiguration {
      let head = "name: t\ndataset: {format: folder, root: d}\nstrategies: {baseline: {}}\n"
      return try Reading.read(head + "image: {size: 32\(text)}\n").recipes[0].image
    }
    #expect(try image(", pixel_limit: 100000000") == image(""))
    #expect(try image(", pixel_limit: 250000000").decoding.pixelLimit == 250_000_000)
  }

  @Test("fills in every default")
  func defaults() throws {
    let experiment = try Reading.read(Self.small)
    let recipe = try #require(experiment.recipes.first)
    #expect(experiment.recipes.count == 1)
    #expect(recipe.training == TrainingConfiguration())
    #expect(recipe.model == ModelConfiguration())
    #expect(recipe.image == ImageConfiguration(height: 32, width: 32))
    #expect(recipe.split == SplitConfiguration(prefersGiven: true))
    #expect(recipe.dataset.name == "data")
    #expect(recipe.dataset.format == .folder)
    #expect(recipe.seed == 1 && recipe.variant == "" && recipe.overrides == [])
    #expect(experiment.limits == SweepLimits())
    #expect(experiment.baseline == "baseline")
    #expect(experiment.source == Self.small)
  }

  @Test("reads what becomes of identical pictures; the usual is the same as nothing")
  func duplicates() throws {
    func policy(_ split: String) throws -> DuplicatePolicy? {
      try Reading.read(Self.small + "split: {\(split)}\n").recipes[0].split.duplicates
    }
    #expect(try policy("duplicates: group, conflicting_labels: quarantine, near: keep") == nil)
    #expect(try policy("near: group") == DuplicatePolicy(near: .group))
    let kept = try #require(try policy("duplicates: keep"))
    #expect(kept.copies == .keep && kept.conflicts == .keep)
    let mixed = try #require(try policy("duplicates: keep, conflicting_labels: quarantine"))
    #expect(mixed.copies == .keep && mixed.conflicts == .quarantine)
    let dropped = try #require(try policy("duplicates: drop"))
    #expect(dropped.copies == .drop && dropped.conflicts == .quarantine)
  }

  @Test(
    "reads every name of a convolution policy",
    arguments: [
      ("fastest", "fastest"), ("exact", "withoutWinograd"), ("without_winograd", "withoutWinograd"),
      ("withoutWinograd", "withoutWinograd"), ("reference", "reference"),
    ])
  func policies(name: String, stored: String) throws {
    let experiment = try Reading.read(Self.small + "model: {convolution: \(name)}\n")
    #expect(experiment.recipes.first?.model.convolution.rawValue == stored)
  }

  @Test("reads what it documents")
  func everything() throws {
    let text = """
      name: all.keys_1-2
      dataset: {name: f, format: csv, root: /data/f, file: s.csv, id: id, label: kind, text: words,
        image: "i/{id}.jpg", classes: {top: 20, min_images: 3, include: [a, no], exclude: [010]},
        quarantine_limit: 0.5}
      split: {test: {column: year, test: {one_of: [2016, 2017]}}, validation: .2, seed: 9,
        long_tail: {profile: step, factor: 1e2, largest: 1000}}
      image: {height: 80, width: 60, mean: [0, 0, 0], standard_deviation: [1, 1, 1],
        orientation: apply, decode: exact}
      model: {architecture: resnet18, stem: small, head: {hidden: [512, 64], dropout: 0.5},
        convolution: without_winograd}
      training: {images: 60000, batch: 32, label_smoothing: 0.1, select_by: worst_recall,
        optimizer: {learning_rate: 1e-3, head_learning_rate: 1e-2, momentum: 0.8, nesterov: true,
          weight_decay: 0, decays_norm_and_bias: false, clip_norm: 5.},
        schedule: {curve: step, warmup_epochs: 0.5, milestones: [2, 4.5], gamma: 0.5}}
      augmentation: [horizontal_flip, {shift: {amount: 0.2}}]
      baseline: none
      strategies: {none: {strategy: baseline}}
      seeds: [7, 3]
      store_predictions: true
      limits: {run: 2h, night: 1h30m, failures_in_a_row: 5, retries: 0}
      tags: [final, v2]
      note: the fan was loud
      """
    let experiment = try Reading.read(text)
    let recipe = try #require(experiment.recipes.first)
    #expect(
      recipe.dataset
        == DatasetConfiguration(
          name: "f", root: "/data/f",
          format: .csv(
            CSVFormat(
              file: "s.csv", idColumn: "id", labelColumn: "kind", textColumn: "words",
              imagePattern: "i/{id}.jpg")),
          classes: ClassSelection(top: 20, minImages: 3, include: ["a", "no"], exclude: ["010"]),
          quarantineLimit: 0.5))
    #expect(
      recipe.split
        == SplitConfiguration(
          test: .column(name: "year", condition: .oneOf(["2016", "2017"]), side: .test),
          validation: 0.2, seed: 9, longTail: LongTail(profile: .step, factor: 100, largest: 1000)))
    #expect(
      recipe.image
        == ImageConfiguration(
          height: 80, width: 60, mean: [0, 0, 0], standardDeviation: [1, 1, 1],
          decoding: DecodingOptions(orientation: .apply, scale: .exact)))
    #expect(
      recipe.model
        == ModelConfiguration(
          architecture: .resnet18, stem: .small, hidden: [512, 64], dropout: 0.5,
          convolution: .exact))
    #expect(
      recipe.training
        == TrainingConfiguration(
          budget: .images(60_000), batch: 32,
          optimizer: OptimizerConfiguration(
            learningRate: 1e-3, headLearningRate: 1e-2, momentum: 0.8, nesterov: true,
            weightDecay: 0, decaysNormAndBias: false, clipNorm: 5),
          schedule: ScheduleConfiguration(
            curve: .step, warmupEpochs: 0.5, milestones: [2, 4.5], gamma: 0.5),
          labelSmoothing: 0.1, selectBy: .worstRecall))
    #expect(recipe.augmentation.map(\.name) == ["horizontal_flip", "shift"])
    #expect(recipe.storesPredictions)
    #expect(experiment.recipes.map(\.seed) == [7, 3])
    #expect(experiment.tags == ["final", "v2"] && experiment.note == "the fan was loud")
    #expect(
      experiment.limits == SweepLimits(run: 7200, night: 5400, failuresInARow: 5, retries: 0))
  }

  @Test("takes what looks like a switch or a number for text where text is expected")
  func textIsText() throws {
    let text = Reading.head.replacing(
      "root: data", with: "root: data, classes: {include: [no, 7, 010, 1:30, .5, \"~\"]}")
    let experiment = try Reading.read(text + "strategies: {baseline: {}}\n")
    #expect(
      experiment.recipes.first?.dataset.classes.include == ["no", "7", "010", "1:30", ".5", "~"])
  }

  @Test("expands aliases of whole values, and leaves stars in text alone")
  func aliases() throws {
    let text = """
      name: t
      dataset: {format: folder, root: "*d*", name: 'a * b'}   # *c
      image: {size: 32, mean: &half [0.5, 0.5, 0.5], standard_deviation: *half}
      strategies: {baseline: {}}
      """
    let recipe = try #require(try Reading.read(text).recipes.first)
    #expect(recipe.image.standardDeviation == [0.5, 0.5, 0.5])
    #expect(recipe.dataset.name == "a * b")
    #expect(recipe.dataset.root.hasSuffix("/*d*"))
  }

  @Test("reads every rule of the test split")
  func testRules() throws {
    let rules: [(String, TestRule)] = [
      ("0.25", .stratified(share: 0.25)),
      ("{column: c, train: even}", .column(name: "c", condition: .even, side: .train)),
      ("{column: c, train: odd}", .column(name: "c", condition: .odd, side: .train)),
      (
        "{column: c, test: {divisible_by: 5}}",
        .column(name: "c", condition: .divisible(by: 5), side: .test)
      ),
      (
        "{column: c, test: {below: -1.5}}", .column(name: "c", condition: .below(-1.5), side: .test)
      ),
      ("{column: c, test: {above: 3}}", .column(name: "c", condition: .above(3), side: .test)),
      ("{lists: {train: a, test: b}}", .lists(train: "a", validation: nil, test: "b")),
      (
        "{column: c, train: odd, test: even}",
        .parts(column: "c", train: .odd, validation: nil, test: .even)
      ),
      (
        "{column: c, train: {one_of: [a]}, validation: {one_of: [b]}, test: {one_of: [c]}}",
        .parts(
          column: "c", train: .oneOf(["a"]), validation: .oneOf(["b"]), test: .oneOf(["c"]))
      ),
    ]
    let csv = """
      name: t
      dataset: {format: csv, root: data, file: f, id: i, label: l, image: "{i}"}
      image: {size: 32}
      strategies: {baseline: {}}

      """
    for (text, rule) in rules {
      #expect(try Reading.read(csv + "split: {test: \(text)}\n").recipes.first?.split.test == rule)
    }
    #expect(try Reading.read(csv).recipes.first?.split.test == .stratified(share: 0.2))
    let cifar = Self.small.replacing("folder", with: "cifar10")
    #expect(try Reading.read(cifar).recipes.first?.split.test == .given)
  }

  @Test(
    "durations",
    arguments: [
      ("2h", 7200.0), ("90m", 5400), ("45s", 45), ("1h30m", 5400),
      ("1.5h", 5400), ("1d", 86_400),
    ])
  func durations(text: String, seconds: Double) throws {
    let experiment = try Reading.read(Self.small + "limits: {run: \(text)}\n")
    #expect(experiment.limits.run == seconds)
  }
}
