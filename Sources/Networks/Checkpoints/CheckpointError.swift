/// A checkpoint that cannot be written, read or used.
public struct CheckpointError: Error, CustomStringConvertible, Sendable {
  /// What was received, what was expected, where, what to do.
  public let description: String
  /// What is wrong with the file, without its path and advice.
  public let reason: String

  /// An error with its whole sentence.
  public init(_ description: String) { (self.description, reason) = (description, description) }

  /// An error in a file's content.
  init(damaged path: String, _ reason: String) {
    description =
      "the checkpoint '\(path)' cannot be used: \(reason). Remove it, or put back a copy."
    self.reason = reason
  }
}
