/// What a reader must know before believing a comparison; always printed, one line each.
public struct Remark: Hashable, Sendable {
  /// What it is about.
  public enum Kind: String, CaseIterable, Sendable {
    /// Runs that are left out because the store does not hold what was written.
    case damaged
    /// Older runs with other settings or data that were set aside.
    case recipe
    /// Runs that people have put aside.
    case archived
    /// What the data have to say: leaks, files passed over, classes without images.
    case data
    /// Classes or counts that differ between the runs.
    case classes
    /// Strategies that are compared with nothing.
    case baseline
    /// Seeds and folds without a finished run.
    case missing
    /// Runs that failed, were lost or are not done.
    case unfinished
    /// Means and differences that are over other seeds.
    case seeds
    /// Finished runs whose test images have logits that are no finite numbers.
    case numbers
    /// Images, steps, networks or settings in which strategies differ.
    case budget
    /// Strategies that were not run, because another one is the same on these data.
    case equal
    /// Which variants of swept settings stand for their strategies.
    case variants
    /// Strategies or classes that are not shown because somebody asked for others.
    case filter
  }

  /// What it is about.
  public let kind: Kind
  /// One sentence.
  public let text: String

  /// A remark of a kind.
  public init(_ kind: Kind, _ text: String) { (self.kind, self.text) = (kind, text) }
}
