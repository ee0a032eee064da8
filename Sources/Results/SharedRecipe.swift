import Files

/// What runs must have in common to be compared: all of a recipe but the strategy, what it overrides,
/// the seed and the fold, and the data.
public struct SharedRecipe: Codable, Hashable, Sendable {
  /// SHA-256 over the settings and the data's digest, in hexadecimal.
  public var hash: String
  /// The settings as canonical JSON: every default filled in.
  public var settings: String

  /// Parts of a run's configuration that are the strategy's or the run's own, or say nothing of what
  /// is computed.
  public static let besides = [
    "allowsOvercompensation", "dataset.followLinks", "dataset.format.csv._0.dialect",
    "dataset.format.list._0.encoding", "dataset.labels", "dataset.name", "dataset.quarantineLimit",
    "dataset.root", "experiment", "fold", "label", "model.cacheLimit", "model.weights.path",
    "overrides", "seed", "split.duplicates", "split.prefersGiven", "split.test.fold.index",
    "storesPredictions",
    "strategy", "variant",
  ]

  /// The digits of the hash that people see and type.
  public static let shownDigits = 8

  /// The beginning of the hash, as people see it.
  public var id: String { String(hash.prefix(Self.shownDigits)) }

  /// What the runs share with a run of this configuration, on data with this digest.
  ///
  /// - Parameters:
  ///   - configuration: a recipe without overrides, as canonical JSON; what is no JSON counts as it
  ///     stands.
  ///   - digest: of the data; the same for all folds.
  public init(configuration: String, dataDigest digest: String) {
    let shared = (try? JSONValue(parsing: configuration)).map { $0.removing(Self.besides) }
    let settings = shared.flatMap { try? CanonicalJSON.text(of: $0) } ?? configuration
    self.init(settings: settings, dataDigest: digest)
  }

  /// What runs share whose configurations are these canonical settings, without ``besides``, on data
  /// with this digest.
  public init(settings: String, dataDigest digest: String) {
    self.init(
      hash: SHA256Digest.hex(of: "shared recipe\ndataset \(digest)\n\(settings)"),
      settings: settings)
  }

  /// As a store kept it.
  public init(hash: String, settings: String) { (self.hash, self.settings) = (hash, settings) }
}

extension SharedRecipe {
  /// One setting in which two shared recipes differ.
  public struct Difference: Hashable, Sendable {
    /// As an experiment file spells it where that is known: `training.epochs`.
    public var key: String
    /// In the first recipe, as text; `nil` where it is not set.
    public var old: String?
    /// In the second one.
    public var new: String?

    /// `training.epochs 1 → 4`
    public func text(arrow: String) -> String {
      "\(key) \(old ?? "unset") \(arrow) \(new ?? "unset")"
    }
  }

  /// Where another recipe's settings differ from this one's, by key.
  public func differences(to other: SharedRecipe) -> [Difference] {
    guard let old = try? JSONValue(parsing: settings),
      let new = try? JSONValue(parsing: other.settings)
    else { return [] }
    return Self.differences(from: old, to: new)
  }

  /// Where two configurations differ, by key.
  static func differences(from old: JSONValue, to new: JSONValue) -> [Difference] {
    let before = Dictionary(
      old.leaves.map { (fileKey($0.key), text(of: $0.value)) }, uniquingKeysWith: { $1 })
    let after = Dictionary(
      new.leaves.map { (fileKey($0.key), text(of: $0.value)) }, uniquingKeysWith: { $1 })
    return Set(before.keys).union(after.keys).sorted().compactMap { key in
      before[key] == after[key] ? nil : Difference(key: key, old: before[key], new: after[key])
    }
  }

  /// Canonical keys are Swift's names: `training.optimizer.learningRate`. A case with its values is an
  /// object `{"epochs": {"_0": 4}}`, whose `_0` no file spells.
  static func fileKey(_ key: String) -> String {
    let parts = key.split(separator: ".").filter { $0 != "_0" }.map(snakeCase)
    let joined = parts.joined(separator: ".")
    for (inner, outer) in [
      ("training.budget.", "training."), ("dataset.format.", "dataset."),
      ("model.freeze.", "model.freeze."),
    ] where joined.hasPrefix(inner) {
      return outer + joined.dropFirst(inner.count)
    }
    return joined
  }

  private static func snakeCase(_ part: Substring) -> String {
    var text = ""
    for character in part {
      if character.isUppercase { text += "_" }
      text += character.lowercased()
    }
    return text
  }

  private static func text(of value: JSONValue) -> String {
    if case .text(let text) = value { return text }
    return (try? CanonicalJSON.text(of: value)) ?? "?"
  }
}
