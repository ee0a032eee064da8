import Metrics

/// Where finished and unfinished runs are read from; reports need no more.
public protocol RunHistory: Sendable {
  /// All that is known of a run, or `nil` if there is none with this id.
  func run(_ id: RunID) throws -> RunDetails?
  /// What runs of a sweep were described as, in the order in which they were added.
  func descriptions(ofSweep sweep: String) throws -> [RunDescription]
  /// A run's epochs in order.
  func epochs(of run: RunID) throws -> [EpochRecord]
  /// A run's attempts in order.
  func attempts(of run: RunID) throws -> [AttemptRecord]
  /// What a run said about test images, by the bytes of their ids; empty unless its recipe asked
  /// to keep predictions.
  func predictions(of run: RunID) throws -> [Prediction]
}

/// How an attempt ended.
public enum AttemptOutcome: String, Codable, CaseIterable, Sendable {
  case done, failed, diverged, cancelled, lost
}

/// One try at a run. A retry adds one and never replaces one.
public struct AttemptRecord: Codable, Hashable, Sendable {
  /// From 1.
  public var number: Int
  public var startedAt: String
  public var finishedAt: String?
  /// Epochs that were there already.
  public var fromEpoch: Int
  /// `nil` while it runs.
  public var outcome: AttemptOutcome?
  public var exitCode: Int32?
  public var signal: Int32?
  public var error: String?
  public var host: String
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
  public var summary: RunSummary
  public var description: RunDescription
  /// Stable over stores and machines.
  public var uid: String
  public var startedAt: String?
  public var finishedAt: String?
  /// The last sign of life.
  public var heartbeatAt: String?
  public var environment: EnvironmentRecord?
  /// Figures of the best epoch.
  public var validation: HeadlineMetrics?
  public var classMass: ClassMass?
  public var steps: Int?
  public var lossReduction: String?
  /// Convolution implementations by name, with how many layers use each.
  public var kernels: [String: Int]
  /// What only some runs measure, by name.
  public var figures: [String: Double]
  public var imagesPerSecond: Double?
  public var peakMemoryMB: Double?
  public var weightsDigest: String?
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
