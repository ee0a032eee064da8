import Datasets
import Experiments
import Recipes
import Sweeps
import TestSupport
import Testing
import Training

/// A plan over folds, without any training.
@Suite struct FoldPlanTests {
  private let folder: TemporaryFolder
  private let experiment: Experiment

  init() throws {
    folder = try TemporaryFolder("folds")
    try SyntheticImages(trainCounts: [20, 11, 7], testCounts: [4, 4, 4]).write(to: folder.path)
    let file = try folder.write(
      """
      name: folds
      dataset:
        name: stripes
        format: idx
        root: .
        train_images: \(SyntheticImages.trainImages)
        train_labels: \(SyntheticImages.trainLabels)
        test_images: \(SyntheticImages.testImages)
        test_labels: \(SyntheticImages.testLabels)
      split: {folds: 3, validation: 0.2}
      image: {size: 8}
      model: {architecture: cifar_resnet20, stem: small}
      training: {epochs: 1, batch: 8}
      strategies: {baseline: {}, sqrt-sampling: {}}
      seeds: [1, 2]

      """, to: "folds.yaml")
    experiment = try ExperimentFile.read(path: file, overrides: [], environment: [:])
  }

  private func prepare(_ split: SplitConfiguration) throws -> PreparedData {
    let recipe = experiment.recipes[0]
    return try PreparedData(
      dataset: recipe.dataset, split: split, image: recipe.image, cacheFolder: folder.path,
      threads: 1)
  }

  private func all() throws -> [PreparedData] {
    let first = try prepare(experiment.splits[0])
    return [first] + experiment.splits.dropFirst().map { PreparedData(first, fold: $0) }
  }

  @Test func `what trains the same stands for its own fold and seed alone`() throws {
    let strategies = "{baseline: {}, inverse-weights: {}, max-ratio-weights: {}}"
    let twins = try ExperimentFile.read(
      path: folder.path(of: "folds.yaml"), overrides: [("strategies", strategies)],
      environment: [:])
    let plan = try SweepPlan(twins, data: all(), workFolder: folder.path)
    let byHash = Dictionary(
      uniqueKeysWithValues: plan.runs.map { ($0.description.configHash, $0.recipe) })
    let equal = plan.runs.filter { $0.equals != nil }
    #expect(equal.count == 6)
    for run in equal {
      let other = try #require(run.equals.flatMap { byHash[$0] })
      #expect(other.label == "inverse-weights" && other.split == run.recipe.split)
      #expect(other.seed == run.recipe.seed)
    }
    #expect(plan.notes.count { $0.contains("max-ratio-weights: the same as") } == 1)
  }

  @Test func `folds share data set and digest, and each has its own images`() throws {
    let data = try all()
    #expect(Set(data.map(\.digest)).count == 1)
    #expect(Set(data.map { $0.record(named: "stripes") }).count == 1)
    let record = data[0].record(named: "stripes")
    #expect(record.classes.map(\.testCount) == [24, 15, 11])
    // Of 24 images 16 are not tested in a fold, and a fifth of 16 is 3.2; of 15 and 11 in the mean
    // 10 and 7 1/3, of which 2 and 1 1/3 are for validation.
    #expect(record.classes.map(\.trainCount) == [13, 8, 6])
    #expect(record.classes.map(\.validationCount) == [3, 2, 1])
    #expect(
      Set(data.flatMap { $0.splits.test.examples.map(\.example) }).count == 50)
    #expect(data.map { $0.splits.test.examples.count }.reduce(0, +) == 50)
    // A worker prepares its own fold alone, and must see the same data.
    let alone = try prepare(experiment.splits[2])
    #expect(alone.digest == data[2].digest)
    #expect(alone.splits.test.examples == data[2].splits.test.examples)
  }

  @Test func `a run a fold is planned, all of one group and data set`() throws {
    let plan = try SweepPlan(experiment, data: all(), workFolder: folder.path)
    #expect(plan.runs.count == 12)
    #expect(
      plan.runs.prefix(3).map(\.description.name) == [
        "baseline-s1-f1", "sqrt-sampling-s1-f1", "baseline-s1-f2",
      ])
    #expect(plan.runs.prefix(6).map(\.description.fold) == [1, 1, 2, 2, 3, 3])
    #expect(Set(plan.runs.map(\.description.dataset)).count == 1)
    #expect(Set(plan.runs.map(\.description.groupHash)).count == 2)
    #expect(Set(plan.runs.map(\.description.configHash)).count == 12)
    #expect(Set(plan.runs.map(\.folder)).count == 12)
  }

  @Test func `one fold alone is planned as it is among all`() throws {
    let whole = try SweepPlan(experiment, data: all(), workFolder: folder.path)
    let second = try experiment.restricted(to: [RunCondition(.fold, is: "2")])
    let plan = try SweepPlan(
      second, data: [prepare(second.splits[0])], workFolder: folder.path)
    let wanted = whole.runs.filter { $0.description.fold == 2 }.map(\.description)
    #expect(plan.runs.map(\.description) == wanted)
  }
}
