import Results

/// Hears how a sweep goes on: a progress bar, a log, a test.
public protocol SweepObserver: AnyObject {
  /// All runs are known; some are already finished.
  func sweepStarts(_ overview: SweepOverview)
  /// A run starts or continues; `number` counts from 1 over all runs.
  func runStarts(_ run: RunDescription, number: Int, attempt: Int)
  /// A run needs no work.
  func runSkipped(_ run: RunDescription, number: Int, because reason: String)
  /// A run moved on.
  func runProgressed(_ run: RunDescription, number: Int, _ event: RunProgress)
  /// A run ended; failed ones may be tried again.
  func runEnded(_ run: RunDescription, number: Int, _ outcome: RunOutcome)
  /// Something worth a line.
  func note(_ message: String)
}

/// What a sweep is about to do.
public struct SweepOverview: Sendable {
  /// The sweep's name.
  public var name: String
  /// Runs of the plan.
  public var runs: Int
  /// Of these, those that need no work any more.
  public var finished: Int
  /// Images that are still to be trained on, over all runs.
  public var imagesLeft: Int
}

/// Where a run is.
public struct RunProgress: Sendable {
  /// Images trained on so far.
  public var imagesSeen: Int
  /// The run's whole budget.
  public var imagesPlanned: Int
  /// Of training steps alone; 0 where none was measured yet.
  public var imagesPerSecond: Double
  /// Set when an epoch ended.
  public var epoch: EpochRecord?
}
