import Experiments
import Results
import Sweeps
import TestSupport
import Testing
import Training

@Suite("Recipes of a plan") struct SharedRecipeTests {
  /// The plan of a file with these lines, on three classes of stripes.
  private func plan(_ lines: String, trainCounts: [Int] = [20, 10, 6]) throws -> SweepPlan {
    let folder = try TemporaryFolder("plan")
    try SyntheticImages(trainCounts: trainCounts, testCounts: [4, 4, 4]).write(to: folder.path)
    let file = try folder.write(
      """
      name: fake
      dataset:
        name: stripes
        format: idx
        root: .
        train_images: \(SyntheticImages.trainImages)
        train_labels: \(SyntheticImages.trainLabels)
        test_images: \(SyntheticImages.testImages)
        test_labels: \(SyntheticImages.testLabels)
      split: {test: given, validation: 0.2, long_tail: {factor: 4}}
      image: {size: 8}
      model: {architecture: cifar_resnet20, stem: small}
      \(lines)

      """, to: "fake.yaml")
    let experiment = try ExperimentFile.read(path: file, overrides: [], environment: [:])
    let recipe = experiment.recipes[0]
    let data = try PreparedData(
      dataset: recipe.dataset, split: recipe.split, image: recipe.image,
      cacheFolder: folder.path, threads: 1)
    return try SweepPlan(experiment, data: [data], workFolder: folder.path(of: "work"))
  }

  private let strategies = """
    strategies:
      baseline: {}
      sqrt-sampling: {overrides: {training.batch: 4, model.head: {dropout: 0.5}}}
      grown: {strategy: effective-number-weights, grid: {beta: [0.9, 0.99], training.batch: [8, 4]}}
    seeds: [1, 2]
    """

  @Test func `all runs of a file share one, whatever they sweep and override`() throws {
    let plan = try plan("training: {epochs: 1, batch: 8}\n" + strategies)
    let shared = Set(plan.runs.map(\.description.shared))
    #expect(plan.runs.count == 12 && shared.count == 1)
    #expect(shared.first?.settings.contains(#""batch":8"#) == true)
  }

  @Test func `an edited key is another, and so is one image more`() throws {
    let before = try #require(
      try plan("training: {epochs: 1, batch: 8}\n" + strategies).runs.first?.description)
    let longer = try #require(
      try plan("training: {epochs: 4, batch: 8}\n" + strategies).runs.first?.description)
    #expect(
      before.shared.differences(to: longer.shared).map { $0.text(arrow: "→") }
        == ["training.epochs 1 → 4"])
    let grown = try #require(
      try plan("training: {epochs: 1, batch: 8}\n" + strategies, trainCounts: [24, 10, 6])
        .runs.first?.description)
    #expect(grown.shared.settings == before.shared.settings)
    #expect(grown.shared.hash != before.shared.hash)
  }

  @Test func `data tell what was left out, and the file's words go with the runs`() throws {
    let plan = try plan(
      "training: {epochs: 1, batch: 8}\ntags: [a]\nnote: b c\n" + strategies)
    let description = plan.runs[0].description
    #expect(description.tags == ["a"] && description.remark == "b c")
    let remark = try #require(description.dataset.remarks.first { $0.kind == .longTail })
    // 16, 8 and 4 or 5 training images after validation; factor 4 leaves 16, 8 and 4.
    #expect(remark.text == "\(remark.count ?? -1) training images left out by the long tail")
    #expect(plan.dataRemarks.contains(remark.text))
  }
}
