import Files

/// What tells two runs apart: the same fingerprint, the same result.
public enum Fingerprint {
  /// SHA-256, in hexadecimal, over the schema's version, the data's digest and the recipe's
  /// canonical JSON.
  ///
  /// - Parameters:
  ///   - canonicalJSON: the resolved recipe, with the seed for a run, without it for a group.
  ///   - digest: of the data set as the run sees it.
  ///   - schemaVersion: grows whenever the same recipe would compute something else.
  public static func hash(
    canonicalJSON: String, dataset digest: String, schemaVersion: Int
  ) -> String {
    SHA256Digest.hex(of: "schema \(schemaVersion)\ndataset \(digest)\n\(canonicalJSON)")
  }

  /// A run's stable name over stores and machines: 16 hexadecimal digits.
  public static func uid(sweep: String, configHash: String) -> String {
    String(SHA256Digest.hex(of: "\(configHash)\n\(sweep)").prefix(16))
  }
}
