import Files
import Foundation
import Results
import Training

/// The child process's side: trains one job and tells its parent about it, one JSON line an event.
///
/// A crash in here costs one run. The outcome is written to the run's folder before the process
/// leaves, so a parent that dies meanwhile loses nothing.
public enum Worker {
  /// Bytes of a job: a recipe is a few thousand.
  private static let jobLimit = 1 << 28

  /// Trains the job in the file at `path`.
  ///
  /// - Parameter emit: takes one line of JSON; returns `false` when the parent is gone, which ends
  ///   the run at its next step with a checkpoint.
  /// - Returns: how the run ended; also in the folder's `outcome.json` unless it was cancelled.
  /// - Throws: where the job cannot be read, `FileError` where the folder cannot be used, and what
  ///   preparing the data and the trainer throw.
  public static func run(
    jobAt path: String, shouldStop: @escaping () -> Bool, emit: (String) -> Bool
  ) throws -> RunOutcome {
    let job = try JSONDecoder().decode(
      RunJob.self, from: Data(try WholeFile.read(path: path, limit: Self.jobLimit)))
    let folder = RunFolder(job.folder)
    // A worker whose parent was killed may still be writing its last checkpoint here.
    let lock = try FileLock(waitingFor: folder.lock)
    defer { lock.unlock() }
    let encoder = JSONEncoder()
    func tell(_ event: TrainingEvent) -> Bool {
      guard let line = try? encoder.encode(event) else { return true }
      return emit(String(decoding: line, as: UTF8.self))
    }
    switch try FinishedRun.read(in: folder) {
    case .none: break
    case .whole(let finished):
      // Its parent was killed before it could store everything.
      for epoch in finished.epochs { _ = tell(.epoch(epoch)) }
      return finished.outcome
    case .damaged(let damage):
      try FinishedRun.setAside(in: folder)
      _ = tell(.note("\(damage); it was set aside, and the run is trained again"))
    }
    let data = try PreparedData(
      dataset: job.recipe.dataset, split: job.recipe.split, image: job.recipe.image,
      cacheFolder: job.cacheFolder, threads: job.threads)
    guard data.digest == job.datasetDigest else {
      throw TrainingError(
        "the data changed since the sweep started: digest \(data.digest.prefix(12)), "
          + "expected \(job.datasetDigest.prefix(12)); start the sweep again")
    }
    let trainer = try Trainer(
      recipe: job.recipe, data: data, folder: folder, threads: job.threads,
      checkpointSeconds: job.checkpointSeconds, cacheFolder: job.cacheFolder,
      base: job.base)
    var parentIsGone = false
    var epochs: [EpochRecord] = []
    let outcome = try trainer.run(shouldStop: { parentIsGone || shouldStop() }) { event in
      if case .epoch(let record) = event { epochs.append(record) }
      if !tell(event) { parentIsGone = true }
    }
    if case .cancelled = outcome { return outcome }
    try FinishedRun(outcome: outcome, epochs: epochs).write(to: folder)
    return outcome
  }
}
