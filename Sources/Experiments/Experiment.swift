import Datasets
import Networks
import Recipes

/// An experiment file, read and checked: every run it stands for.
public struct Experiment: Sendable {
  /// The name that the store knows it by.
  public var name: String
  /// The file as it was named.
  public var file: String
  /// The file's text, verbatim.
  public var source: String
  /// Files that it extends, nearest first.
  public var extended: [String]
  /// Label of the strategy that all others are compared with.
  public var baseline: String
  /// Every run, seeds breadth-first: all strategies with the first seed (and the first fold, where
  /// there are folds), then with the second, so
  /// that a night cut short still compares like with like.
  public var recipes: [Recipe]
  /// Every label of the file, in its order.
  public var strategies: [StrategyInfo]
  /// In the file's order, each once.
  public var seeds: [UInt64]
  /// When a run or the night ends early.
  public var limits: SweepLimits
  /// What does not stop the sweep but should be known.
  public var warnings: [Problem]
  /// What all strategies share: a run without overrides, one a stage. Of its strategy, label and seed
  /// it says nothing.
  public var usual: [Recipe] = []
  /// Words that its runs get when they are added to a store.
  public var tags: [String] = []
  /// What is said of its runs when they are added to a store.
  public var note: String?
  /// The page that is written again after every run, relative to the store's folder; `nil` for none.
  /// It is part of no fingerprint.
  public var page: String?
  /// Where the file's keys stand.
  public var marks: SourceMarks
  /// What the files of weights hold of classifiers, by the digest of the file.
  public var heads: [String: StoredHead]

  /// One label of `strategies`.
  public struct StrategyInfo: Hashable, Sendable {
    /// The key in the file.
    public var label: String
    /// The catalogue name.
    public var name: String
    /// Its swept settings in short, one entry a variant; a single empty one where nothing is swept.
    public var variants: [String]
    /// Dotted keys of model or training in which it differs from the others.
    public var overrides: [String]
  }
}

extension Experiment {
  /// A run as it would be without its strategy's overrides.
  public func withoutOverrides(_ recipe: Recipe) -> Recipe {
    guard !recipe.overrides.isEmpty,
      let usual = usual.first(where: { $0.stage?.name == recipe.stage?.name })
    else { return recipe }
    var plain = recipe
    (plain.model, plain.training, plain.stage) = (usual.model, usual.training, usual.stage)
    plain.overrides = []
    return plain
  }

  /// The data sets of its runs, in the order of its stages: one, unless it has stages.
  public var datasets: [DatasetConfiguration] {
    var seen: Set<ClassSelection> = []
    let first = recipes.filter { $0.seed == recipes[0].seed }
    return first.sorted { ($0.stage?.earlier.count ?? 0) < ($1.stage?.earlier.count ?? 0) }
      .map(\.dataset).filter { seen.insert($0.classes).inserted }
  }

  /// The divisions of its runs, in the order of their folds: one, unless it has folds.
  public var splits: [SplitConfiguration] {
    var seen: Set<SplitConfiguration> = []
    return recipes.map(\.split).filter { seen.insert($0).inserted }
      .sorted { $0.foldIndex < $1.foldIndex }
  }
}

/// When a run or a night ends early. Durations are in seconds.
public struct SweepLimits: Codable, Hashable, Sendable {
  /// After so long a run is stopped; `nil` for no limit.
  public var run: Double?
  /// After so long no run starts; `nil` for no limit.
  public var night: Double?
  /// So many failed runs one after another end the sweep.
  public var failuresInARow: Int
  /// Times a failed run is tried again.
  public var retries: Int
  /// Seconds without a sign of life after which a run is ended at the earliest.
  public var silence: Double

  /// No limit of time, three failures in a row, one retry, ten minutes of silence.
  public init(
    run: Double? = nil, night: Double? = nil, failuresInARow: Int = 3, retries: Int = 1,
    silence: Double = 600
  ) {
    (self.run, self.night, self.silence) = (run, night, silence)
    (self.failuresInARow, self.retries) = (failuresInARow, retries)
  }
}
