import Metrics

/// Where runs are kept. One writer: the sweep's parent process.
public protocol RunStore: Sendable {
  /// Records a sweep or finds the one with this name; its source may have changed since.
  func register(_ sweep: SweepRecord) throws
  /// The run with this fingerprint in its sweep: where it stands, or `nil` if it is new.
  func find(sweep: String, configHash: String) throws -> (id: RunID, status: RunStatus)?
  /// Adds a run as `queued`, or returns the id it already has.
  func enqueue(_ run: RunDescription) throws -> RunID
  /// Starts an attempt: the run is `running` from now on.
  func begin(_ run: RunID, environment: EnvironmentRecord, processID: Int32) throws
  /// Adds or replaces an epoch, all of its rows or none, and renews the heartbeat.
  func append(_ record: EpochRecord, to run: RunID) throws
  /// Ends the attempt, all of its rows or none.
  func finish(_ run: RunID, _ outcome: RunOutcome) throws
  /// Marks runs that are `running` without a living process as `lost`; returns how many.
  func reapLostRuns() throws -> Int
  /// The runs of a sweep in the order in which they were added.
  func summaries(ofSweep sweep: String) throws -> [RunSummary]
  /// Names of all sweeps with their baselines, newest last.
  func sweeps() throws -> [SweepRecord]
  /// Who was taken for whom.
  func confusionMatrix(of run: RunID, split: String) throws -> ConfusionMatrix?
}
