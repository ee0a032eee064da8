/// The file that a network starts from, as a recipe names it.
public struct WeightSource: Codable, Hashable, Sendable {
  /// Where it is; enters no fingerprint.
  public var path: String
  /// SHA-256 of the whole file, 64 hexadecimal digits.
  public var digest: String
  /// What becomes of the file's classifier; `nil` to take it only where the file itself says which
  /// class each of its rows is, and where that says all.
  public var head: HeadChoice?

  /// A file whose content is known.
  public init(path: String, digest: String, head: HeadChoice? = nil) {
    (self.path, self.digest, self.head) = (path, digest, head)
  }
}

/// What becomes of the classifier in a file of weights.
///
/// A row of a classifier is one class, and most files do not say which. Classes here are numbered by
/// falling count, elsewhere mostly by the alphabet: rows taken in their own order would give one
/// class the weights of another.
public enum HeadChoice: Codable, Hashable, Sendable {
  /// It starts anew.
  case drop
  /// Its rows are those of the data's classes, in the data's order.
  case keep
  /// Its rows are those of these classes, in this order; they are put in the data's order by name.
  case classes([String])
}
