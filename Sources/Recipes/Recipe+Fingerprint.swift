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
  /// The data's own digest stands for `dataset.root` and `dataset.name`, for how a table is written,
  /// how labels become classes, which links are followed, what becomes of identical pictures, and
  /// whether a division of the data's own is used where the file says nothing: all of them act on
  /// ids, classes, texts and splits alone, which the digest covers. A quarantine limit only decides
  /// whether reading stops, as over-compensation that is allowed only decides whether a run is made.
  /// What a cache may take changes no bit.
  public static let keysOutsideFingerprint = [
    "allowsOvercompensation", "dataset.followLinks", "dataset.format.csv._0.dialect",
    "dataset.format.list._0.encoding", "dataset.labels", "dataset.name", "dataset.quarantineLimit",
    "dataset.root", "experiment", "label", "model.cacheLimit", "model.weights.path", "overrides",
    "split.duplicates", "split.prefersGiven", "storesPredictions", "variant",
  ]

  /// All that a fingerprint covers, in the one form it can be written in: keys sorted, no spaces,
  /// shortest round-trip numbers, defaults filled in, absent options left out.
  public func canonicalJSON(includingSeed: Bool) -> String {
    let form = includingSeed ? RecipeTexts.Form.run : .group
    do {
      return try CanonicalJSON.text(of: self, excluding: form.excluded)
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

  /// Names one line of a report: all seeds and folds of a strategy and variant. 64 hexadecimal digits.
  public func groupHash(datasetDigest: String) -> String {
    Fingerprint.hash(
      canonicalJSON: canonicalJSON(includingSeed: false), dataset: datasetDigest,
      schemaVersion: Self.schemaVersion)
  }
}

extension RecipeTexts {
  /// What ``Recipe/configHash(datasetDigest:)`` gives where the form is ``Form/run``, and
  /// ``Recipe/groupHash(datasetDigest:)`` where it is ``Form/group``.
  ///
  /// - Throws: `CanonicalJSON.NotFinite` for NaN and infinities.
  public func hash(of recipe: Recipe, datasetDigest digest: String) throws -> String {
    Fingerprint.hash(
      canonicalJSON: try text(of: recipe), dataset: digest, schemaVersion: Recipe.schemaVersion)
  }
}
