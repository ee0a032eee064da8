import Experiments
import Files
import Foundation
import Recipes
import Results
import Training

/// Runs a plan, one child process a run, and keeps the store.
///
/// The parent is the store's only writer. Killing the parent or a child at any moment loses at most
/// the work since the last checkpoint: the next sweep of the same file continues where it was.
public final class SweepRunner {
  let plan: SweepPlan
  /// The plan's runs by their configuration hashes.
  let planned: [String: SweepPlan.PlannedRun]
  let store: any RunStore
  let options: Options
  weak var observer: (any SweepObserver)?
  let environment: EnvironmentRecord
  /// When the sweep began, by the clock that goes on while the machine sleeps.
  let started: Double
  /// Runs that failed one after the other; one that diverged shows that workers work.
  private var failuresInARow = 0
  /// Whether a run failed or diverged in this sweep.
  private var hasFailure = false
  /// What the machine refused; no run is begun after that.
  var refused: String?
  /// What the worker at work told that the machine refused to it.
  var told: SystemRefusal?
  /// The newest epoch that the worker at work has told, from 1; 0 before the first.
  var lastEpochHeard = 0

  /// How a sweep is run.
  public struct Options: Sendable {
    /// Starts a worker: the path of a job is appended.
    public var workerCommand: [String]
    /// The folder of pixels and activations, shared by all runs.
    public var cacheFolder: String
    /// Compute threads of a worker, at least 1; they change no result.
    public var threads: Int
    /// Try again what ended as failed or diverged in an earlier sweep.
    public var retriesFailed: Bool
    /// End the sweep when a run fails or diverges.
    public var stopsAtFirstFailure: Bool
    /// How often a worker writes a checkpoint besides the ends of epochs.
    public var checkpointSeconds: Double
    /// Seconds that a worker of an earlier sweep is waited for, which writes its last checkpoint.
    package var handover = 180.0
    /// What time it is.
    package var clock = SweepClock.system

    /// Options with the usual checkpoint every two minutes.
    public init(
      workerCommand: [String], cacheFolder: String, threads: Int, retriesFailed: Bool = false,
      stopsAtFirstFailure: Bool = false, checkpointSeconds: Double = 120
    ) {
      (self.workerCommand, self.cacheFolder) = (workerCommand, cacheFolder)
      (self.threads, self.retriesFailed) = (threads, retriesFailed)
      self.stopsAtFirstFailure = stopsAtFirstFailure
      self.checkpointSeconds = checkpointSeconds
    }
  }

  /// How a whole sweep ended.
  public struct Summary: Sendable {
    /// Runs that ended with a result in this sweep.
    public var done = 0
    /// Runs that needed no work.
    public var skipped = 0
    /// Runs that were recorded as equal to one that is done.
    public var equal = 0
    /// Runs that failed or diverged, after their retries.
    public var failed = 0
    /// Names of all runs of the plan that stand as failed or diverged at the end, whether they did so
    /// in this sweep or in an earlier one.
    public var standingFailures: [String] = []
    /// Runs that the same command would still have to do.
    public var left = 0
    /// Why the sweep stopped before its end.
    public var stopReason: String?
    /// Whether it stopped because the machine refused something, such as room on a disk.
    public var isRefused = false
  }

  /// A runner for one plan.
  ///
  /// - Parameters:
  ///   - environment: what is stored with every run.
  ///   - observer: hears how things go; not kept alive.
  public init(
    _ plan: SweepPlan, store: any RunStore, environment: EnvironmentRecord, options: Options,
    observer: (any SweepObserver)?
  ) {
    (self.plan, self.store, self.options) = (plan, store, options)
    planned = Dictionary(
      plan.runs.map { ($0.description.configHash, $0) }, uniquingKeysWith: { first, _ in first })
    (self.environment, self.observer) = (environment, observer)
    started = options.clock.passed()
  }

  /// Runs what is not finished yet.
  ///
  /// - Parameter shouldStop: asked between runs and while one works; then the worker writes a
  ///   checkpoint and leaves.
  /// - Throws: what the store throws, and where a worker cannot be made. A run that fails is part of the
  ///   summary, and so is what the machine refuses: the run at work is left, and the sweep stops.
  public func run(shouldStop: () -> Bool) throws -> Summary {
    var summary = Summary()
    let (standing, ids): ([RunStatus?], [RunID])
    do {
      (standing, ids) = try prepare()
    } catch {
      guard let refusal = SystemRefusal(of: error) else { throw error }
      (summary.stopReason, summary.left) = (refusal.description, plan.runs.count)
      summary.isRefused = true
      return summary
    }
    for (index, run) in plan.runs.enumerated() {
      if let reason = skipReason(standing[index]) {
        observer?.runSkipped(run.description, number: index + 1, because: reason)
        summary.skipped += 1
        if standing[index] != .done { summary.standingFailures.append(run.description.name) }
        continue
      }
      do {
        guard try visit(run, id: ids[index], number: index + 1, shouldStop, &summary) else {
          leave(index, standing, &summary)
          break
        }
      } catch {
        try leave(run, id: ids[index], number: index + 1, after: error, &summary)
      }
    }
    if let refused { (summary.stopReason, summary.isRefused) = (refused, true) }
    return summary
  }

