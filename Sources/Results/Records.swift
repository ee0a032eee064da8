import Metrics

/// Identifies a run in its store.
public typealias RunID = Int64

/// How a run ended, or where it is.
public enum RunStatus: String, Codable, CaseIterable, Sendable {
  case queued, running, done, failed, diverged, cancelled, lost
}

/// One class of a data set as a run saw it.
public struct ClassRecord: Codable, Hashable, Sendable {
  /// Its place among the data set's classes, from 0.
  public var index: Int
  /// The class's name in the catalogue.
  public var name: String
  /// Training images.
  public var trainCount: Int
  /// Validation images.
  public var validationCount: Int
  /// Test images.
  public var testCount: Int
  /// Many, medium, few or unseen; follows from ``trainCount``.
  public var group: ShotGroup

  /// A class; its group follows from its training images.
  public init(index: Int, name: String, trainCount: Int, validationCount: Int, testCount: Int) {
    (self.index, self.name, self.trainCount) = (index, name, trainCount)
    (self.validationCount, self.testCount) = (validationCount, testCount)
    group = ShotGroup(trainingCount: trainCount)
  }
}

/// A data set as runs saw it: after quarantine, split, selection and long tail.
public struct DatasetRecord: Codable, Hashable, Sendable {
  /// The experiment file's name for it.
  public var name: String
  /// SHA-256 over the ids, labels and pixels' digests of all three splits.
  public var digest: String
  /// In the order of their indices, unseen ones last.
  public var classes: [ClassRecord]
  /// Reason → how many examples.
  public var quarantined: [String: Int]
  /// What was set aside, repaired or assumed, one sentence each.
  public var remarks: [DatasetRemark]
  /// The test split in its order, of folds one after the other; `nil` where it is not known.
  public var testImages: [TestImage]?

  /// A data set with all its parts; its test images are set afterwards.
  public init(
    name: String, digest: String, classes: [ClassRecord], quarantined: [String: Int],
    remarks: [DatasetRemark] = []
  ) {
    (self.name, self.digest) = (name, digest)
    (self.classes, self.quarantined, self.remarks) = (classes, quarantined, remarks)
  }

  /// n_max / n_min over the classes with training images.
  public var imbalanceFactor: Double? {
    let counts = classes.map(\.trainCount).filter { $0 > 0 }
    guard let most = counts.max(), let least = counts.min() else { return nil }
    return Double(most) / Double(least)
  }
}

/// The machine and the build that a run was made with.
public struct EnvironmentRecord: Codable, Hashable, Sendable {
  /// The machine's name.
  public var host: String
  /// Name and version.
  public var operatingSystem: String
  /// The processor's model name.
  public var processor: String
  /// Logical processors.
  public var cores: Int
  /// Installed memory, in MiB.
  public var memoryMB: Int
  /// The compiler's version.
  public var swift: String
  /// The version of `poise`.
  public var toolVersion: String
  /// Name and version of the linear algebra library.
  public var blas: String
  /// Compute threads.
  public var threads: Int
  /// The source's commit; `nil` where it is not known.
  public var gitCommit: String?
  /// Whether the source differed from that commit.
  public var gitDirty: Bool?

  /// An environment with all its parts.
  public init(
    host: String, operatingSystem: String, processor: String, cores: Int, memoryMB: Int,
    swift: String, toolVersion: String, blas: String, threads: Int, gitCommit: String?,
    gitDirty: Bool?
  ) {
    (self.host, self.operatingSystem, self.processor) = (host, operatingSystem, processor)
    (self.cores, self.memoryMB, self.swift) = (cores, memoryMB, swift)
    (self.toolVersion, self.blas, self.threads) = (toolVersion, blas, threads)
    (self.gitCommit, self.gitDirty) = (gitCommit, gitDirty)
  }
}

/// A sweep: one experiment file as it was when it was started.
public struct SweepRecord: Codable, Hashable, Sendable {
  /// Unique in a store.
  public var name: String
  /// The path that the command was given.
  public var file: String
  /// The file's text, verbatim.
  public var source: String
  /// Label of the strategy that reports compare against.
  public var baseline: String?

  /// A sweep with all its parts.
  public init(name: String, file: String, source: String, baseline: String?) {
    (self.name, self.file, self.source, self.baseline) = (name, file, source, baseline)
  }
}

/// What a store needs to know of a run before it starts.
public struct RunDescription: Codable, Hashable, Sendable {
  /// Name of the sweep.
  public var sweep: String
  /// Readable, unique in its sweep: `class-weights-beta=0.999-s3`.
  public var name: String
  /// The strategy's label in the file.
  public var strategy: String
  /// The swept parameters as text, such as `beta=0.999`; empty where none is swept.
  public var variant: String
  /// The seed that all of its random numbers come from.
  public var seed: UInt64
  /// SHA-256 of the canonical recipe with the seed, the data's digest and the code's schema.
  public var configHash: String
  /// The same without the seed: one group is one line of a report.
  public var groupHash: String
  /// The resolved recipe as canonical JSON.
  public var configuration: String
  /// Dotted keys that were swept or overridden.
  public var sweptKeys: [String]
  /// The data it is trained and tested on.
  public var dataset: DatasetRecord
  /// How many epochs it has when it is done.
  public var epochsPlanned: Int
  /// How many training images it has seen when it is done.
  public var imagesPlanned: Int
  /// Which fold of its data is the test set, from 1; `nil` where the data are divided once.
  public var fold: Int?
  /// What it has in common with the runs that it may be compared with.
  public var shared: SharedRecipe
  /// Words that the experiment file puts on its runs when they are added; a store's own come after.
  public var tags: [String] = []
  /// What the experiment file says of its runs when they are added.
  public var remark: String?

