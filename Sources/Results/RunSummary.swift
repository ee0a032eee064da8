import Metrics

/// One run as reports see it.
public struct RunSummary: Codable, Hashable, Sendable {
  /// Its number in the store.
  public var id: RunID
  /// Name of its sweep.
  public var sweep: String
  /// Name of its data set.
  public var dataset: String
  /// Unique in its sweep.
  public var name: String
  /// The strategy's label in the file.
  public var strategy: String
  /// The swept parameters as text; empty where none is swept.
  public var variant: String
  /// The seed of all of its random numbers.
  public var seed: UInt64
  /// Where it is, or how it ended.
  public var status: RunStatus
  /// The same for all seeds of one recipe.
  public var groupHash: String
  /// The test split's figures; `nil` until the run is done.
  public var headline: HeadlineMetrics?
  /// Test metrics of each class; empty until the run is done.
  public var classes: [ClassMetrics]
  /// Names and training counts, in the order of class indices.
  public var classRecords: [ClassRecord]
  /// Training images so far.
  public var imagesSeen: Int?
  /// Training images of the whole run.
  public var imagesPlanned: Int
  /// Epochs that are recorded.
  public var epochsDone: Int
  /// Epochs of the whole run.
  public var epochsPlanned: Int
  /// The best epoch by validation, from 1.
  public var bestEpoch: Int?
  /// Seconds of all attempts together.
  public var seconds: Double?
  /// What went wrong, in one sentence; `nil` where nothing did.
  public var error: String?
  /// Keys in which it departs from the recipe that all strategies share.
  public var overrides: [String]
  /// What a reader should know, one sentence each.
  public var notes: [String]
  /// What only some runs measure, by name, such as `text.naming`; `nil` where nothing was.
  public var figures: [String: Double]?
  /// Updates of the weights; `nil` until the run is done.
  public var steps: Int?
  /// Test images of its data set that training or validation has too; `nil` where nobody looked.
  public var leakedImages: Int?
  /// The test figures without those; `nil` until the run is done, where there are none, and where
  /// single guesses are not known.
  public var withoutLeaks: LeakFigures?
  /// Where it stands in a staged experiment; `nil` in one without stages.
  public var stage: RunStage?
  /// Which fold of its data is the test set, from 1; `nil` where the data are divided once.
  public var fold: Int?
  /// The newest of the shared recipes that it belongs to, by its hash; empty where none is known.
  public var recipe = ""
  /// Words that people or the experiment file have put on it, sorted.
  public var tags: [String] = []
  /// What people or the experiment file say of it, oldest first.
  public var comments: [String] = []
  /// Whether reports leave it out.
  public var isArchived = false
  /// The run that it is the same as and whose figures are its own: it was not made; `nil` for a run
  /// that stands for itself.
  public var equals: EqualRun?

  /// A summary with all its parts; the rest is set afterwards.
  public init(
    id: RunID, sweep: String, dataset: String, name: String, strategy: String, variant: String,
    seed: UInt64, status: RunStatus, groupHash: String, headline: HeadlineMetrics?,
    classes: [ClassMetrics], classRecords: [ClassRecord], imagesSeen: Int?, imagesPlanned: Int,
    epochsDone: Int, epochsPlanned: Int, bestEpoch: Int?, seconds: Double?, error: String?,
    overrides: [String], notes: [String]
  ) {
    (self.id, self.sweep, self.dataset, self.name) = (id, sweep, dataset, name)
    (self.strategy, self.variant, self.seed) = (strategy, variant, seed)
    (self.status, self.groupHash, self.headline) = (status, groupHash, headline)
    (self.classes, self.classRecords) = (classes, classRecords)
    (self.imagesSeen, self.imagesPlanned) = (imagesSeen, imagesPlanned)
    (self.epochsDone, self.epochsPlanned) = (epochsDone, epochsPlanned)
    (self.bestEpoch, self.seconds, self.error) = (bestEpoch, seconds, error)
    (self.overrides, self.notes) = (overrides, notes)
  }
}

/// A run that another one is the same as.
public struct EqualRun: Codable, Hashable, Sendable {
  /// Its number in the store.
  public var id: RunID
  /// Unique in its sweep.
  public var name: String
  /// The strategy's label in the file.
  public var strategy: String
  /// The swept parameters as text; empty where none is swept.
  public var variant: String

  /// A run with all its parts.
  public init(id: RunID, name: String, strategy: String, variant: String) {
    (self.id, self.name, self.strategy, self.variant) = (id, name, strategy, variant)
  }

  /// Label and variant.
  public var title: String { variant.isEmpty ? strategy : "\(strategy) \(variant)" }
}
