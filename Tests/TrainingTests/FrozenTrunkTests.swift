import Files
import Foundation
import Kernels
import Networks
import Recipes
import Results
import Strategies
import Synchronization
import Testing
import Training

@Suite struct FrozenTrunkTests {
  /// A run that freezes, on images that are not augmented.
  private func fixture(
    _ part: FrozenPart, strategy: any Strategy = Baseline()
  ) throws -> TrainingFixture {
    var fixture = try TrainingFixture(strategy: strategy)
    fixture.recipe.model.freeze = part
    fixture.recipe.augmentation = []
    return fixture
  }

  /// What must not depend on a cache.
  private struct Essence: Equatable {
    let weights: String?
    /// SHA-256 of all figures, of the run and of its epochs.
    let figures: String

    init(_ result: RunResult, _ epochs: [EpochRecord]) throws {
      var (result, epochs) = (result, epochs)
      weights = result.weightsDigest
      (result.seconds, result.imagesPerSecond, result.peakMemoryMB) = (0, nil, nil)
      (result.weightsPath, result.notes) = ("", [])
      for index in epochs.indices {
        (epochs[index].seconds, epochs[index].imagesPerSecond) = (0, nil)
        epochs[index].finishedAt = ""
      }
      figures = SHA256Digest.hex(
        of: try CanonicalJSON.text(of: result) + CanonicalJSON.text(of: epochs))
    }
  }

  private struct Run {
    var essence: Essence
    var notes: [String]
    var told: [String]
  }

  /// Trains to the end in a folder of its own; with `cache`, activations are shared there.
  private func run(
    _ fixture: TrainingFixture, _ name: String, cache: String? = nil, threads: Int = 1,
    stopEvery: Int = .max, mostPlaces: Int = .max
  ) throws -> Run {
    var told: [String] = []
    while true {
      let trainer = try Trainer(
        recipe: fixture.recipe, data: fixture.data,
        folder: RunFolder(fixture.folder.path(of: name)), threads: threads,
        cacheFolder: cache.map { fixture.folder.path(of: $0) })
      trainer.mostPlaces = mostPlaces
      var epochs: [EpochRecord] = []
      var asked = 0
      let outcome = try trainer.run(
        shouldStop: {
          asked += 1
          return asked >= stopEvery
        },
        report: {
          switch $0 {
          case .epoch(let record): epochs.append(record)
          case .note(let text): told.append(text)
          default: break
          }
        })
      switch outcome {
      case .cancelled: continue
      case .done(let result):
        return Run(essence: try Essence(result, epochs), notes: result.notes, told: told)
      default: throw UnexpectedOutcome(outcome: outcome)
      }
    }
  }

  private func files(_ fixture: TrainingFixture, _ cache: String = "cache") throws -> [String] {
    try CacheFolder(fixture.folder.path(of: cache)).entries().map(\.name)
  }

  @Test(
    "the same bits with and without the files, whoever wrote them",
    arguments: ModelConfiguration.Architecture.cifarResnet20.parts)
  func sameBits(_ part: FrozenPart) throws {
    let fixture = try fixture(part)
    let without = try run(fixture, "without")
    #expect(without.told == [])
    let building = try run(fixture, "building", cache: "cache")
    #expect(building.told.count == 2)
    #expect(building.told.allSatisfy { $0.contains("are computed once") })
    let finding = try run(fixture, "finding", cache: "cache", threads: 2)
    #expect(finding.told == [])
    let names = try files(fixture)
    #expect(names.count == 2)
    for run in [building, finding] { #expect(run.essence == without.essence) }
    #expect(try run(fixture, "two", threads: 2).essence == without.essence)
  }

  @Test("the same bits whichever places of the batch are used", arguments: [1, 3])
  func samePlaces(_ places: Int) throws {
    let fixture = try fixture(.layer1)
    let all = try run(fixture, "all")
    #expect(try run(fixture, "few", mostPlaces: places).essence == all.essence)
    #expect(try run(fixture, "cached", cache: "c", mostPlaces: places).essence == all.essence)
    #expect(try run(fixture, "found", cache: "c").essence == all.essence)
  }

  @Test func `the same bits with ResNet-18's pooled features`() throws {
    var fixture = try fixture(.layer4)
    fixture.recipe.model.architecture = .resnet18
    fixture.recipe.training.budget = .images(24)
    #expect(
      try run(fixture, "with", cache: "cache").essence == run(fixture, "without").essence)
    let size = try CacheFolder(fixture.folder.path(of: "cache")).entries().map(\.bytes)[0]
    #expect(size == 4096 + (21 + 32) * (512 * 4 + 4) + 64)
  }

