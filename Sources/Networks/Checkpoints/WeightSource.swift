/// The file that a network starts from, as a recipe names it.
public struct WeightSource: Codable, Hashable, Sendable {
  /// Where it is; enters no fingerprint.
  public var path: String
  /// SHA-256 of the whole file, 64 hexadecimal digits.
  public var digest: String

  /// A file whose content is known.
  public init(path: String, digest: String) { (self.path, self.digest) = (path, digest) }
}
