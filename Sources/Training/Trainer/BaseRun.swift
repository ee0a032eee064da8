/// The finished run that another one starts from.
public struct BaseRun: Codable, Hashable, Sendable {
  /// As reports call it.
  public var name: String
  /// Its fingerprint, seed included: see `Recipe.configHash(datasetDigest:)`.
  public var configHash: String
  /// As ``RunFolder/weights`` names it.
  public var weights: String
  /// SHA-256 of the weights, as the run's result has it.
  public var digest: String

  /// A base with all its parts.
  public init(name: String, configHash: String, weights: String, digest: String) {
    (self.name, self.configHash, self.weights, self.digest) = (name, configHash, weights, digest)
  }
}
