import Metrics
import Synchronization

/// Keeps runs in memory: for tests and for looking at a sweep without a file.
///
/// It does what a file store does, word for word, and forgets it all at the end.
public final class InMemoryRunStore: RunStore, RunHistory {
  struct Run {
    var description: RunDescription
    var status = RunStatus.queued
    var epochs: [EpochRecord] = []
    var attempts: [(record: AttemptRecord, process: ProcessIdentity)] = []
    var environment: EnvironmentRecord?
    var result: RunResult?
    var error: String?
    var startedAt: String?
    var finishedAt: String?
    var heartbeatAt: String?
    var equals: RunID?
    var equalNote: String?
  }

  private struct State {
    var sweeps: [SweepRecord] = []
    var runs: [Run] = []
    var plans: [RecipePlan] = []

    func run(_ id: RunID) throws(RunStoreError) -> Run {
      guard id >= 1, id <= runs.count else { throw .unknownRun(id) }
      return runs[Int(id) - 1]
    }
  }

  private let state = Mutex(State())
  private let now: @Sendable () -> String

  /// An empty store.
  ///
  /// - Parameter now: tells the time, for tests.
  public init(now: @escaping @Sendable () -> String = { Timestamp.now() }) {
    self.now = now
  }

  public func register(_ sweep: SweepRecord) {
    state.withLock { state in
      if let index = state.sweeps.firstIndex(where: { $0.name == sweep.name }) {
        state.sweeps[index] = sweep
      } else {
        state.sweeps.append(sweep)
      }
    }
  }

  public func find(sweep: String, configHash: String) -> (id: RunID, status: RunStatus)? {
    state.withLock { state in
      state.runs.firstIndex {
        $0.description.sweep == sweep && $0.description.configHash == configHash
      }.map { (RunID($0) + 1, state.runs[$0].status) }
    }
  }

  public func enqueue(_ run: RunDescription) throws -> RunID {
    let now = now()
    return try state.withLock { state in
      let known = state.runs.firstIndex {
        $0.description.sweep == run.sweep && $0.description.configHash == run.configHash
      }
      if let known {
        state.runs[known].description.shared = run.shared
        state.plans.add(run, id: RunID(known) + 1, at: now, among: state.runs.map(\.description))
        return RunID(known) + 1
      }
      guard state.sweeps.contains(where: { $0.name == run.sweep }) else {
        throw RunStoreError.unknownSweep(run.sweep, known: state.sweeps.map(\.name))
      }
      state.runs.append(Run(description: run))
      let id = RunID(state.runs.count)
      state.plans.add(run, id: id, at: now, among: state.runs.map(\.description))
      return id
    }
  }

  public func begin(_ run: RunID, environment: EnvironmentRecord, processID: Int32) throws {
    try change(run) { entry, now in
      if let former = entry.attempts.last, former.record.outcome == nil,
        former.process.isAnotherLivingProcess(than: processID)
      {
        throw RunStoreError.atWork(
          run, name: entry.description.name,
          StoreOwner(host: former.record.host, process: former.process))
      }
      entry.close(as: .lost, at: now)
      let attempt = AttemptRecord(
        number: entry.attempts.count + 1, startedAt: now, fromEpoch: entry.epochs.last?.epoch ?? 0,
        host: ProcessIdentity.hostName, processID: processID)
      entry.attempts.append((attempt, ProcessIdentity(of: processID)))
      (entry.status, entry.error, entry.finishedAt) = (.running, nil, nil)
      (entry.equals, entry.equalNote) = (nil, nil)
      entry.startedAt = entry.startedAt ?? now
      (entry.heartbeatAt, entry.environment) = (now, environment)
    }
  }

  public func append(_ record: EpochRecord, to run: RunID, isRepeated: Bool) throws {
    try change(run) { entry, now in
      entry.epochs.removeAll { $0.epoch >= record.epoch }
      entry.epochs.append(record)
      entry.heartbeatAt = now
      if let last = entry.attempts.indices.last {
        let from = entry.attempts[last].record.fromEpoch
        entry.attempts[last].record.fromEpoch =
          isRepeated ? record.epoch : min(from, record.epoch - 1)
      }
    }
  }

  public func beat(_ run: RunID) throws {
    try change(run) { entry, now in entry.heartbeatAt = now }
  }

