import Files
import Foundation
import Results

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// What the machine refuses, a full disk first of all, is no run's fault: the run is left as it is, no
// other one is begun, and the same command goes on once the machine is mended.
extension SweepRunner {
  /// What of a worker's end is the machine's doing; `nil` where it is the run's own.
  func refusal(
    of ending: WorkerProcess.End, in run: SweepPlan.PlannedRun, log: String
  ) -> String? {
    switch ending {
    case .exited(let code) where code == WorkerExit.refused:
      return told?.description ?? lastWords(in: log)
        ?? "the machine refused something to the worker"
    case .signalled(let number) where number == SIGBUS:
      return
        "a file that was in use could not be read any more: its disk fails, or another program "
        + "shortened it (the worker of \(run.description.name) was ended by signal \(SIGBUS)); look "
        + "at the system's log"
    default: return nil
    }
  }

  /// Leaves a run, and ends the sweep.
  func leave(_ run: SweepPlan.PlannedRun, because reason: String) -> RunOutcome {
    // The first refusal is the reason; that nothing can be stored either may follow from it.
    refused = refused ?? reason
    return .cancelled(reason: reason)
  }

  /// Leaves a run at which the machine refused something to this process itself.
  ///
  /// Where even that cannot be stored the run stays as it is there, and the next sweep takes it up.
  ///
  /// - Throws: the error, where the machine is not at fault.
  func leave(
    _ run: SweepPlan.PlannedRun, id: RunID, number: Int, after error: any Error,
    _ summary: inout Summary
  ) throws {
    guard let refusal = SystemRefusal(of: error, owning: [run.folder, options.cacheFolder]) else {
      throw error
    }
    let outcome = leave(run, because: refusal.description)
    summary.left += 1
    if (try? store.find(
      sweep: plan.experiment.name, configHash: run.description.configHash))?.status == .running
    {
      try? store.finish(id, outcome)
    }
    observer?.runEnded(run.description, number: number, outcome)
  }

  /// Has a worker write its checkpoint and leave, when its parent cannot go on.
  func letGo(of worker: WorkerProcess) {
    worker.askToStop()
    let asked = options.clock.awake()
    while worker.lines(within: 200) != nil {
      if options.clock.awake() - asked > Self.patience { worker.kill() }
    }
    _ = awaitEnd(of: worker)
  }
}
