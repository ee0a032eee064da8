import Files
import Foundation
import Networks

/// Where one run keeps its files: checkpoints while it trains, weights and outcome when it ends.
public struct RunFolder: Sendable {
  /// The folder as it was named.
  public let path: String

  /// The folder at a path; made when something is first written.
  public init(_ path: String) { self.path = path }

  /// Holds `current.checkpoint` and `previous.checkpoint`.
  public var checkpoints: CheckpointFolder { CheckpointFolder(path) }
  /// The tested weights, under torchvision's names and in PyTorch's layout.
  public var weights: String { path + "/weights.checkpoint" }
  /// How the run ended and its epochs, as JSON; written before the process leaves.
  public var outcome: String { path + "/outcome.json" }
  /// Held while a process works here.
  public var lock: String { path + "/lock" }

  func make() throws { try Folder.create(path) }
}

/// Something that keeps a run from starting or going on.
public struct TrainingError: Error, CustomStringConvertible, Sendable {
  /// What keeps it, and what to do about it.
  public let description: String

  /// An error with its whole sentence.
  public init(_ description: String) { self.description = description }
}
