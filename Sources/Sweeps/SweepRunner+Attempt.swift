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
    (told, lastEpochHeard) = (nil, 0)
    let stop: Stop?
    do {
      try begin(id, worker, shouldStop)
      stop = try listen(to: worker, run, id: id, number: number, shouldStop)
    } catch {
      letGo(of: worker)
      throw error
    }
    let ending = awaitEnd(of: worker)
    let folder = RunFolder(run.folder)
    switch try FinishedRun.read(in: folder, of: run.description.configHash) {
    case .none: break
    case .whole(let finished):
      try catchUp(with: finished, id: id)
      return finished.outcome
    case .damaged(let damage):
      try FinishedRun.setAside(in: folder)
      return .failed(reason: damage, exitCode: nil, signal: nil)
    }
    if let refusal = refusal(of: ending, in: run, log: log) {
      return leave(run, because: refusal)
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

  /// Stores the epochs of a finished run that its worker did not tell: one that an earlier sweep left
  /// behind may have ended the run while the new one waited for it, and was killed.
  private func catchUp(with finished: FinishedRun, id: RunID) throws {
    for record in finished.epochs where record.epoch > lastEpochHeard {
      try store.append(record, to: id, isRepeated: true)
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
  func lastWords(in log: String) -> String? {
    guard let bytes = try? WholeFile.read(path: log, limit: 64 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last.map(String.init)
  }
}
