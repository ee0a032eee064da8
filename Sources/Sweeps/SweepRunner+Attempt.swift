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
    let worker = try start(job, logPath: log)
    told = nil
    let stop: String?
    do {
      try store.begin(id, environment: environment, processID: worker.processID)
      stop = try listen(to: worker, run, id: id, number: number, shouldStop)
    } catch {
      letGo(of: worker)
      throw error
    }
    let ending = worker.wait()
    let folder = RunFolder(run.folder)
    switch try FinishedRun.read(in: folder, of: run.description.configHash) {
    case .none: break
    case .whole(let finished): return finished.outcome
    case .damaged(let damage):
      try FinishedRun.setAside(in: folder)
      return .failed(reason: damage, exitCode: nil, signal: nil)
    }
    if let refusal = refusal(of: ending, in: run, log: log) {
      return leave(run, because: refusal)
    }
    switch ending {
    case .exited(let code) where code == WorkerExit.cancelled:
      return .cancelled(reason: stop ?? "the worker was asked to stop")
    case .exited(let code):
      return .failed(
        reason: stop ?? lastWords(in: log) ?? "the worker left with exit code \(code)",
        exitCode: code, signal: nil)
    case .signalled(let number):
      let words = lastWords(in: log).map { ": \($0)" } ?? ""
      return .failed(
        reason: stop ?? "the worker was ended by signal \(number)\(words)", exitCode: nil,
        signal: number)
    }
  }

  /// Reads events until the worker closes its output.
  ///
  /// - Returns: why the parent ended the worker, if it did.
  private func listen(
    to worker: WorkerProcess, _ run: SweepPlan.PlannedRun, id: RunID, number: Int,
    _ shouldStop: () -> Bool
  ) throws -> String? {
    let start = Date()
    let decoder = JSONDecoder()
    var stop: String?
    var stopRequested: Date?
    var trainedBefore = Int.max
    while let lines = worker.lines(within: 200) {
      for line in lines {
        guard let event = try? decoder.decode(TrainingEvent.self, from: Data(line.utf8)) else {
          if let refusal = WorkerRefusal(line: line) { told = refusal.refused }
          continue
        }
        try take(event, run, id: id, number: number, &trainedBefore)
      }
      if stopRequested == nil {
        stop = shouldStop() ? "stopped on request" : limitReached(since: start)
        if stop != nil {
          worker.askToStop()
          stopRequested = Date()
        }
      } else if let asked = stopRequested, Date().timeIntervalSince(asked) > 120 {
        worker.kill()
      }
    }
    return stop
  }

  /// Which limit of time a run that started at `start` has reached.
  private func limitReached(since start: Date) -> String? {
    let limits = plan.experiment.limits
    if let limit = limits.run, Date().timeIntervalSince(start) >= limit {
      return "the limit of \(Int(limit)) s for one run is reached"
    }
    if let limit = limits.night, Date().timeIntervalSince(started) >= limit {
      return "the limit of \(Int(limit)) s for the whole sweep is reached"
    }
    return nil
  }

  /// Stores and tells an event.
  ///
  /// - Parameter trainedBefore: images that the run had seen when this attempt began; all of them
  ///   until the worker says so.
  private func take(
    _ event: TrainingEvent, _ run: SweepPlan.PlannedRun, id: RunID, number: Int,
    _ trainedBefore: inout Int
  ) throws {
    let batch = run.recipe.training.batch
    let planned = run.description.imagesPlanned
    var progress: RunProgress
    switch event {
    case .started(let step, _):
      trainedBefore = step * batch
      progress = RunProgress(
        imagesSeen: step * batch, imagesPlanned: planned, imagesPerSecond: 0, epoch: nil)
    case .progress(let step, _, let imagesPerSecond):
      progress = RunProgress(
        imagesSeen: step * batch, imagesPlanned: planned, imagesPerSecond: imagesPerSecond,
        epoch: nil)
    case .note(let text):
      observer?.note("\(run.description.name): \(text)")
      return
    case .epoch(let record):
      try store.append(record, to: id, isRepeated: record.imagesSeen <= trainedBefore)
      progress = RunProgress(
        imagesSeen: record.imagesSeen, imagesPlanned: planned,
        imagesPerSecond: record.imagesPerSecond ?? 0, epoch: record)
    }
    observer?.runProgressed(run.description, number: number, progress)
  }

  /// The last line that the worker wrote to its log.
  func lastWords(in log: String) -> String? {
    guard let bytes = try? WholeFile.read(path: log, limit: 64 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last.map(String.init)
  }
}
