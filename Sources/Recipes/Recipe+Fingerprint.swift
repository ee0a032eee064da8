import Results

/// What makes two runs the same run.
///
/// A fingerprint covers the recipe's canonical JSON, the data's digest and the schema version.
/// Equal fingerprints give equal results on one machine, so a sweep skips a run that the store
/// already has.
extension Recipe {
  /// Raised when the same recipe would train differently than before; old runs then count no more.
  public static let schemaVersion = 1

  /// Keys that say what a run is called, where its data lies or what is kept of it, but not what is
  /// computed. They do not enter a fingerprint, and this is the only list of them.
  ///
  /// `overrides` is here because what was overridden already stands in `model` and `training`;
  /// of a file of weights its digest counts.
  /// The data's own digest stands for `dataset.root`, `dataset.name` and `split.duplicates`, and a quarantine limit
  /// only decides whether reading stops. What a cache may take changes no bit.
  public static let keysOutsideFingerprint = [
    "dataset.name", "dataset.quarantineLimit", "dataset.root", "experiment", "label",
    "model.cacheLimit", "model.weights.path", "overrides", "split.duplicates",
    "storesPredictions", "variant",
  ]

  /// All that a fingerprint covers, in the one form it can be written in: keys sorted, no spaces,
  /// shortest round-trip numbers, defaults filled in, absent options left out.
  public func canonicalJSON(includingSeed: Bool) -> String {
    let excluded = Self.keysOutsideFingerprint + (includingSeed ? [] : ["seed"])
    do {
      return try CanonicalJSON.text(of: self, excluding: excluded)
    } catch {
      preconditionFailure("the recipe '\(label)' holds a number that is not finite: \(error)")
    }
  }

  /// Names one run: with the seed. 64 hexadecimal digits.
  public func configHash(datasetDigest: String) -> String {
    Fingerprint.hash(
      canonicalJSON: canonicalJSON(includingSeed: true), dataset: datasetDigest,
      schemaVersion: Self.schemaVersion)
  }

  /// Names one line of a report: all seeds of a strategy and variant. 64 hexadecimal digits.
  public func groupHash(datasetDigest: String) -> String {
    Fingerprint.hash(
      canonicalJSON: canonicalJSON(includingSeed: false), dataset: datasetDigest,
      schemaVersion: Self.schemaVersion)
  }
}
