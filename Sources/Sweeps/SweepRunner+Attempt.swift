import Files
import Foundation
import Results
import Training

extension SweepRunner {
  /// Starts a worker, stores what it tells, and finds out how it ended.
  func attempt(
    _ run: SweepPlan.PlannedRun, id: RunID, number: Int, from base: BaseRun?,
    _ shouldStop: () -> Bool
  ) throws -> RunOutcome {
    try Folder.create(run.folder)
    let job = RunJob(
      recipe: run.recipe, folder: run.folder, cacheFolder: options.cacheFolder,
      threads: options.threads, datasetDigest: run.description.dataset.digest,
      checkpointSeconds: options.checkpointSeconds, base: base)
    try AtomicFile.write(JSONEncoder().encode(job), to: job.path)
    let log = run.folder + "/worker.log"
    let worker = try WorkerProcess(
      command: options.workerCommand + [job.path], logPath: log,
      environment: ["OPENBLAS_NUM_THREADS": "1"])
    let stop: Stop?
    do {
      try begin(id, worker, shouldStop)
      stop = try listen(to: worker, run, id: id, number: number, shouldStop)
    } catch {
      // It writes a checkpoint and leaves, and the next sweep waits for that.
      worker.askToStop()
      throw error
    }
    let ending = awaitEnd(of: worker)
    let folder = RunFolder(run.folder)
    switch try FinishedRun.read(in: folder) {
    case .none: break
    case .whole(let finished): return finished.outcome
    case .damaged(let damage):
      try FinishedRun.setAside(in: folder)
      return .failed(reason: damage, exitCode: nil, signal: nil)
    }
    switch ending {
    case .exited(let code) where code == WorkerExit.cancelled:
      return .cancelled(reason: stop?.reason ?? "the worker was asked to stop")
    case .exited(let code):
      return .failed(
        reason: stop?.reason ?? lastWords(in: log) ?? "the worker left with exit code \(code)",
        exitCode: code, signal: nil)
    case .signalled(let number):
      // It had not begun to listen, or took too long: its last checkpoint stands.
      if case .onRequest? = stop { return .cancelled(reason: "stopped on request") }
      let words = lastWords(in: log).map { ": \($0)" } ?? ""
      return .failed(
        reason: stop?.reason ?? "the worker was ended by signal \(number)\(words)", exitCode: nil,
        signal: number)
    }
  }

  /// Starts the attempt in the store. A worker that an earlier sweep left behind may still be writing
  /// its last checkpoint: it is waited for, and never taken over.
  private func begin(
    _ id: RunID, _ worker: WorkerProcess, _ shouldStop: () -> Bool
  ) throws {
    let start = options.clock.awake()
    var hasTold = false
    while true {
      do {
        return try store.begin(id, environment: environment, processID: worker.processID)
      } catch let error as RunStoreError {
        guard case .atWork(_, _, let owner) = error, !shouldStop(),
          options.clock.awake() - start < options.handover
        else { throw error }
        if !hasTold {
          observer?.note("waiting for process \(owner.process.processID) of an earlier sweep")
        }
        hasTold = true
        usleep(100_000)
      }
    }
  }

  /// The last line that the worker wrote to its log.
  private func lastWords(in log: String) -> String? {
    guard let text = try? String(contentsOfFile: log, encoding: .utf8) else { return nil }
    return text.split(separator: "\n").last.map(String.init)
  }
}

/// Exit codes by which a worker says more than success or failure.
public enum WorkerExit {
  /// A checkpoint was written; the run can be continued.
  public static let cancelled: Int32 = 75
}
