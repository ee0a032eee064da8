import Datasets
import Images
import Networks
import Recipes
import Results
import Strategies
import TestSupport
import Training

/// A tiny data set with a recipe that trains on it in a fraction of a second.
struct TrainingFixture {
  let folder: TemporaryFolder
  let data: PreparedData
  var recipe: Recipe

  init(
    strategy: any Strategy = Baseline(), seed: UInt64 = 1, trainCounts: [Int] = [60, 30, 12, 6],
    testCounts: [Int] = [8, 8, 8, 8]
  ) throws {
    folder = try TemporaryFolder("training")
    try SyntheticImages(trainCounts: trainCounts, testCounts: testCounts).write(to: folder.path)
    recipe = Recipe(
      experiment: "tiny", label: "it", seed: seed, strategy: StrategyConfiguration(strategy),
      dataset: DatasetConfiguration(
        name: "stripes", root: folder.path,
        format: .idx(
          IDXFormat(
            trainImages: SyntheticImages.trainImages, trainLabels: SyntheticImages.trainLabels,
            testImages: SyntheticImages.testImages, testLabels: SyntheticImages.testLabels))),
      split: SplitConfiguration(test: .given, validation: 0.2),
      image: ImageConfiguration(height: 8, width: 8),
      model: ModelConfiguration(architecture: .cifarResnet20, stem: .small),
      training: TrainingConfiguration(
        budget: .epochs(3), batch: 8,
        optimizer: OptimizerConfiguration(learningRate: 0.05),
        schedule: ScheduleConfiguration(curve: .cosine, warmupEpochs: 0.5)),
      augmentation: [.horizontalFlip(probability: 0.0), .shift(amount: 0.1)])
    data = try PreparedData(
      dataset: recipe.dataset, split: recipe.split, image: recipe.image,
      cacheFolder: folder.path, threads: 1)
  }

  /// A trainer; what its recipe reuses is trained first, in a folder of its own.
  func trainer(
    _ runFolder: String, threads: Int = 1, caches: Bool = false
  ) throws -> Trainer {
    try Trainer(
      recipe: recipe, data: data, folder: RunFolder(folder.path(of: runFolder)), threads: threads,
      cacheFolder: caches ? folder.path(of: "cache") : nil, base: try base())
  }

  /// The finished run that the recipe reuses, if it does.
  func base() throws -> BaseRun? {
    guard let recipe = recipe.base else { return nil }
    var fixture = self
    fixture.recipe = recipe
    let result = try fixture.result("base")
    return BaseRun(
      name: recipe.runName, configHash: recipe.configHash(datasetDigest: data.digest),
      weights: RunFolder(folder.path(of: "base")).weights, digest: result.weightsDigest)
  }

  /// Trains to the end in a folder of its own.
  func result(_ runFolder: String, threads: Int = 1) throws -> RunResult {
    let outcome = try trainer(runFolder, threads: threads).run()
    guard case .done(let result) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
    return result
  }
}

struct UnexpectedOutcome: Error { let outcome: RunOutcome }
