import Files
import Foundation
import Results
import Training

/// The child process's side: trains one job and tells its parent about it, one JSON line an event.
///
/// A crash in here costs one run. The outcome is written to the run's folder before the process
/// leaves, so a parent that dies meanwhile loses nothing.
public enum Worker {
  /// Trains the job in the file at `path`.
  ///
  /// - Parameters:
  ///   - isSupervised: whether a sweep started it, which must be the same program.
  ///   - emit: takes one line of JSON; returns `false` when the parent is gone, which ends
  ///     the run at its next step with a checkpoint.
  /// - Returns: how the run ended; also in the folder's `outcome.json` unless it was cancelled.
  /// - Throws: `SystemRefusal` where the machine and not the run is at fault, which the parent is told
  ///   with the last line; `TrainingError` where the job cannot be understood, and what preparing the
  ///   data and the trainer throw.
  public static func run(
    jobAt path: String, isSupervised: Bool = false, shouldStop: @escaping () -> Bool,
    emit: @escaping (String) -> Bool
  ) throws -> RunOutcome {
    var own = [URL(fileURLWithPath: path).deletingLastPathComponent().path]
    do {
      let job = try RunJob(readingFrom: path)
      own += [job.folder, job.cacheFolder]
      if isSupervised { try check(job) }
      return try run(job, shouldStop: shouldStop, emit: emit)
    } catch {
      guard let refusal = SystemRefusal(of: error, owning: own) else { throw error }
      if let line = WorkerRefusal(refused: refusal).line { _ = emit(line) }
      throw refusal
    }
  }

  private static func run(
    _ job: RunJob, shouldStop: @escaping () -> Bool, emit: @escaping (String) -> Bool
  ) throws -> RunOutcome {
    let folder = RunFolder(job.folder)
    let encoder = JSONEncoder()
    func tell(_ event: TrainingEvent) -> Bool {
      guard let line = try? encoder.encode(event) else { return true }
      return emit(String(decoding: line, as: UTF8.self))
    }
    let lock = try lock(folder) { _ = tell(.note($0)) }
    defer { lock.unlock() }
    var notice: String?
    let run = job.recipe.configHash(datasetDigest: job.datasetDigest)
    switch try FinishedRun.read(in: folder, of: run) {
    case .none: break
    case .whole(let finished):
      // Its parent was killed before it could store everything.
      for epoch in finished.epochs { _ = tell(.epoch(epoch)) }
      return finished.outcome
    case .damaged(let damage):
      try FinishedRun.setAside(in: folder)
      notice = "\(damage); it was set aside, and the run is trained again"
      _ = tell(.note(notice ?? damage))
    }
    var lastSign = 0.0
    func progressed() {
      let now = monotonicSeconds()
      guard now - lastSign >= signSeconds else { return }
      lastSign = now
      _ = tell(.working)
    }
    let data = try PreparedData(
      dataset: job.recipe.dataset, split: job.recipe.split, image: job.recipe.image,
      cacheFolder: job.cacheFolder, threads: job.threads, progress: { _, _ in progressed() })
    guard data.digest == job.datasetDigest else {
      throw TrainingError(
        "the data changed since the sweep started: digest \(data.digest.prefix(12)), "
          + "expected \(job.datasetDigest.prefix(12)); start the sweep again")
    }
    let trainer = try Trainer(
      recipe: job.recipe, data: data, folder: folder, threads: job.threads,
      checkpointSeconds: job.checkpointSeconds, cacheFolder: job.cacheFolder,
      base: job.base)
    if let notice { trainer.note(notice) }
    trainer.progressed = progressed
    var parentIsGone = false
    var epochs: [EpochRecord] = []
    StopSignal.beginWork()
    let outcome = try trainer.run(
      shouldStop: {
        progressed()
        return parentIsGone || shouldStop()
      }
    ) { event in
      if case .epoch(let record) = event { epochs.append(record) }
      if !tell(event) { parentIsGone = true }
    }
    if case .cancelled = outcome { return outcome }
    try FinishedRun(outcome: outcome, epochs: epochs).write(to: folder, of: run)
    return outcome
  }

  /// Seconds between two signs of life, at least.
  private static let signSeconds = 5.0
  /// Seconds that another worker in the same folder is waited for, longer than it takes to leave.
  private static let lockSeconds = 180.0

  /// Refuses a job that another program made: the two may not mean the same by a step.
  private static func check(_ job: RunJob) throws {
    guard let build = job.build, build != Build.image else { return }
    throw TrainingError(
      "poise was rebuilt or replaced while the sweep was running: the sweep is \(build), its worker "
        + "\(Build.image); start the sweep again, it continues")
  }

  /// Takes the folder's lock. A worker whose parent was killed may still be writing its last
  /// checkpoint there.
  private static func lock(_ folder: RunFolder, tell: (String) -> Void) throws -> FileLock {
    let start = monotonicSeconds()
    var hasTold = false
    while true {
      if let lock = try FileLock(trying: folder.lock) { return lock }
      let holder = FileLock.lastHolder(of: folder.lock).map { "process \($0)" } ?? "a process"
      let waited = monotonicSeconds() - start
      if waited > lockSeconds {
        throw TrainingError(
          "\(holder) still works in \(folder.path); wait until it is gone, or end it")
      }
      if waited > 2, !hasTold {
        tell("waiting for \(holder), which still works in the run's folder")
        hasTold = true
      }
      usleep(50_000)
    }
  }
}