  @Test func `the frozen part and its statistics leave a run as they entered it`() throws {
    let fixture = try fixture(.layer2)
    _ = try run(fixture, "run", cache: "cache")
    let image = fixture.recipe.image
    let fresh = try ImageClassifier(
      fixture.recipe.model, classes: 4, height: image.height, width: image.width, batch: 8,
      seed: fixture.recipe.seed, pool: ThreadPool(threads: 1))
    let written = try Checkpoint(readingFrom: fixture.folder.path(of: "run/weights.checkpoint"))
    for tensor in fresh.tensors(within: .layer2) {
      #expect(written[tensor.name]?.values == tensor.torchValues(), "\(tensor.name)")
    }
    for tensor in fresh.tensors(above: .layer2) {
      #expect(written[tensor.name]?.values != tensor.torchValues(), "\(tensor.name)")
    }
  }

  @Test("a run stopped again and again continues to the same bits", arguments: [2, 12])
  func resume(_ steps: Int) throws {
    let fixture = try fixture(.layer1)
    let whole = try run(fixture, "whole")
    let stopped = try run(fixture, "stopped", cache: "cache", stopEvery: steps + 40)
    #expect(stopped.essence == whole.essence)
    let found = try run(fixture, "found", cache: "cache", stopEvery: steps)
    #expect(found.essence == whole.essence)
    #expect(try run(fixture, "none", stopEvery: 7 * steps).essence == whole.essence)
  }

