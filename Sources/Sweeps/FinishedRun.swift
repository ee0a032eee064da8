import Files
import Foundation
import Results
import Training

/// What a worker leaves in its run's folder: all that a store needs, should the parent be gone.
struct FinishedRun: Codable {
  var outcome: RunOutcome
  var epochs: [EpochRecord]

  init(outcome: RunOutcome, epochs: [EpochRecord]) {
    (self.outcome, self.epochs) = (outcome, epochs)
  }

  /// Reads what was left in a folder; `nil` where the run has not ended.
  init?(in folder: RunFolder) throws {
    guard FileManager.default.fileExists(atPath: folder.outcome) else { return nil }
    self = try JSONDecoder().decode(
      Self.self, from: Data(contentsOf: URL(fileURLWithPath: folder.outcome)))
  }

  /// Writes it whole or not at all.
  func write(to folder: RunFolder) throws {
    try AtomicFile.write(JSONEncoder().encode(self), to: folder.outcome)
  }
}
