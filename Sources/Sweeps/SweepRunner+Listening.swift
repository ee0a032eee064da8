import Foundation
import Results
import Training

// What a sweep hears of a worker, and when it has heard enough.
extension SweepRunner {
  /// Why the parent ended a worker.
  enum Stop {
    /// Somebody asked the sweep to stop.
    case onRequest
    /// A limit of time, or no sign of life.
    case limit(String)

    var reason: String {
      switch self {
      case .onRequest: "stopped on request"
      case .limit(let text): text
      }
    }
  }

  /// Seconds that a worker may take to leave, after it was asked to.
  static let patience = 120.0
  /// The same for one that gave no sign of life, or has closed its output already.
  static let shortPatience = 30.0
  /// Seconds between two heartbeats of a run in the store.
  private static let heartbeat = 60.0

  /// Reads events until the worker closes its output or is gone.
  ///
  /// - Returns: why the parent ended the worker, if it did.
  func listen(
    to worker: WorkerProcess, _ run: SweepPlan.PlannedRun, id: RunID, number: Int,
    _ shouldStop: () -> Bool
  ) throws -> Stop? {
    let clock = options.clock
    let (start, decoder) = (clock.awake(), JSONDecoder())
    var (stop, deadline, lastBeat): (Stop?, Double, Double) = (nil, .infinity, start)
    var trainedBefore = Int.max
    var silence = Silence(floor: plan.experiment.limits.silence, now: start)
    while let lines = worker.lines(within: 200) {
      let events = lines.compactMap { line in
        let event = try? decoder.decode(TrainingEvent.self, from: Data(line.utf8))
        if event == nil, let refusal = WorkerRefusal(line: line) { told = refusal.refused }
        return event
      }
      silence.look(at: clock.awake(), hasHeard: !events.isEmpty)
      for event in events {
        silence.take(event, batch: run.recipe.training.batch)
        try take(event, run, id: id, number: number, &trainedBefore)
      }
      if !events.isEmpty, clock.awake() - lastBeat >= Self.heartbeat {
        try store.beat(id)
        lastBeat = clock.awake()
      }
      silence.skip(to: clock.awake())
      if stop == nil {
        (stop, deadline) = reasonToStop(since: start, silence, shouldStop)
        if stop != nil { worker.askToStop() }
      } else if clock.awake() > deadline {
        worker.kill()
      }
    }
    return stop
  }

  /// Waits for a worker that has closed its output, and ends one that does not leave.
  func awaitEnd(of worker: WorkerProcess) -> WorkerProcess.End {
    let start = options.clock.awake()
    var (looks, asked) = (0, false)
    while true {
      if let end = worker.end { return end }
      let waited = options.clock.awake() - start
      if waited > 2 * Self.shortPatience {
        worker.kill()
      } else if waited > Self.shortPatience, !asked {
        worker.askToStop()
        asked = true
      }
      looks += 1
      usleep(looks < 100 ? 1_000 : 20_000)
    }
  }

  /// Why a worker must end now, and until when it may take.
  private func reasonToStop(
    since start: Double, _ silence: Silence, _ shouldStop: () -> Bool
  ) -> (Stop?, Double) {
    let now = options.clock.awake()
    if shouldStop() { return (.onRequest, now + Self.patience) }
    if let text = limitReached(since: start) { return (.limit(text), now + Self.patience) }
    if let text = silence.verdict { return (.limit(text), now + Self.shortPatience) }
    return (nil, .infinity)
  }

  /// Which limit of time a run that started at `start` has reached.
  private func limitReached(since start: Double) -> String? {
    if let limit = plan.experiment.limits.run, options.clock.awake() - start >= limit {
      return "the limit of \(Int(limit)) s for one run is reached"
    }
    return nightIsOver
  }

  /// What to say where the sweep's limit of time is reached; `nil` where it is not.
  var nightIsOver: String? {
    guard let limit = plan.experiment.limits.night, options.clock.passed() - started >= limit
    else { return nil }
    return "the limit of \(Int(limit)) s for the whole sweep is reached"
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
    case .working: return
    case .note(let text):
      observer?.note("\(run.description.name): \(text)")
      return
    case .epoch(let record):
      try store.append(record, to: id, isRepeated: record.imagesSeen <= trainedBefore)
      lastEpochHeard = record.epoch
      progress = RunProgress(
        imagesSeen: record.imagesSeen, imagesPlanned: planned,
        imagesPerSecond: record.imagesPerSecond ?? 0, epoch: record)
    }
    observer?.runProgressed(run.description, number: number, progress)
  }
}

extension Silence {
  /// Takes from an event what it says of the step's time.
  fileprivate mutating func take(_ event: TrainingEvent, batch: Int) {
    switch event {
    case .started: noteStart()
    case .progress(_, _, let imagesPerSecond) where imagesPerSecond > 0:
      note(step: Double(batch) / imagesPerSecond)
    default: break
    }
  }
}
