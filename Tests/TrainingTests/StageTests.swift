import Datasets
import Foundation
import Networks
import Recipes
import Results
import Strategies
import TestSupport
import Testing
import Training

/// The second stage begins with the first one's trunk.
@Suite struct StageTests {
  /// The first stage's finished run, and what the second one trains on.
  private func stages(
    _ strategy: any Strategy = Baseline()
  ) throws -> (first: TrainingFixture, base: BaseRun, second: Recipe, data: PreparedData) {
    var first = try TrainingFixture(strategy: strategy)
    let parts = [
      Stage.Part(
        name: "big", classes: ClassSelection(top: 2), training: first.recipe.training),
      Stage.Part(
        name: "small", classes: ClassSelection(remaining: 2), training: first.recipe.training),
    ]
    let second = first.recipe.staged(1, of: parts)
    first.recipe = first.recipe.staged(0, of: parts)
    func data(_ recipe: Recipe) throws -> PreparedData {
      try PreparedData(
        dataset: recipe.dataset, split: recipe.split, image: recipe.image,
        cacheFolder: first.folder.path, threads: 1)
    }
    let firstData = try data(first.recipe)
    let trainer = try Trainer(
      recipe: first.recipe, data: firstData, folder: RunFolder(first.folder.path(of: "first")),
      threads: 1)
    guard case .done(let result) = try trainer.run() else { throw NotDone() }
    let base = BaseRun(
      name: first.recipe.runName,
      configHash: first.recipe.configHash(datasetDigest: firstData.digest),
      weights: RunFolder(first.folder.path(of: "first")).weights, digest: result.weightsDigest)
    return (first, base, second, try data(second))
  }

  private struct NotDone: Error {}

  @Test func `trunk and running statistics are the first stage's, the head is the seed's`() throws {
    let (first, base, second, data) = try stages()
    let trainer = try Trainer(
      recipe: second, data: data, folder: RunFolder(first.folder.path(of: "second")), threads: 1,
      base: base)
    let trained = try TrainedModel(
      recipe: first.recipe, weightsAt: base.weights, digest: base.digest)
    let tensors = Dictionary(
      uniqueKeysWithValues: trained.tensors.map { ($0.name, $0.values) })
    let untrained = try TrainingFixture().trainer("untrained").model
    let fresh = Dictionary(
      uniqueKeysWithValues: (untrained.parameters + untrained.buffers).map {
        ($0.name, $0.value.array)
      })
    for parameter in trainer.model.parameters + trainer.model.buffers {
      if parameter.part == .trunk {
        #expect(parameter.torchValues() == tensors[parameter.name])
      } else {
        #expect(parameter.torchValues() != tensors[parameter.name])
      }
    }
    #expect(fresh["conv1.weight"] != tensors["conv1.weight"])
    #expect(data.splits.census.classCount == 2)
    guard case .done(let result) = try trainer.run() else { throw NotDone() }
    #expect(result.notes.contains { $0.contains("the trunk is that of run it-big-s1") })
    #expect(result.test?.headline.images == 16)
  }

  @Test func `a file of weights is where the first stage starts, and no other`() throws {
    let (first, base, second, data) = try stages()
    let folder = first.folder
    func trainer(_ recipe: Recipe, _ name: String) throws -> Trainer {
      try Trainer(
        recipe: recipe, data: data, folder: RunFolder(folder.path(of: name)), threads: 1, base: base
      )
    }
    // Weights for the second stage's very classes, so that their head would fit.
    let plain = try trainer(second, "plain")
    let file = folder.path(of: "weights.safetensors")
    try WeightExport.write(
      plain.model.torchTensors().map {
        NamedTensor(name: $0.name, shape: $0.shape, values: $0.values.map { $0 + 1 })
      }, batches: 1, metadata: [:], to: file)
    var recipe = second
    recipe.model.weights = WeightSource(
      path: file, digest: try PretrainedWeights(path: file).digest)
    let started = try trainer(recipe, "started")
    #expect(started.model.torchTensors() == plain.model.torchTensors())
  }

  @Test func `a second stage that is stopped continues to the same bits`() throws {
    let (first, base, second, data) = try stages(ClassBalancedSampling())
    func trainer(_ name: String) throws -> Trainer {
      try Trainer(
        recipe: second, data: data, folder: RunFolder(first.folder.path(of: name)), threads: 1,
        base: base)
    }
    guard case .done(let undisturbed) = try trainer("whole").run() else { throw NotDone() }
    var steps = 0
    _ = try trainer("cut").run(shouldStop: {
      steps += 1
      return steps == 2
    })
    guard case .done(let resumed) = try trainer("cut").run() else { throw NotDone() }
    #expect(resumed.weightsDigest == undisturbed.weightsDigest)
    #expect(resumed.test == undisturbed.test)
  }

  @Test func `without the stage before, or with other weights, there is no run`() throws {
    let (first, base, second, data) = try stages()
    func problem(_ base: BaseRun?) -> String {
      do {
        _ = try Trainer(
          recipe: second, data: data, folder: RunFolder(first.folder.path(of: "none")), threads: 1,
          base: base)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(problem(nil).contains("starts from the run of stage big"))
    var other = base
    other.digest = String(repeating: "0", count: 64)
    #expect(problem(other).contains("are not those of this run"))
  }
}
