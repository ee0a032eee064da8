/// A checkpoint that cannot be written, read or used.
public struct CheckpointError: Error, CustomStringConvertible, Sendable {
  /// What was received, what was expected, where, what to do.
  public let description: String

  /// An error with its whole sentence.
  public init(_ description: String) { self.description = description }
}