  @Test func `a run stopped while activations are computed leaves no file and can go on`() throws {
    let fixture = try fixture(.layer1)
    let trainer = try Trainer(
      recipe: fixture.recipe, data: fixture.data,
      folder: RunFolder(fixture.folder.path(of: "run")), threads: 1,
      cacheFolder: fixture.folder.path(of: "cache"))
    guard case .cancelled(let reason) = try trainer.run(shouldStop: { true }) else {
      Issue.record("not cancelled")
      return
    }
    #expect(reason.contains("activations"))
    #expect(try files(fixture) == [])
    #expect(
      try run(fixture, "run", cache: "cache").essence == run(fixture, "whole").essence)
  }

  @Test func `augmented views come back, and are the same from the file`() throws {
    var fixture = try fixture(.layer1)
    fixture.recipe.augmentation = [.shift(amount: 0.2), .horizontalFlip(probability: 0.5)]
    fixture.recipe.model.cachedViews = 3
    let without = try run(fixture, "without")
    #expect(try run(fixture, "with", cache: "cache").essence == without.essence)
    #expect(try run(fixture, "found", cache: "cache", stopEvery: 9).essence == without.essence)
    #expect(try files(fixture).contains { $0.hasPrefix("activations-layer1-views-") })
    let size = try CacheFolder(fixture.folder.path(of: "cache")).entries()
      .first { $0.name.contains("views") }?.bytes
    let images = fixture.data.splits.training.examples.count
    #expect(size == 4096 + 3 * images * (16 * 64 * 4 + 4) + 64)
    fixture.recipe.model.cachedViews = 2
    #expect(try run(fixture, "two").essence != without.essence)
    // Other seeds draw other views.
    fixture.recipe.seed = 2
    _ = try run(fixture, "seed", cache: "cache")
    #expect(try files(fixture).count == 4)
  }

  @Test func `images that change anew every time are computed every time, and a note says so`()
    throws
  {
    var fixture = try fixture(.layer1)
    fixture.recipe.augmentation = [.shift(amount: 0.2)]
    let without = try run(fixture, "without")
    let with = try run(fixture, "with", cache: "cache")
    #expect(with.essence == without.essence)
    #expect(with.notes.contains { $0.contains("model.cached_views would keep") })
    #expect(try files(fixture).map { $0.prefix(28) } == ["activations-layer1-evaluatio"])
    let own = try self.fixture(.layer1, strategy: AugmentAll())
    let changing = try run(own, "own", cache: "cache")
    #expect(changing.essence == (try run(own, "alone").essence))
    #expect(changing.notes.contains { $0.contains("the strategy changes the images") })
  }

  @Test func `a limit that is too small keeps nothing, or only validation and test`() throws {
    var fixture = try fixture(.layer3)
    let without = try run(fixture, "without")
    for (limit, count) in [(0.0, 0), (0.000_02, 1), (1, 2)] {
      fixture.recipe.model.cacheLimit = limit
      let limited = try run(fixture, "limit \(limit)", cache: "cache \(limit)")
      #expect(limited.essence == without.essence)
      #expect(try files(fixture, "cache \(limit)").count == count, "\(limit)")
      #expect(limited.notes.count { $0.contains("model.cache_limit") } == 2 - count)
    }
  }

  @Test func `a folder that cannot be used costs time and nothing else`() throws {
    let fixture = try fixture(.layer2)
    try fixture.folder.write("in the way", to: "cache")
    let hindered = try run(fixture, "hindered", cache: "cache/inside")
    #expect(hindered.essence == (try run(fixture, "without").essence))
    #expect(hindered.notes.count { $0.contains("not kept: cannot") } == 2)
    #expect(hindered.told == hindered.notes.filter { $0.contains("not kept") })
  }

  @Test func `a damaged file is computed again, and a note says why`() throws {
    let fixture = try fixture(.layer2)
    let whole = try run(fixture, "whole", cache: "cache")
    for name in try files(fixture) {
      let path = fixture.folder.path(of: "cache/" + name)
      let good = try Data(contentsOf: URL(fileURLWithPath: path))
      var bad = good
      bad[good.count / 2] ^= 0x10
      try bad.write(to: URL(fileURLWithPath: path))
      let again = try run(fixture, "after \(name)", cache: "cache")
      #expect(again.essence == whole.essence)
      #expect(again.told.contains { $0.contains("were computed again: record") })
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == good)
    }
  }

  @Test func `other weights, another cut, size or normalisation have files of their own`() throws {
    var fixture = try fixture(.layer2)
    var counts = [0]
    func add() throws {
      _ = try run(fixture, "run \(counts.count)", cache: "cache")
      counts.append(try files(fixture).count)
    }
    try add()
    fixture.recipe.seed = 2
    try add()
    fixture.recipe.model.freeze = .layer1
    try add()
    fixture.recipe.image.mean = [0, 0, 0]
    try add()
    fixture.recipe.training.batch = 9
    try add()
    fixture.recipe.model.convolution = .reference
    try add()
    // What is trained above the cut does not matter.
    fixture.recipe.training.optimizer.learningRate = 0.01
    fixture.recipe.model.hidden = [5]
    try add()
    #expect(counts == [0, 2, 4, 6, 8, 10, 12, 12])
  }

  @Test func `two runs at once share one file`() throws {
    let fixture = try fixture(.layer1)
    let alone = try run(fixture, "alone").essence
    let told = Mutex<[String]>([])
    let essences = Mutex<[Essence?]>([])
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      let done = try? run(fixture, "at once \(index)", cache: "cache")
      told.withLock { $0 += done?.told ?? [] }
      essences.withLock { $0.append(done?.essence) }
    }
    #expect(essences.withLock { $0 } == [alone, alone])
    #expect(told.withLock { $0.count } == 2)
    #expect(try files(fixture).count == 2)
  }
}
