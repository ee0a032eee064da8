import Datasets
import Experiments
import Files
import Foundation
import Recipes
import Results
import Sweeps
import TestSupport
import Testing
import Training

/// A sweep over tiny data whose workers are shell scripts, to see what the parent makes of them.
struct FakeSweep {
  let folder: TemporaryFolder
  let store: any RunStore
  var plan: SweepPlan

  init(
    limits: String = "{}", strategies: String = "{baseline: {}, sqrt-sampling: {}}",
    stages: String? = nil, store: any RunStore = InMemoryRunStore()
  ) throws {
    self.store = store
    folder = try TemporaryFolder("sweep")
    try SyntheticImages(trainCounts: [20, 10, 6], testCounts: [4, 4, 4]).write(to: folder.path)
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
      split: {test: given, validation: 0.2}
      image: {size: 8}
      model: {architecture: cifar_resnet20, stem: small}
      training: {epochs: 1, batch: 8}
      strategies: \(strategies)
      baseline: baseline
      seeds: [1, 2]
      limits: \(limits)
      \(stages.map { "stages: \($0)" } ?? "")

      """, to: "fake.yaml")
    let experiment = try ExperimentFile.read(path: file, overrides: [], environment: [:])
    let recipe = experiment.recipes[0]
    let cache = folder.path
    let data = try experiment.datasets.map {
      try PreparedData(
        dataset: $0, split: recipe.split, image: recipe.image, cacheFolder: cache, threads: 1)
    }
    plan = try SweepPlan(experiment, data: data, workFolder: folder.path(of: "work"))
  }

  func run(
    worker script: String, retriesFailed: Bool = false, observer: (any SweepObserver)? = nil,
    clock: SweepClock = .system, handover: Double = 180, shouldStop: () -> Bool = { false }
  ) throws -> SweepRunner.Summary {
    let path = try folder.write("#!/bin/sh\n" + script + "\n", to: "worker.sh")
    var options = SweepRunner.Options(
      workerCommand: ["/bin/sh", path], cacheFolder: folder.path, threads: 1,
      retriesFailed: retriesFailed)
    (options.clock, options.handover) = (clock, handover)
    return try SweepRunner(
      plan, store: store, environment: Self.environment, options: options, observer: observer
    ).run(shouldStop: shouldStop)
  }

  static let environment = EnvironmentRecord(
    host: "h", operatingSystem: "o", processor: "p", cores: 1, memoryMB: 1, swift: "s",
    toolVersion: "t", blas: "b", threads: 1, gitCommit: nil, gitDirty: nil)

  var states: [RunStatus] {
    get throws { try store.summaries(ofSweep: "fake").map(\.status) }
  }
}

extension RunResult {
  /// Of a run that measured nothing.
  static var empty: RunResult {
    RunResult(
      bestEpoch: nil, imagesSeen: 0, steps: 0, validation: nil, test: nil, predictions: [],
      classMass: ClassMass(sampled: [], weights: [], effective: []), lossReduction: "",
      kernels: [:], notes: [], seconds: 0, imagesPerSecond: nil, peakMemoryMB: nil,
      weightsDigest: "", weightsPath: nil)
  }
}

@Suite struct SweepRunnerTests {
  @Test func `a worker that crashes costs one run, and its last words are kept`() throws {
    let sweep = try FakeSweep()
    let summary = try sweep.run(worker: "echo 'out of paper' >&2; exit 1")
    #expect(summary.failed == 3)
    #expect(summary.stopReason?.contains("3 runs in a row failed") == true)
    let error = try sweep.store.summaries(ofSweep: "fake")[0].error
    #expect(error?.contains("out of paper") == true)
  }

  @Test func `a worker ended by a signal is a failure that names the signal`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 10}")
    let summary = try sweep.run(worker: "kill -SEGV $$")
    #expect(summary.failed == 4)
    #expect(try sweep.store.summaries(ofSweep: "fake")[0].error?.contains("signal 11") == true)
  }

  @Test func `retries are attempts, and the limit holds`() throws {
    let sweep = try FakeSweep(limits: "{retries: 2, failures_in_a_row: 1}")
    _ = try sweep.run(worker: "echo x >> \"$(dirname \"$1\")/tries\"; exit 1")
    let tries = try String(contentsOfFile: sweep.plan.runs[0].folder + "/tries", encoding: .utf8)
    #expect(tries == "x\nx\nx\n")
    #expect(try sweep.states == [.failed, .queued, .queued, .queued])
  }

  @Test func `garbage on a worker's output is passed over`() throws {
    let sweep = try FakeSweep()
    _ = try sweep.run(worker: "echo '{\"progress\":'; printf '\\377\\000\\n'; exit 1")
    #expect(try sweep.states[0] == .failed)
  }

  @Test func `a worker that outlives the limit of a run is stopped, and the reason is kept`() throws
  {
    let sweep = try FakeSweep(limits: "{run: 1s, failures_in_a_row: 1}")
    let summary = try sweep.run(worker: "trap 'exit 9' TERM; while :; do sleep 0.1; done")
    #expect(summary.failed == 1)
    #expect(try sweep.store.summaries(ofSweep: "fake")[0].error?.contains("limit of 1 s") == true)
  }

  @Test func `failed runs are left alone until they are asked for`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 10}")
    _ = try sweep.run(worker: "exit 1")
    let again = try sweep.run(worker: "exit 1")
    #expect(again.skipped == 4 && again.failed == 0)
    #expect(again.standingFailures == sweep.plan.runs.map(\.description.name))
    #expect(try sweep.run(worker: "exit 1", retriesFailed: true).failed == 4)
  }

  // MARK: What a worker leaves

  /// Two real records, one with a figure changed.
  @Test func `a damaged outcome is never a result`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 10, retries: 0}")
    let record = #"{"outcome":{"diverged":{"step":7,"reason":"x"}},"epochs":[]}"#
    let seal = "{\"sha256\":\"\(SHA256Digest.hex(of: record))\"}"
    func leave(_ text: String) throws -> [RunStatus] {
      let file = try sweep.folder.write(text, to: "left")
      _ = try sweep.run(
        worker: "cp '\(file)' \"$(dirname \"$1\")/outcome.json\"", retriesFailed: true)
      return try sweep.states
    }
    #expect(try leave(record + "\n" + seal) == Array(repeating: .diverged, count: 4))
    #expect(try leave(record) == Array(repeating: .diverged, count: 4), "of an earlier version")
    for damaged in [
      record.replacing("7", with: "8") + "\n" + seal, record + "\n",
      record + "\n" + seal.dropLast(),
      String(record.dropLast()), "", "\u{0}\n" + seal,
    ] {
      #expect(try leave(damaged) == Array(repeating: .failed, count: 4), "\(damaged)")
      let error = try sweep.store.summaries(ofSweep: "fake")[0].error
      #expect(error?.contains("outcome.json is damaged") == true, "\(damaged): \(error ?? "")")
      let aside = sweep.plan.runs[0].folder + "/outcome.json.damaged"
      #expect(FileManager.default.fileExists(atPath: aside))
    }
  }

  /// A whole file with a right checksum, copied into the folders of all runs, is one run's alone.
  @Test func `another run's outcome is never a result`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 10, retries: 0}")
    let record = #"{"outcome":{"diverged":{"step":7,"reason":"x"}},"epochs":[]}"#
    let owner = sweep.plan.runs[1].description.configHash
    let seal = "{\"run\":\"\(owner)\",\"sha256\":\"\(SHA256Digest.hex(of: record))\"}"
    let file = try sweep.folder.write(record + "\n" + seal, to: "left")
    _ = try sweep.run(worker: "cp '\(file)' \"$(dirname \"$1\")/outcome.json\"")
    let summaries = try sweep.store.summaries(ofSweep: "fake")
    #expect(summaries.count { $0.status == .diverged } == 1)
    for run in summaries where run.status != .diverged {
      #expect(run.status == .failed && run.error?.contains("it is not this run's") == true)
    }
  }

  /// A worker that an earlier sweep left behind ends the run while the new worker waits for it, and
  /// that one is killed: nobody told the sweep of the epochs.
  @Test(arguments: [0, 1, 3])
  func `epochs that no worker told are taken from what it left`(told: Int) throws {
    let sweep = try FakeSweep(limits: "{retries: 0, failures_in_a_row: 10}")
    let epochs = (1...3).map { epoch in
      EpochRecord(
        epoch: epoch, imagesSeen: 8 * epoch, trainLoss: 1 / Double(epoch), validation: nil,
        learningRate: 0.1, imagesPerSecond: nil, seconds: 1, finishedAt: "2026-01-01T00:00:00Z",
        isBest: false)
    }
    let encoder = JSONEncoder()
    let lines = try epochs.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    let record =
      #"{"outcome":{"diverged":{"step":7,"reason":"x"}},"epochs":[\#(lines.joined(separator: ","))]}"#
    let seal = "{\"sha256\":\"\(SHA256Digest.hex(of: record))\"}"
    let file = try sweep.folder.write(record + "\n" + seal, to: "left")
    let events = try epochs.prefix(told).map {
      "echo '" + String(decoding: try encoder.encode(TrainingEvent.epoch($0)), as: UTF8.self) + "'"
    }
    let script = events + ["cp '\(file)' \"$(dirname \"$1\")/outcome.json\"", "kill -9 $$"]
    _ = try sweep.run(worker: script.joined(separator: "; "))
    let summaries = try sweep.store.summaries(ofSweep: "fake")
    #expect(summaries.allSatisfy { $0.status == .diverged && $0.epochsDone == 3 })
  }

  /// Two of six runs wait for another one before the sweep is stopped: they are left, too.
  @Test func `what waits and what a stop leaves are counted together`() throws {
    let sweep = try FakeSweep(strategies: Self.reusing)
    var begun = 0
    let counter = Counter { begun = $0 }
    let summary = try sweep.run(
      worker: "exit \(WorkerExit.cancelled)", observer: counter, shouldStop: { begun > 3 })
    #expect(summary.left == 6 && summary.stopReason == "stopped on request")
    #expect(summary.standingFailures.isEmpty)
  }

  private final class Counter: SweepObserver {
    private let hear: (Int) -> Void
    private var count = 0
    init(_ hear: @escaping (Int) -> Void) { self.hear = hear }
    private func next() {
      count += 1
      hear(count)
    }
    func sweepStarts(_ overview: SweepOverview) {}
    func runStarts(_ run: RunDescription, number: Int, attempt: Int) {}
    func runSkipped(_ run: RunDescription, number: Int, because reason: String) { next() }
    func runProgressed(_ run: RunDescription, number: Int, _ event: RunProgress) {}
    func runEnded(_ run: RunDescription, number: Int, _ outcome: RunOutcome) { next() }
    func note(_ message: String) {}
  }

  /// A worker that goes on after epoch 2 of an earlier attempt tells these epochs once more.
  @Test func `an attempt is stored with the epoch that it began after`() throws {
    let sweep = try FakeSweep(strategies: "{baseline: {}}")
    let batch = sweep.plan.runs[0].recipe.training.batch
    func epoch(_ number: Int) throws -> String {
      let record = EpochRecord(
        epoch: number, imagesSeen: 4 * batch * number, trainLoss: nil, validation: nil,
        learningRate: 0.1, imagesPerSecond: nil, seconds: 1, finishedAt: "t", isBest: false)
      return String(
        decoding: try JSONEncoder().encode(TrainingEvent.epoch(record)), as: UTF8.self)
    }
    let started = String(
      decoding: try JSONEncoder().encode(TrainingEvent.started(step: 8, totalSteps: 16)),
      as: UTF8.self)
    let lines = [started, try epoch(1), try epoch(2), try epoch(3)]
    let script = lines.map { "echo '\($0)'" }.joined(separator: "; ")
    _ = try sweep.run(worker: script + "; exit \(WorkerExit.cancelled)")
    let store = try #require(sweep.store as? InMemoryRunStore)
    let attempts = try store.attempts(of: 1)
    #expect(attempts.map(\.fromEpoch) == [2])
  }

  @Test func `a stop leaves the rest queued and says so`() throws {
    let sweep = try FakeSweep()
    let summary = try sweep.run(worker: "exit 0", shouldStop: { true })
    #expect(summary.left == 4)
    #expect(try sweep.states == [.queued, .queued, .queued, .queued])
  }

  // MARK: Runs that need another one

  private static let reusing =
    "{tau-normalization: {}, baseline: {}, posthoc-logit-adjustment: {tau: 1}}"

  @Test func `what needs a run comes after it`() throws {
    let sweep = try FakeSweep(strategies: Self.reusing)
    let names = sweep.plan.runs.map(\.description.name)
    for seed in 1...2 {
      let places = ["baseline", "tau-normalization", "posthoc-logit-adjustment"].map {
        names.firstIndex(of: "\($0)-s\(seed)")!
      }
      #expect(places[0] < places[1] && places[0] < places[2])
      let base = sweep.plan.runs[places[0]]
      #expect(sweep.plan.runs[places[1]].needs == base.description.configHash)
      #expect(base.needs == nil)
    }
  }

  @Test func `what needs a failed run fails with a sentence, and nothing else is harmed`() throws {
    let sweep = try FakeSweep(
      limits: "{failures_in_a_row: 10, retries: 0}", strategies: Self.reusing)
    let summary = try sweep.run(worker: "echo x >> \"$(dirname \"$1\")/tries\"; exit 1")
    #expect(summary.failed == 6)
    #expect(summary.stopReason == nil)
    for run in sweep.plan.runs where run.needs != nil {
      #expect(!FileManager.default.fileExists(atPath: run.folder + "/tries"))
    }
    let errors = try sweep.store.summaries(ofSweep: "fake").compactMap(\.error)
    #expect(errors.count { $0.contains("needs the weights of baseline-s1, which failed") } == 2)
    #expect(try sweep.run(worker: "exit 1").skipped == 6)
    #expect(try sweep.run(worker: "exit 1", retriesFailed: true).failed == 6)
  }

  @Test func `what needs a run that was only stopped waits for it`() throws {
    let sweep = try FakeSweep(strategies: Self.reusing)
    let summary = try sweep.run(worker: "exit \(WorkerExit.cancelled)")
    #expect(summary.left == 6)
    #expect(try !sweep.states.contains(.failed))
  }

  @Test func `a done run whose weights are gone fails what needs it`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 10}", strategies: Self.reusing)
    let description = sweep.plan.runs[0].description
    try sweep.store.register(
      SweepRecord(name: "fake", file: "f", source: "", baseline: "baseline"))
    let id = try sweep.store.enqueue(description)
    try sweep.store.finish(id, .done(.empty))
    _ = try sweep.run(worker: "exit 1")
    let errors = try sweep.store.summaries(ofSweep: "fake").compactMap(\.error)
    #expect(errors.contains { $0.contains("weights.checkpoint is gone") })
  }

  // MARK: Stages

  private static let stages = "[{name: a, classes: {top: 2}}, {name: b, classes: {remaining: 2}}]"

  private final class Listener: SweepObserver {
    var overview: SweepOverview?
    func sweepStarts(_ overview: SweepOverview) { self.overview = overview }
    func runStarts(_ run: RunDescription, number: Int, attempt: Int) {}
    func runSkipped(_ run: RunDescription, number: Int, because reason: String) {}
    func runProgressed(_ run: RunDescription, number: Int, _ event: RunProgress) {}
    func runEnded(_ run: RunDescription, number: Int, _ outcome: RunOutcome) {}
    func note(_ message: String) {}
  }

  @Test func `a stage whose earlier one failed fails with a sentence, and the sweep goes on`()
    throws
  {
    let sweep = try FakeSweep(
      limits: "{failures_in_a_row: 10, retries: 0}", stages: Self.stages)
    let listener = Listener()
    let summary = try sweep.run(
      worker: "echo x >> \"$(dirname \"$1\")/tries\"; exit 1", observer: listener)
    #expect(summary.failed == 8 && summary.stopReason == nil)
    let all = sweep.plan.runs
    #expect(listener.overview?.imagesLeft == all.reduce(0) { $0 + $1.description.imagesPlanned })
    for run in all {
      let wasTried = FileManager.default.fileExists(atPath: run.folder + "/tries")
      #expect(wasTried == (run.recipe.stage?.name == "a"))
    }
    let errors = try sweep.store.summaries(ofSweep: "fake").compactMap(\.error)
    #expect(
      errors.count { $0.contains("needs the weights of sqrt-sampling-a-s1, which failed") } == 1)
  }

  @Test func `classes of several stages and of none are told before the night`() throws {
    func notes(_ second: String) throws -> [String] {
      try FakeSweep(
        stages: "[{name: a, classes: {top: 1}}, {name: b, classes: \(second)}]"
      ).plan.notes
    }
    #expect(try notes("{remaining: 1}").isEmpty)
    #expect(try notes("{remaining: 2}") == ["1 class (1) in no stage"])
    #expect(
      try notes("{top: 3}") == [
        "stage 2 has 1 class (0) of earlier stages again: with all stages together, a class counts "
          + "as its last stage knows it"
      ])
  }
}
