import Foundation
import Metrics
import Results
import ResultsSQLite
import Synchronization
import TestSupport
import Testing

/// Every store, by the same rules.
enum StoreKind: CaseIterable {
  case memory, file

  /// A store with a clock that moves one second a look.
  func make(in folder: TemporaryFolder) throws -> any RunStore & RunHistory {
    let clock = Clock()
    switch self {
    case .memory: return InMemoryRunStore(now: { clock.tick() })
    case .file:
      return try SQLiteRunStore(
        path: folder.file(), schema: .current, now: { clock.tick() })
    }
  }

  private final class Clock: Sendable {
    private let seconds = Mutex<Int64>(1_795_000_000)
    func tick() -> String {
      seconds.withLock { seconds in
        seconds += 1
        return Timestamp.text(secondsSince1970: seconds)
      }
    }
  }
}

@Suite("A run store")
struct RunStoreContractTests {
  @Test("takes many runs at once as it takes each of them", arguments: StoreKind.allCases)
  func many(kind: StoreKind) throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    let (store, single) = (try kind.make(in: folder), try kind.make(in: other))
    try store.register(Sample.sweep)
    try single.register(Sample.sweep)
    let runs = (1...6).map { Sample.run($0 % 2 == 0 ? "focal" : "baseline", seed: UInt64($0 / 2)) }
    let first = try single.enqueue(runs[3])
    #expect(try store.enqueue(Array(runs[3...3])) == [first])
    #expect(try store.enqueue(runs) == runs.map { try single.enqueue($0) })
    #expect(
      try store.summaries(ofSweep: "night").map(\.name)
        == single.summaries(ofSweep: "night").map(\.name))
    // None is added where one cannot be.
    var stranger = Sample.run("weights", seed: 9)
    stranger.sweep = "unknown"
    let before = try store.summaries(ofSweep: "night").count
    #expect(throws: RunStoreError.self) {
      try store.enqueue([Sample.run("weights", seed: 8), stranger])
    }
    if kind == .file { #expect(try store.summaries(ofSweep: "night").count == before) }
  }

  @Test("takes a run through its life", arguments: StoreKind.allCases)
  func fullLife(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    // Given a registered sweep
    try store.register(Sample.sweep)
    let description = Sample.run("focal", seed: .max)
    #expect(try store.find(sweep: "night", configHash: description.configHash) == nil)

    // When a run is queued, begun, trained and finished
    let id = try store.enqueue(description)
    #expect(try store.summaries(ofSweep: "night").map(\.status) == [.queued])
    try store.begin(id, environment: Sample.environment, processID: getpid())
    #expect(try store.find(sweep: "night", configHash: description.configHash)?.status == .running)
    try store.append(Sample.epoch(1), to: id)
    try store.append(Sample.epoch(2), to: id)
    let midway = try #require(try store.summaries(ofSweep: "night").first)
    #expect(midway.imagesSeen == 520 && midway.epochsDone == 2 && midway.headline == nil)
    #expect(midway.seconds == 5.2 && midway.classes.isEmpty && midway.bestEpoch == 2)
    let result = Sample.result()
    try store.finish(id, .done(result))

    // Then everything can be read back as it was
    let summary = try #require(try store.summaries(ofSweep: "night").first)
    #expect(summary.status == .done && summary.seed == .max && summary.seconds == 90)
    #expect(summary.headline == result.test?.headline)
    #expect(summary.classes == result.test?.classes)
    #expect(summary.figures == ["fallback.asked": 0.25])
    #expect(summary.classRecords == Sample.dataset.classes)
    #expect(summary.overrides == ["training.batch"] && summary.notes == result.notes)
    #expect(try store.descriptions(ofSweep: "night") == [description])
    #expect(try store.epochs(of: id) == [Sample.epoch(1), Sample.epoch(2)])
    #expect(try store.predictions(of: id) == result.predictions)
    #expect(try store.confusionMatrix(of: id, split: "test") == result.test?.confusion)
    #expect(try store.confusionMatrix(of: id, split: "train") == nil)
    let details = try #require(try store.run(id))
    #expect(details.summary == summary && details.description == description)
    #expect(details.classMass == result.classMass && details.kernels == result.kernels)
    #expect(details.figures == ["fallback.asked": 0.25])
    #expect(details.environment == Sample.environment && details.steps == 9)
    #expect(details.validation == Sample.epoch(2).validation)
    #expect(details.weightsPath == "weights/w1.safetensors" && details.weightsDigest == "w1")
    #expect(details.uid.count == 16 && details.lossReduction == "mean_over_examples")
  }

  @Test("gives both kinds the same details")
  func sameDetails() throws {
    let folder = try TemporaryFolder()
    var details: [RunDetails] = []
    for kind in StoreKind.allCases {
      let store = try kind.make(in: folder)
      try store.register(Sample.sweep)
      let id = try store.complete(Sample.run("focal"))
      let failed = try store.enqueue(Sample.run("weights"))
      try store.begin(failed, environment: Sample.environment, processID: 1)
      try store.append(Sample.epoch(1), to: failed)
      try store.finish(failed, .failed(reason: "no room", exitCode: 1, signal: nil))
      details += [try #require(try store.run(id)), try #require(try store.run(failed))]
    }
    for index in 0..<2 {
      // The clocks are read equally often up to the first run only.
      (details[index].startedAt, details[index + 2].startedAt) = (nil, nil)
      (details[index].finishedAt, details[index + 2].finishedAt) = (nil, nil)
      (details[index].heartbeatAt, details[index + 2].heartbeatAt) = (nil, nil)
      #expect(details[index] == details[index + 2])
    }
  }

  @Test("keeps one run a fingerprint and sweep", arguments: StoreKind.allCases)
  func oneRunAFingerprint(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    #expect(try store.enqueue(Sample.run("focal")) == id)
    try store.register(SweepRecord(name: "day", file: "day.yaml", source: "x", baseline: nil))
    #expect(try store.enqueue(Sample.run("focal", sweep: "day")) != id)
    #expect(try store.summaries(ofSweep: "night").count == 1)
    #expect(try store.sweeps().map(\.name) == ["night", "day"])
  }

  @Test("renews a sweep that is registered again", arguments: StoreKind.allCases)
  func renewedSweep(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    var changed = Sample.sweep
    (changed.source, changed.baseline) = ("name: night\nseeds: [1]\n", nil)
    try store.register(changed)
    #expect(try store.sweeps() == [changed])
  }

  @Test("adds an attempt for every begin", arguments: StoreKind.allCases)
  func attempts(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(id, environment: Sample.environment, processID: Sample.nobody + 11)
    try store.append(Sample.epoch(1), to: id)
    try store.finish(id, .failed(reason: "killed", exitCode: nil, signal: 9))
    #expect(try store.run(id)?.summary.error == "killed")
    try store.begin(id, environment: Sample.environment, processID: Sample.nobody + 12)
    try store.begin(id, environment: Sample.environment, processID: Sample.nobody + 13)
    #expect(try store.run(id)?.summary.error == nil)
    try store.append(Sample.epoch(2), to: id)
    #expect(try store.run(id)?.summary.seconds == 5.2)
    try store.finish(id, .diverged(step: 7, reason: "the loss is nan"))

    let attempts = try store.attempts(of: id)
    #expect(attempts.map(\.number) == [1, 2, 3])
    #expect(attempts.map(\.outcome) == [.failed, .lost, .diverged])
    #expect(attempts.map(\.fromEpoch) == [0, 1, 1])
    #expect(attempts.map(\.processID) == [11, 12, 13].map { Sample.nobody + $0 })
    #expect(attempts[0].signal == 9 && attempts[0].error == "killed")
    #expect(attempts.allSatisfy { $0.finishedAt != nil })
    #expect(try store.run(id)?.summary.error == "diverged at step 7: the loss is nan")
    #expect(try store.run(id)?.summary.status == .diverged)
  }

  /// Kept are five epochs; an attempt goes on from a checkpoint of three, and tells them once more.
  @Test("an attempt begins after the epochs that it repeats", arguments: StoreKind.allCases)
  func repeatedEpochs(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(id, environment: Sample.environment, processID: Sample.nobody + 11)
    for number in 1...5 { try store.append(Sample.epoch(number), to: id) }
    try store.begin(id, environment: Sample.environment, processID: Sample.nobody + 12)
    for number in 1...3 {
      try store.append(Sample.epoch(number), to: id, isRepeated: true)
    }
    #expect(try store.attempts(of: id).map(\.fromEpoch) == [0, 3])
    try store.append(Sample.epoch(4), to: id)
    #expect(try store.attempts(of: id).map(\.fromEpoch) == [0, 3])
    try store.begin(id, environment: Sample.environment, processID: Sample.nobody + 13)
    try store.append(Sample.epoch(1), to: id)
    #expect(try store.attempts(of: id).map(\.fromEpoch) == [0, 3, 0])
  }

  @Test("replaces an epoch and drops the later ones", arguments: StoreKind.allCases)
  func repeatedEpoch(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(id, environment: Sample.environment, processID: 1)
    for number in 1...3 { try store.append(Sample.epoch(number, isBest: number != 2), to: id) }
    try store.begin(id, environment: Sample.environment, processID: 1)
    try store.append(Sample.epoch(2, isBest: false), to: id)
    try store.append(Sample.epoch(2, isBest: false), to: id)
    #expect(try store.epochs(of: id).map(\.epoch) == [1, 2])
    #expect(try store.attempts(of: id).last?.fromEpoch == 1)
    let summary = try #require(try store.summaries(ofSweep: "night").first)
    #expect(summary.epochsDone == 2 && summary.bestEpoch == 1 && summary.imagesSeen == 520)
  }

  @Test("never writes a finished run again", arguments: StoreKind.allCases)
  func finishedRun(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.complete(Sample.run("focal"))
    let expected = RunStoreError.alreadyDone(id, name: "focal-s1")
    #expect(throws: expected) { try store.append(Sample.epoch(1), to: id) }
    #expect(throws: expected) { try store.finish(id, .cancelled(reason: "x")) }
    #expect(throws: expected) {
      try store.begin(id, environment: Sample.environment, processID: 1)
    }
    #expect(try store.run(id)?.summary.status == .done)
  }

  @Test("refuses what it does not know", arguments: StoreKind.allCases)
  func unknown(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    #expect(throws: RunStoreError.unknownSweep("night", known: [])) {
      try store.enqueue(Sample.run("focal"))
    }
    #expect(throws: RunStoreError.unknownRun(7)) { try store.append(Sample.epoch(1), to: 7) }
    #expect(throws: RunStoreError.unknownRun(7)) { try store.epochs(of: 7) }
    #expect(throws: RunStoreError.unknownRun(7)) {
      try store.confusionMatrix(of: 7, split: "test")
    }
    #expect(try store.run(7) == nil)
    #expect(try store.summaries(ofSweep: "nothing").isEmpty)
  }

  @Test("finds runs whose process is gone", arguments: StoreKind.allCases)
  func lostRuns(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let gone = Process()
    gone.executableURL = URL(fileURLWithPath: "/bin/sleep")
    gone.arguments = ["600"]
    try gone.run()
    let lost = try store.enqueue(Sample.run("lost"))
    try store.begin(lost, environment: Sample.environment, processID: gone.processIdentifier)
    let alive = try store.enqueue(Sample.run("alive"))
    try store.begin(alive, environment: Sample.environment, processID: getpid())
    #expect(try store.reapLostRuns() == 0)
    kill(gone.processIdentifier, SIGKILL)
    gone.waitUntilExit()
    #expect(try store.reapLostRuns() == 1)
    #expect(try store.reapLostRuns() == 0)
    #expect(try store.summaries(ofSweep: "night").map(\.status) == [.lost, .running])
    #expect(try store.attempts(of: lost).map(\.outcome) == [.lost])
  }

  @Test("takes a run that ends before it began", arguments: StoreKind.allCases)
  func cancelledInTheQueue(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.finish(id, .cancelled(reason: "the night is over"))
    #expect(try store.attempts(of: id).isEmpty)
    let summary = try #require(try store.run(id)?.summary)
    #expect(summary.status == .cancelled && summary.seconds == nil)
  }

  @Test("keeps an evaluation with undefined figures", arguments: StoreKind.allCases)
  func undefinedFigures(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    var result = Sample.result()
    (result.test, result.validation, result.predictions) = (nil, nil, [])
    (result.imagesPerSecond, result.peakMemoryMB, result.weightsPath) = (nil, nil, nil)
    result.bestEpoch = nil
    try store.finish(id, .done(result))
    let details = try #require(try store.run(id))
    #expect(details.summary.headline == nil && details.summary.classes.isEmpty)
    #expect(details.peakMemoryMB == nil && details.validation == nil)
    #expect(try store.confusionMatrix(of: id, split: "test") == nil)
  }
}
