import ArgumentParser
import Files
import Foundation
import Results
import ResultsSQLite
import Sweeps

/// Makes the runs of one chain of a frozen plan and keeps them in a shard of its own.
///
/// A shard is a small store: what a sweep promises of kills, retries and damage holds for it as well.
struct ChainWorker {
  let plan: String
  /// The chain; `nil` is the array task's.
  let index: Int?
  let folder: ShardFolder
  let threads: Int
  let retriesFailed: Bool
  let takesOver: Bool
  let checkpointSeconds: Double

  /// Makes what is not done yet.
  ///
  /// - Throws: `Failure` or `ExitCode` with the exit codes of a sweep.
  func run() throws {
    StopSignal.install(beforeWork: true)
    let sealed = try FrozenPlan.read(path: plan)
    let index = try chosenIndex(of: sealed.plan)
    try folder.adopt(sealed)
    let path = folder.shard(index)
    let work = try WorkFolder(store: path)
    let locks = try work.lock(store: path)
    defer { for lock in locks { lock.unlock() } }
    let chain = sealed.plan.plan(chain: index, workFolder: work.path)
    try chain.require(chain.experiment.prepared(work: work, threads: threads))
    let store = try SQLiteRunStore(path: path, shouldStop: { StopSignal.number != nil })
    StopSignal.beginWork()
    try store.claim(lock: locks[0].path, takingOver: takesOver)
    defer { try? store.release() }
    try make(chain, in: store, path)
  }

  private func chosenIndex(of plan: FrozenPlan) throws -> Int {
    let index = try index ?? TaskIndex(environment: ProcessInfo.processInfo.environment).index
    guard index < plan.chains else {
      throw Failure(
        "the plan has no chain \(index): it has \(plan.chains), numbered from 0 to \(plan.chains - 1)",
        code: Failure.badInput)
    }
    return index
  }

  private func make(_ chain: SweepPlan, in store: SQLiteRunStore, _ path: String) throws {
    try store.examine(sweep: chain.experiment.name)
    for damage in store.damages {
      Terminal.complain("damaged: \(StoreOptions.sentence(on: damage))")
    }
    guard store.damages.isEmpty else {
      throw Failure(
        "the shard \(path) is damaged; remove it and start the same command again: its runs go on from "
          + "what their folders hold", code: Failure.badInput)
    }
    let progress = ProgressPrinter(results: path)
    let runner = SweepRunner(
      chain, store: store, environment: EnvironmentProbe.record(threads: threads),
      options: SweepRunner.Options(
        workerCommand: [Build.program, "worker", "--supervised"],
        cacheFolder: WorkFolder.cache(ofStore: path), threads: threads,
        retriesFailed: retriesFailed, checkpointSeconds: checkpointSeconds),
      observer: progress)
    let summary = try runner.run(shouldStop: { StopSignal.number != nil })
    progress.close(summary)
    if summary.left > 0 { throw ExitCode(Failure.stoppedWithWorkLeft) }
    if !summary.standingFailures.isEmpty { throw ExitCode(Failure.someRunsFailed) }
  }
}
