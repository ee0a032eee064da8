/// What becomes of pictures that a data set has several times.
///
/// Nothing of it enters a run's fingerprint: what it changes, the digest of the data says.
public struct DuplicatePolicy: Codable, Hashable, Sendable {
  /// What becomes of identical pictures.
  public enum Copies: String, Codable, CaseIterable, Sendable {
    /// They are divided like any others.
    case keep
    /// They go to one side together; where the division is given, nothing moves.
    case group
    /// One of each label stays; where the division is given, never a test image goes.
    case drop
  }

  /// What becomes of identical pictures with different labels.
  public enum Conflicts: String, Codable, CaseIterable, Sendable {
    /// All of them are set aside; where the division is given, those outside of test.
    case quarantine
    /// They count like any others.
    case keep
  }

  /// What becomes of pictures that are nearly the same.
  public enum Near: String, Codable, CaseIterable, Sendable {
    /// They are divided like any others.
    case keep
    /// Confirmed pairs go to one side together; see ``ExampleGroups/join(pairs:)``.
    case group
  }

  /// What becomes of identical pictures.
  public var copies: Copies
  /// What becomes of those with different labels.
  public var conflicts: Conflicts
  /// What becomes of pictures that are nearly the same.
  public var near: Near

  /// A policy; conflicting labels are quarantined unless copies are kept as they are.
  public init(copies: Copies = .group, conflicts: Conflicts? = nil, near: Near = .keep) {
    (self.copies, self.near) = (copies, near)
    self.conflicts = conflicts ?? (copies == .keep ? .keep : .quarantine)
  }
}
