import Metrics

/// Where finished and unfinished runs are read from; reports need no more.
///
/// Besides the errors that a call names, every call throws what its medium can meet.
public protocol RunHistory: Sendable {
  /// All that is known of a run, or `nil` if there is none with this id.
  ///
  /// - Throws: errors of the medium.
  func run(_ id: RunID) throws -> RunDetails?
  /// What runs of a sweep were described as, in the order in which they were added.
  ///
  /// - Throws: errors of the medium; a sweep that is not there has no runs.
  func descriptions(ofSweep sweep: String) throws -> [RunDescription]
  /// The shared recipes of a sweep with their runs, the one that was planned last at the end; those
  /// without runs are left out.
  ///
  /// - Throws: errors of the medium; a sweep that is not there has none.
  func recipes(ofSweep sweep: String) throws -> [RecipeRecord]
  /// A run's epochs in order.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``.
  func epochs(of run: RunID) throws -> [EpochRecord]
  /// A run's attempts in order.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``.
  func attempts(of run: RunID) throws -> [AttemptRecord]
  /// What a run said about test images, by the bytes of their ids; empty unless its recipe asked
  /// to keep predictions.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``.
  func predictions(of run: RunID) throws -> [Prediction]
  /// What a run took each test image for, in the order of its data set's test images; `nil` until it
  /// is done, and for runs of versions that did not keep it.
  ///
  /// - Throws: ``RunStoreError/unknownRun(_:)``.
  func guesses(of run: RunID) throws -> [Guess]?
}

/// How an attempt ended.
public enum AttemptOutcome: String, Codable, CaseIterable, Sendable {
  case done, failed, diverged, cancelled, lost
}

/// One try at a run. A retry adds one and never replaces one.
public struct AttemptRecord: Codable, Hashable, Sendable {
  /// From 1.
  public var number: Int
  /// UTC, such as `2026-11-23T01:02:03Z`.
  public var startedAt: String
  /// UTC, such as `2026-11-23T01:02:03Z`; `nil` while it runs.
  public var finishedAt: String?
  /// Epochs that were there already.
  public var fromEpoch: Int
  /// `nil` while it runs.
  public var outcome: AttemptOutcome?
  /// Of its process, where that ended with one.
  public var exitCode: Int32?
  /// The signal that ended its process, if one did.
  public var signal: Int32?
  /// What went wrong, in one sentence; `nil` where nothing did.
  public var error: String?
  /// The machine's name.
  public var host: String
  /// The process that trained.
  public var processID: Int32

  /// An attempt that has just begun.
  public init(
    number: Int, startedAt: String, fromEpoch: Int, host: String, processID: Int32
  ) {
    (self.number, self.startedAt, self.fromEpoch) = (number, startedAt, fromEpoch)
    (self.host, self.processID) = (host, processID)
  }
}

/// All that is known of one run but its epochs, attempts and predictions.
public struct RunDetails: Codable, Hashable, Sendable {
  /// What reports see of it.
  public var summary: RunSummary
  /// What was known of it before it started.
  public var description: RunDescription
  /// Stable over stores and machines.
  public var uid: String
  /// When its first attempt began; UTC.
  public var startedAt: String?
  /// When it ended last; UTC, `nil` while it runs.
  public var finishedAt: String?
  /// The last sign of life.
  public var heartbeatAt: String?
  /// The machine and the build of its last attempt.
  public var environment: EnvironmentRecord?
  /// Figures of the best epoch.
  public var validation: HeadlineMetrics?
  /// How the classes fared under sampler and weights.
  public var classMass: ClassMass?
  /// Updates of the weights.
  public var steps: Int?
  /// `mean_over_examples` or `mean_over_weights`.
  public var lossReduction: String?
  /// Convolution implementations by name, with how many layers use each.
  public var kernels: [String: Int]
  /// What only some runs measure, by name.
  public var figures: [String: Double]
  /// Training images a second over all attempts, validation left out.
  public var imagesPerSecond: Double?
  /// The process's largest resident memory, in MiB.
  public var peakMemoryMB: Double?
  /// SHA-256 of the weights that were tested.
  public var weightsDigest: String?
  /// Where they are, relative to the store.
  public var weightsPath: String?

  /// A run of which nothing has been measured yet.
  public init(summary: RunSummary, description: RunDescription, uid: String) {
    (self.summary, self.description, self.uid) = (summary, description, uid)
    (kernels, figures) = ([:], [:])
  }
}

extension RunDescription {
  /// Keys that the strategy's `overrides` changed: the configuration's own list where it has one,
  /// else the swept keys that belong to model or training.
  public var overrides: [String] {
    Self.overrides(configuration: configuration, sweptKeys: sweptKeys)
  }

  /// The same of a configuration and swept keys.
  public static func overrides(configuration: String, sweptKeys: [String]) -> [String] {
    if case .array(let list)? = (try? JSONValue(parsing: configuration))?[path: "overrides"] {
      return list.compactMap { if case .text(let key) = $0 { key } else { nil } }
    }
    return sweptKeys.filter { $0.hasPrefix("model.") || $0.hasPrefix("training.") }
  }
}

extension RunOutcome {
  /// The status that a run ends in.
  public var status: RunStatus {
    switch self {
    case .done: .done
    case .diverged: .diverged
    case .failed: .failed
    case .cancelled: .cancelled
    }
  }

  /// How its attempt is written down.
  public var attemptOutcome: AttemptOutcome {
    switch self {
    case .done: .done
    case .diverged: .diverged
    case .failed: .failed
    case .cancelled: .cancelled
    }
  }

  /// One sentence on what went wrong; `nil` for a finished run.
  public var errorText: String? {
    switch self {
    case .done: nil
    case .diverged(let step, let reason): "diverged at step \(step): \(reason)"
    case .failed(let reason, _, _), .cancelled(let reason): reason
    }
  }
}