  /// A description with all its parts. What it shares follows from the configuration and the data
  /// until it is set; a fold, tags and a remark are set afterwards.
  public init(
    sweep: String, name: String, strategy: String, variant: String, seed: UInt64,
    configHash: String, groupHash: String, configuration: String, sweptKeys: [String],
    dataset: DatasetRecord, epochsPlanned: Int, imagesPlanned: Int
  ) {
    (self.sweep, self.name, self.strategy, self.variant) = (sweep, name, strategy, variant)
    (self.seed, self.configHash, self.groupHash) = (seed, configHash, groupHash)
    (self.configuration, self.sweptKeys, self.dataset) = (configuration, sweptKeys, dataset)
    (self.epochsPlanned, self.imagesPlanned) = (epochsPlanned, imagesPlanned)
    shared = SharedRecipe(configuration: configuration, dataDigest: dataset.digest)
  }
}

/// One epoch of one run.
public struct EpochRecord: Codable, Hashable, Sendable {
  /// From 1.
  public var epoch: Int
  /// Training images from the run's start to the end of this epoch.
  public var imagesSeen: Int
  /// Mean over the epoch's examples of the strategy's loss.
  public var trainLoss: Double?
  /// The validation split's figures after this epoch; `nil` where it was not evaluated.
  public var validation: HeadlineMetrics?
  /// Of the trunk, at the epoch's last step.
  public var learningRate: Double
  /// Training images a second, validation left out.
  public var imagesPerSecond: Double?
  /// Seconds of this epoch, validation included.
  public var seconds: Double
  /// UTC, such as `2026-11-23T01:02:03Z`.
  public var finishedAt: String
  /// Whether this is the best epoch so far.
  public var isBest: Bool

  /// An epoch with all its parts.
  public init(
    epoch: Int, imagesSeen: Int, trainLoss: Double?, validation: HeadlineMetrics?,
    learningRate: Double, imagesPerSecond: Double?, seconds: Double, finishedAt: String,
    isBest: Bool
  ) {
    (self.epoch, self.imagesSeen, self.trainLoss) = (epoch, imagesSeen, trainLoss)
    (self.validation, self.learningRate) = (validation, learningRate)
    (self.imagesPerSecond, self.seconds) = (imagesPerSecond, seconds)
    (self.finishedAt, self.isBest) = (finishedAt, isBest)
  }
}

/// What a finished run leaves behind.
public struct RunResult: Codable, Hashable, Sendable {
  /// The epoch whose weights were tested, from 1; `nil` where nothing was trained.
  public var bestEpoch: Int?
  /// Training images of all epochs.
  public var imagesSeen: Int
  /// Updates of the weights.
  public var steps: Int
  /// The validation split with the tested weights.
  public var validation: Evaluation?
  /// The test split.
  public var test: Evaluation?
  /// Single test images; empty unless the recipe asked to keep them.
  public var predictions: [Prediction]
  /// How the classes fared under sampler and weights.
  public var classMass: ClassMass
  /// `mean_over_examples` or `mean_over_weights`.
  public var lossReduction: String
  /// Convolution implementations in use, by name, with how many layers use each.
  public var kernels: [String: Int]
  /// What a reader of the results should know, one sentence each.
  public var notes: [String]
  /// Seconds of all attempts together.
  public var seconds: Double
  /// Training images a second over all attempts, validation left out.
  public var imagesPerSecond: Double?
  /// The process's largest resident memory, in MiB.
  public var peakMemoryMB: Double?
  /// SHA-256 of the weights that were tested.
  public var weightsDigest: String
  /// Where they are, relative to the store.
  public var weightsPath: String?
  /// What only some runs measure, by name, such as `fallback.threshold`; `nil` where nothing was.
  public var figures: [String: Double]?
  /// What every image that was tested was taken for, in the order of the data set's test images; `nil`
  /// where it is not known.
  public var guesses: [Guess]?
  /// Where the first of them stands among the data set's test images; `nil` is at their start.
  public var firstTestImage: Int?

  /// A result with all its parts; further figures and guesses are set afterwards.
  public init(
    bestEpoch: Int?, imagesSeen: Int, steps: Int, validation: Evaluation?, test: Evaluation?,
    predictions: [Prediction], classMass: ClassMass, lossReduction: String,
    kernels: [String: Int], notes: [String], seconds: Double, imagesPerSecond: Double?,
    peakMemoryMB: Double?, weightsDigest: String, weightsPath: String?
  ) {
    (self.bestEpoch, self.imagesSeen, self.steps) = (bestEpoch, imagesSeen, steps)
    (self.validation, self.test, self.predictions) = (validation, test, predictions)
    (self.classMass, self.lossReduction, self.kernels) = (classMass, lossReduction, kernels)
    (self.notes, self.seconds, self.imagesPerSecond) = (notes, seconds, imagesPerSecond)
    (self.peakMemoryMB, self.weightsDigest) = (peakMemoryMB, weightsDigest)
    self.weightsPath = weightsPath
  }
}

/// How an attempt at a run ended.
public enum RunOutcome: Codable, Hashable, Sendable {
  case done(RunResult)
  /// A loss or gradient was no number; the last good checkpoint is kept.
  case diverged(step: Int, reason: String)
  case failed(reason: String, exitCode: Int32?, signal: Int32?)
  /// Stopped on request; a later sweep continues it.
  case cancelled(reason: String)
}
