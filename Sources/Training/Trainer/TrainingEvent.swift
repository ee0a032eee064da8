import Results

/// What a run tells while it goes on.
public enum TrainingEvent: Codable, Hashable, Sendable {
  /// Training starts, or continues after `step` steps from a checkpoint.
  case started(step: Int, totalSteps: Int)
  /// Now and then.
  case progress(step: Int, totalSteps: Int, imagesPerSecond: Double)
  /// Work went on where there is nothing to count: pictures were decoded, a batch was evaluated.
  case working
  /// An epoch ended; told again for every finished epoch after a resume.
  case epoch(EpochRecord)
  /// Something worth a line.
  case note(String)
}
