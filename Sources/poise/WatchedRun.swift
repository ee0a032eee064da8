import Results
import ResultsSQLite
import Sweeps

/// What a watch knows of a run.
struct WatchedRun {
  var name: String
  var status: RunStatus
  var epochsDone = 0
  var epochsPlanned: Int
  var imagesPlanned: Int
  /// Of its last epoch.
  var imagesPerSecond: Double?
  /// Seconds since the last sign of life, by the clock of this machine; only of a run at work.
  var silence: Double?
  /// The machine of its last attempt.
  var host: String?
  /// What went wrong last.
  var error: String?

  /// A run that nobody has begun.
  init(planned run: RunDescription) {
    (name, status) = (run.name, .queued)
    (epochsPlanned, imagesPlanned) = (run.epochsPlanned, run.imagesPlanned)
  }

  /// A run as a store knows it.
  init(_ details: RunDetails, in store: SQLiteRunStore, now: Int64) throws {
    let run = details.summary
    (name, status, error) = (run.name, run.status, run.error)
    (epochsDone, epochsPlanned, imagesPlanned) = (
      run.epochsDone, run.epochsPlanned, run.imagesPlanned
    )
    host = details.environment?.host
    guard status == .running else { return }
    imagesPerSecond = try store.epochs(of: run.id).last?.imagesPerSecond
    silence = details.heartbeatAt.flatMap { Timestamp.secondsSince1970(of: $0) }
      .map { Double(max(0, now - $0)) }
  }

  /// Images that are still to be trained on.
  var imagesLeft: Double {
    guard isOpen, epochsPlanned > 0 else { return 0 }
    return Double(imagesPlanned) * (1 - Double(epochsDone) / Double(epochsPlanned))
  }

  /// Whether it has not ended.
  var isOpen: Bool { ![.done, .failed, .diverged].contains(status) }

  /// Whether it is at work and has said so lately.
  var isAlive: Bool { status == .running && (silence ?? .infinity) < Self.longSilence }

  /// Seconds without a sign of life after which a run counts as silent: signs come every few seconds.
  static let longSilence = 600.0
}

/// The runs of one sweep, as its store or its shards have them now.
struct WatchedSweep {
  var name: String
  var runs: [WatchedRun]
  /// What could not be read, one sentence each.
  var troubles: [String] = []

  /// The runs of a sweep in a store.
  init(_ sweep: String, in store: SQLiteRunStore, now: Int64) throws {
    name = sweep
    runs = try store.listedRuns(ofSweep: sweep).filter { !$0.isArchived }
      .compactMap { try store.run($0.id) }
      .map { try WatchedRun($0, in: store, now: now) }
  }

  /// The runs of a frozen plan, from the shards that are there.
  init(_ folder: ShardFolder, now: Int64) throws {
    let plan = try FrozenPlan.read(path: folder.planPath).plan
    name = plan.sweep.name
    var known: [String: WatchedRun] = [:]
    for index in try folder.indices() {
      do {
        let shard = try SQLiteRunStore(readOnly: folder.shard(index), comparesDigests: false)
        defer { try? shard.close() }
        for listed in try shard.listedRuns(ofSweep: name) {
          guard let details = try shard.run(listed.id) else { continue }
          known[details.uid] = try WatchedRun(details, in: shard, now: now)
        }
      } catch ResultsFileError.empty {
        // Its worker has just begun.
      } catch {
        troubles.append("shard \(index): \(Failure(error).message)")
      }
    }
    runs = zip(plan.runs, plan.descriptions).map { known[$0.uid] ?? WatchedRun(planned: $1) }
  }
}
