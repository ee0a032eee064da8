import Datasets
import Foundation
import Images
import Networks
import Recipes
import Strategies
import TestSupport
import Testing
import Training

@Suite("Rehearsals") struct RehearsalTests {
  private static let limits = RehearsalLimits(warmUp: 1, seconds: 0, fewest: 3, most: 3)

  private func plan(_ fixture: TrainingFixture) throws -> TrainingPlan {
    try fixture.recipe.strategy.strategy.plan(for: fixture.data.splits.census)
  }

  @Test(arguments: [
    Baseline() as any Strategy, Mixup(), ClassifierRetraining(), MinorityAugmentation(),
  ])
  func `every phase is measured, and nothing is left behind`(_ strategy: any Strategy) throws {
    let fixture = try TrainingFixture(strategy: strategy)
    let before = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
    let times = try Rehearsal.measure(
      fixture.recipe, data: fixture.data, threads: 1, limits: Self.limits)
    #expect(times.phases.count == (try plan(fixture)).phases.count)
    #expect(times.measuredSteps == 3 && times.setup > 0 && times.checkpoint > 0)
    for phase in times.phases { #expect(phase.step > 0 && phase.evaluation > 0) }
    let last = try #require(times.phases.last)
    let isFrozen = try plan(fixture).phases.last?.trains != .all
    #expect((last.activation > 0) == isFrozen && (last.probe > 0) == isFrozen)
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) == before)
  }

  @Test func `steps on kept activations leave the trunk out`() throws {
    var fixture = try TrainingFixture()
    fixture.recipe.augmentation = []
    let whole = try Rehearsal.measure(
      fixture.recipe, data: fixture.data, threads: 1, limits: Self.limits)
    fixture.recipe.model.freeze = .layer3
    let head = try Rehearsal.measure(
      fixture.recipe, data: fixture.data, threads: 1, limits: Self.limits)
    #expect(head.phases[0].step < whole.phases[0].step / 3)
    #expect(head.phases[0].evaluation < whole.phases[0].evaluation / 3)
    // Where nothing is kept, the trunk works in every step.
    fixture.recipe.model.cacheLimit = 0
    let computed = try Rehearsal.measure(
      fixture.recipe, data: fixture.data, threads: 1, limits: Self.limits)
    #expect(computed.phases[0].step > 3 * head.phases[0].step)
  }

  @Test func `losses and orders share a shape, images and augmentation do not`() throws {
    func shape(
      _ strategy: any Strategy, _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> RehearsalShape {
      var fixture = try TrainingFixture(strategy: strategy)
      change(&fixture.recipe)
      return RehearsalShape(
        of: fixture.recipe, plan: try plan(fixture), splits: fixture.data.splits)
    }
    let usual = try shape(Baseline())
    #expect(try shape(InverseWeights()) == usual)
    #expect(try shape(ClassBalancedSampling()) == usual)
    #expect(try shape(Baseline()) { $0.seed = 9 } == usual)
    #expect(
      try shape(Baseline()) { $0.model.weights = WeightSource(path: "/w", digest: "d") } == usual)
    #expect(try shape(MinorityAugmentation()) != usual)
    #expect(try shape(Mixup()) != usual)
    #expect(try shape(Baseline()) { $0.training.batch = 9 } != usual)
    #expect(try shape(Baseline()) { $0.model.freeze = .layer1 } != usual)
    #expect(try shape(Baseline()) { $0.augmentation = [] } != usual)
  }

  /// By hand, from durations that are whole parts of a second.
  @Test func `a run is its start, its steps, its evaluations and its checkpoints`() throws {
    let fixture = try TrainingFixture()
    let splits = fixture.data.splits
    let (train, validation) = (splits.training.examples.count, splits.validation.examples.count)
    #expect(train + validation == 108 && splits.test.examples.count == 32)
    let times = StepTimes(
      setup: 1, phases: [StepTimes.Phase(step: 0.5, evaluation: 0.25)], checkpoint: 0.0625,
      measuredSteps: 3)
    let time = RunTime(
      of: fixture.recipe, plan: try plan(fixture), splits: splits, times: times, startup: 2)
    // Batches of 8, three epochs; four batches of test, and one checkpoint more than epochs.
    let steps = Double((3 * train + 7) / 8)
    let evaluations = Double(3 * ((validation + 7) / 8) + 4)
    #expect(abs(time.own - (2 + 1 + 0.5 * steps + 0.25 * evaluations + 0.0625 * 4)) < 1e-9)
    #expect(time.activations == 0 && time.trunk == nil)
  }

  @Test func `activations of a frozen trunk are computed once, by their key`() throws {
    var fixture = try TrainingFixture()
    fixture.recipe.augmentation = []
    fixture.recipe.model.freeze = .layer3
    let times = StepTimes(
      setup: 0, phases: [StepTimes.Phase(step: 0, evaluation: 0, activation: 0.5, probe: 2)],
      checkpoint: 0, measuredSteps: 3)
    func time(_ recipe: Recipe) throws -> RunTime {
      RunTime(
        of: recipe, plan: try plan(fixture), splits: fixture.data.splits, times: times, startup: 0)
    }
    let first = try time(fixture.recipe)
    // Every image of every split: 108 and 32.
    #expect(first.own == 2 && first.activations == 0.5 * 140)
    var other = fixture.recipe
    other.training.optimizer.learningRate = 0.3
    #expect(try time(other).trunk == first.trunk)
    // Random trunks are those of their seeds; weights from a file are the same for all seeds.
    other.seed = 2
    #expect(try time(other).trunk != first.trunk)
    var file = fixture.recipe
    file.model.weights = WeightSource(path: "/w", digest: "d")
    var again = other
    again.model.weights = file.model.weights
    #expect(try time(file).trunk == time(again).trunk)
  }

  @Test func `scaled durations follow batches and images`() {
    let phase = StepTimes.Phase(step: 1, evaluation: 2, activation: 3, probe: 4)
    let times = StepTimes(setup: 5, phases: [phase], checkpoint: 6, measuredSteps: 1)
      .scaled(batches: 8, images: 4, from: "1 step")
    #expect(
      times.phases == [StepTimes.Phase(step: 8, evaluation: 16, activation: 12, probe: 32)])
    #expect(times.setup == 5 && times.checkpoint == 6 && times.scaledFrom == "1 step")
  }

  @Test func `memory is workspace, weights, moments and the best epoch's copy`() throws {
    let fixture = try TrainingFixture()
    let memory = try RunMemory(
      of: fixture.recipe, plan: try plan(fixture), data: fixture.data, threads: 1)
    let network = try NetworkMemory(
      of: fixture.recipe.model, classes: 4, height: 8, width: 8, batch: 8, threads: 1)
    #expect(memory.workspace == network.workspaceBytes)
    // Weights and their folded copy, gradients and momentum, the best epoch's copy.
    #expect(
      memory.weights
        == 4 * (2 * network.weightCount + 2 * network.trainedCount + network.weightCount))
    #expect(memory.batch == 4 * 8 * 4 && memory.pixels == 140 * 8 * 8 * 3)
    #expect(memory.kept == 4 * network.weightCount)
    var adam = fixture.recipe
    adam.training.optimizer.rule = .adamw
    let more = try RunMemory(of: adam, plan: try plan(fixture), data: fixture.data, threads: 1)
    #expect(more.weights - memory.weights == 4 * network.trainedCount)
  }
}