  /// Records the plan in the store.
  ///
  /// - Returns: where each run stood before, and its number.
  private func prepare() throws -> ([RunStatus?], [RunID]) {
    let experiment = plan.experiment
    try store.register(
      SweepRecord(
        name: experiment.name, file: experiment.file, source: experiment.source,
        baseline: experiment.baseline))
    let lost = try store.reapLostRuns()
    if lost > 0 {
      observer?.note("\(lost) run(s) were cut off earlier and continue from their checkpoints")
    }
    let standing = try plan.runs.map(standing(of:))
    announce(standing)
    return (standing, try store.enqueue(plan.runs.map(\.description)))
  }

  /// Makes a run, or says why not.
  ///
  /// - Returns: `false` where the sweep stops before it.
  private func visit(
    _ run: SweepPlan.PlannedRun, id: RunID, number: Int, _ shouldStop: () -> Bool,
    _ summary: inout Summary
  ) throws -> Bool {
    switch try equality(of: run) {
    case .ownRun: break
    case .stands(let other, let otherID):
      let text = try record(run, id: id, as: other, otherID)
      observer?.runSkipped(run.description, number: number, because: text)
      summary.equal += 1
      return true
    case .waits(let reason):
      observer?.runSkipped(run.description, number: number, because: reason)
      summary.left += 1
      return true
    case .fails(let reason):
      try fail(run, id: id, number: number, because: reason, &summary)
      return true
    }
    if let reason = stopReason(shouldStop) {
      summary.stopReason = reason
      return false
    }
    switch try readiness(of: run) {
    case .ready(let base):
      try attempts(at: run, id: id, number: number, from: base, shouldStop, &summary)
    case .waits(let reason):
      observer?.runSkipped(run.description, number: number, because: reason)
      summary.left += 1
    case .fails(let reason):
      try fail(run, id: id, number: number, because: reason, &summary)
    }
    return true
  }

  /// Counts what a sweep that stops before a run leaves; runs that wait for another one, or were
  /// stopped, are counted already.
  private func leave(_ index: Int, _ standing: [RunStatus?], _ summary: inout Summary) {
    summary.left += standing[index...].count { skipReason($0) == nil }
    let skipped = zip(plan.runs, standing).dropFirst(index).filter { skipReason($0.1) != nil }
    summary.skipped += skipped.count
    summary.standingFailures += skipped.filter { $0.1 != .done }.map(\.0.description.name)
  }

  /// Ends a run that cannot be run. Its own work is sound, so it does not count among failures in a
  /// row.
  private func fail(
    _ run: SweepPlan.PlannedRun, id: RunID, number: Int, because reason: String,
    _ summary: inout Summary
  ) throws {
    let outcome = RunOutcome.failed(reason: reason, exitCode: nil, signal: nil)
    try store.finish(id, outcome)
    summary.failed += 1
    summary.standingFailures.append(run.description.name)
    observer?.runEnded(run.description, number: number, outcome)
  }

  private func announce(_ standing: [RunStatus?]) {
    let open = zip(plan.runs, standing).filter { skipReason($0.1) == nil }
    observer?.sweepStarts(
      SweepOverview(
        name: plan.experiment.name, runs: plan.runs.count,
        finished: plan.runs.count - open.count,
        imagesLeft: open.filter { $0.0.recipe.trains && $0.0.equals == nil }
          .reduce(0) { $0 + $1.0.description.imagesPlanned }))
  }

  private func skipReason(_ status: RunStatus?) -> String? {
    switch status {
    case .done: "already done, same fingerprint"
    case .failed where !options.retriesFailed:
      "failed earlier; --retry-failed tries it again"
    case .diverged where !options.retriesFailed:
      "diverged earlier; --retry-failed tries it again"
    default: nil
    }
  }

  private func stopReason(_ shouldStop: () -> Bool) -> String? {
    if let refused { return refused }
    if shouldStop() { return "stopped on request" }
    let limits = plan.experiment.limits
    if let nightIsOver { return nightIsOver }
    if failuresInARow >= limits.failuresInARow {
      return "\(failuresInARow) runs in a row failed"
    }
    if options.stopsAtFirstFailure, hasFailure { return "a run failed (--fail-fast)" }
    return nil
  }

  /// One run with its retries.
  private func attempts(
    at run: SweepPlan.PlannedRun, id: RunID, number: Int, from base: BaseRun?,
    _ shouldStop: () -> Bool, _ summary: inout Summary
  ) throws {
    if options.retriesFailed { try remove(RunFolder(run.folder).outcome) }
    for attempt in 1...(plan.experiment.limits.retries + 1) {
      observer?.runStarts(run.description, number: number, attempt: attempt)
      let outcome = try self.attempt(
        run, id: id, number: number, from: base, shouldStop)
      try store.finish(id, outcome)
      observer?.runEnded(run.description, number: number, outcome)
      switch outcome {
      case .done:
        summary.done += 1
        failuresInARow = 0
        removeCheckpoints(of: run)
        return
      case .cancelled:
        summary.left += 1
        return
      case .diverged:
        // The same seed would diverge again: the run is over, but the sweep goes on.
        summary.failed += 1
        summary.standingFailures.append(run.description.name)
        (hasFailure, failuresInARow) = (true, 0)
        return
      case .failed:
        if attempt <= plan.experiment.limits.retries, !shouldStop() { continue }
        summary.failed += 1
        summary.standingFailures.append(run.description.name)
        hasFailure = true
        failuresInARow += 1
        return
      }
    }
  }

  private func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path, code: errno) }
  }

  /// A finished run's weights and outcome stay; its checkpoints are no longer needed.
  private func removeCheckpoints(of run: SweepPlan.PlannedRun) {
    let folder = RunFolder(run.folder).checkpoints
    // One that stays takes room, and nobody reads it.
    for path in [folder.current, folder.previous] { try? remove(path) }
  }
}
