import Metrics

/// Where runs are kept. One writer: the sweep's parent process.
///
/// Besides the errors that a call names, every call throws what its medium can meet: a store in a
/// file, for example, a damaged file or a full disk.
public protocol RunStore: Sendable {
  /// Records a sweep or finds the one with this name; its source may have changed since.
  ///
  /// - Throws: errors of the medium.
  func register(_ sweep: SweepRecord) throws
  /// The run with this fingerprint in its sweep: where it stands, or `nil` if it is new.
  ///
  /// - Throws: errors of the medium.
  func find(sweep: String, configHash: String) throws -> (id: RunID, status: RunStatus)?
  /// Adds a run as `queued`, or returns the id it already has.
  ///
  /// - Throws: ``RunStoreError/unknownSweep(_:known:)`` unless its sweep is registered; a store that
  ///   lists settings also throws `DecodingError` for a configuration that is no JSON.
  func enqueue(_ run: RunDescription) throws -> RunID
  /// Adds runs as `queued`, all or none; returns the ids that they have then, in the same order.
  ///
  /// - Throws: as ``enqueue(_:)-(RunDescription)``.
  func enqueue(_ runs: [RunDescription]) throws -> [RunID]
  /// Starts an attempt: the run is `running` from now on.
  ///
  /// - Parameters:
  ///   - run: a run that is not done.
  ///   - environment: the machine and the build that it runs on.
  ///   - processID: the process that trains it. A run whose process is gone counts as lost.
  /// - Throws: ``RunStoreError/unknownRun(_:)``, ``RunStoreError/alreadyDone(_:name:)``, or
  ///   ``RunStoreError/atWork(_:name:_:)`` where the process of an earlier attempt lives; a store in a
  ///   file also throws ``RunStoreError/owned(_:since:lastSign:)`` and its like where another process
  ///   writes to it.
  func begin(_ run: RunID, environment: EnvironmentRecord, processID: Int32) throws
  /// Adds or replaces an epoch, all of its rows or none, and renews the heartbeat.
  ///
  /// Later epochs that an earlier attempt left are dropped.
  ///
  /// - Parameter isRepeated: whether an earlier attempt trained it, and this one goes on from there.
  /// - Throws: ``RunStoreError/unknownRun(_:)``, or ``RunStoreError/alreadyDone(_:name:)``.
  func append(_ record: EpochRecord, to run: RunID, isRepeated: Bool) throws
  /// Renews the heartbeat of a run that is at work. A heartbeat that somebody keeps from being
  /// written is left out.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``, or ``RunStoreError/alreadyDone(_:name:)``.
  func beat(_ run: RunID) throws
  /// Ends the attempt, all of its rows or none.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``, or ``RunStoreError/alreadyDone(_:name:)``.
  func finish(_ run: RunID, _ outcome: RunOutcome) throws
  /// Ends a run without making it, because another one is the same: it is `done` from then on, and
  /// its figures are the other's. A later ``begin(_:environment:processID:)`` makes it after all.
  ///
  /// - Parameters:
  ///   - other: a run that is done and was made.
  ///   - note: one sentence for readers of the results.
  /// - Throws: ``RunStoreError/unknownRun(_:)``, or ``RunStoreError/alreadyDone(_:name:)``.
  func finish(_ run: RunID, asEqualTo other: RunID, note: String) throws
  /// The run that a run was recorded as equal to; `nil` for one that stands for itself.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``.
  func equal(of run: RunID) throws -> RunID?
  /// SHA-256 of the weights that a run was tested with; `nil` until it is done.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``, and ``RunStoreError/damaged(_:detail:)`` where the
  ///   store cannot be believed.
  func weightsDigest(of run: RunID) throws -> String?
  /// Marks runs that are `running` without a living process as `lost`; returns how many.
  ///
  /// Runs of other hosts are left alone.
  ///
  /// - Throws: errors of the medium.
  func reapLostRuns() throws -> Int
  /// The runs of a sweep in the order in which they were added.
  ///
  /// - Throws: errors of the medium; a sweep that is not there has no runs.
  func summaries(ofSweep sweep: String) throws -> [RunSummary]
  /// All sweeps, the newest last.
  ///
  /// - Throws: errors of the medium.
  func sweeps() throws -> [SweepRecord]
  /// How often each class was taken for which; `nil` until the run is done.
  ///
  /// - Parameter split: `test` or `val`.
  /// - Throws: ``RunStoreError/unknownRun(_:)``.
  func confusionMatrix(of run: RunID, split: String) throws -> ConfusionMatrix?
}

extension RunStore {
  /// One after the other, for stores that need not make one step of it.
  ///
  /// - Throws: as ``enqueue(_:)-(RunDescription)``.
  public func enqueue(_ runs: [RunDescription]) throws -> [RunID] {
    try runs.map { try enqueue($0) }
  }

  /// Adds or replaces an epoch that the run's present attempt trained.
  ///
  /// - Throws: as ``append(_:to:isRepeated:)``.
  public func append(_ record: EpochRecord, to run: RunID) throws {
    try append(record, to: run, isRepeated: false)
  }
}