  public func finish(_ run: RunID, _ outcome: RunOutcome) throws {
    try change(run) { entry, now in
      (entry.status, entry.error) = (outcome.status, outcome.errorText)
      (entry.finishedAt, entry.heartbeatAt) = (now, now)
      if case .done(let result) = outcome { entry.result = result }
      entry.close(as: outcome.attemptOutcome, at: now, outcome)
    }
  }

  public func finish(_ run: RunID, asEqualTo other: RunID, note: String) throws {
    _ = try state.withLock { try $0.run(other) }
    try change(run) { entry, now in
      entry.close(as: .lost, at: now)
      (entry.status, entry.error) = (.done, nil)
      (entry.finishedAt, entry.heartbeatAt) = (now, now)
      (entry.equals, entry.equalNote) = (other, note)
    }
  }

  public func equal(of run: RunID) throws -> RunID? {
    try state.withLock { try $0.run(run).equals }
  }

  public func weightsDigest(of run: RunID) throws -> String? {
    try state.withLock { try $0.run(run).result?.weightsDigest }
  }

  public func reapLostRuns() -> Int {
    let now = now()
    return state.withLock { state in
      var lost = 0
      for index in state.runs.indices where state.runs[index].status == .running {
        guard state.runs[index].attempts.last?.process.isAlive != true else { continue }
        state.runs[index].status = .lost
        state.runs[index].error = "its process ended without a word"
        state.runs[index].close(as: .lost, at: now)
        lost += 1
      }
      return lost
    }
  }

  public func summaries(ofSweep sweep: String) -> [RunSummary] {
    let plans = state.withLock(\.plans)
    return entries(ofSweep: sweep).map { id, run in
      var summary = summary(of: run, id: id)
      summary.recipe = plans.last { $0.record.runs.contains(id) }?.record.recipe.hash ?? ""
      return summary
    }
  }

  public func recipes(ofSweep sweep: String) -> [RecipeRecord] {
    state.withLock { $0.plans.filter { $0.sweep == sweep }.map(\.record) }
  }

  public func sweeps() -> [SweepRecord] { state.withLock(\.sweeps) }

  public func confusionMatrix(of run: RunID, split: String) throws -> ConfusionMatrix? {
    let result = try state.withLock { try $0.run(run).result }
    switch split {
    case "test": return result?.test?.confusion
    case "val": return result?.validation?.confusion
    default: return nil
    }
  }

  public func run(_ id: RunID) -> RunDetails? {
    guard let run = try? state.withLock({ try $0.run(id) }) else { return nil }
    var details = run.details(id: id)
    let summaries = summaries(ofSweep: run.description.sweep)
    if let summary = summaries.first(where: { $0.id == id }) { details.summary = summary }
    return details
  }

  public func descriptions(ofSweep sweep: String) -> [RunDescription] {
    entries(ofSweep: sweep).map(\.run.description)
  }

  public func epochs(of run: RunID) throws -> [EpochRecord] {
    try state.withLock { try $0.run(run).epochs }
  }

  public func attempts(of run: RunID) throws -> [AttemptRecord] {
    try state.withLock { try $0.run(run).attempts.map(\.record) }
  }

  public func predictions(of run: RunID) throws -> [Prediction] {
    try state.withLock { try $0.run(run).result?.predictions ?? [] }
      .sorted { $0.exampleID.utf8.lexicographicallyPrecedes($1.exampleID.utf8) }
  }

  private func summary(of run: Run, id: RunID) -> RunSummary {
    var summary = run.summary(id: id)
    guard let other = run.equals, let equal = try? state.withLock({ try $0.run(other) }) else {
      return summary
    }
    summary.equals = EqualRun(
      id: other, name: equal.description.name, strategy: equal.description.strategy,
      variant: equal.description.variant)
    return summary
  }

  public func guesses(of run: RunID) throws -> [Guess]? {
    try state.withLock { try $0.run(run).result?.guesses }
  }

  private func entries(ofSweep sweep: String) -> [(id: RunID, run: Run)] {
    state.withLock { state in
      state.runs.enumerated().filter { $0.element.description.sweep == sweep }
        .map { (RunID($0.offset) + 1, $0.element) }
    }
  }

  private func change(_ id: RunID, _ body: (inout Run, String) throws -> Void) throws {
    let now = now()
    try state.withLock { state in
      let entry = try state.run(id)
      guard entry.status != .done || entry.equals != nil else {
        throw RunStoreError.alreadyDone(id, name: entry.description.name)
      }
      try body(&state.runs[Int(id) - 1], now)
    }
  }
}