@Suite("Sampled data") struct SampledDataTests {
  private func sample(_ fixture: TrainingFixture, cache: String) throws -> SampledData {
    try SampledData(
      dataset: fixture.recipe.dataset, split: fixture.recipe.split, image: fixture.recipe.image,
      cacheFolder: fixture.folder.path(of: cache), threads: 1)
  }

  @Test func `the splits are those of a sweep, and 64 pictures stand for all`() throws {
    let fixture = try TrainingFixture()
    let sample = try sample(fixture, cache: "none")
    #expect(sample.sampled == 64 && sample.unreadable.isEmpty)
    #expect(sample.data.splits.census == fixture.data.splits.census)
    #expect(sample.data.splits.training.examples == fixture.data.splits.training.examples)
    #expect(sample.data.digest != fixture.data.digest)
    #expect(!FileManager.default.fileExists(atPath: fixture.folder.path(of: "none")))
    // The network sees pixels of every class.
    _ = try Rehearsal.measure(
      fixture.recipe, data: sample.data, threads: 1,
      limits: RehearsalLimits(warmUp: 0, seconds: 0, fewest: 2, most: 2))
  }

  @Test func `pictures that are decoded already are all used`() throws {
    let fixture = try TrainingFixture()
    let sample = try sample(fixture, cache: ".")
    #expect(sample.sampled == nil && sample.data.digest == fixture.data.digest)
    #expect(sample.secondsPerPicture == 0)
  }

  @Test func `pictures that cannot be decoded are named`() throws {
    let folder = try TemporaryFolder("sample")
    for (place, name) in ["a", "b"].enumerated() {
      for index in 0..<10 {
        let first = 10 * place + index
        let picture = PNGMaker.encode(height: 8, width: 8, rgb: (0..<192).map { UInt8(first + $0) })
        let isBroken = name == "b" && index % 2 == 0
        try folder.write(
          isBroken ? Data(picture.prefix(40)) : picture, to: "\(name)/\(index).png")
      }
    }
    let sample = try SampledData(
      dataset: DatasetConfiguration(name: "d", root: folder.path, format: .folder),
      split: SplitConfiguration(), image: ImageConfiguration(height: 8, width: 8),
      cacheFolder: folder.path(of: "none"), threads: 2)
    #expect(sample.sampled == 20 && sample.unreadable.count == 5)
    #expect(sample.unreadable.allSatisfy { $0.id.contains("b/") && !$0.detail.isEmpty })
  }
}
