import Metrics
import Results

/// Strategies side by side: everything a report says, as values; writing it down is another matter.
///
/// Runs are compared within one data set and paired by seed. A figure that is undefined is `nil`.
public struct Comparison: Sendable {
  public let sweep: String
  public let dataset: String
  /// Sorts the strategies and is what the statistics speak of.
  public let metric: HeadlineFigure
  /// Label of the strategy the others are compared with; `nil` if there is none.
  public let baseline: String?
  /// Every seed of any run, ascending.
  public let seeds: [UInt64]
  /// Classes with training images, the most frequent first.
  public let classes: [ClassRow]
  /// Classes without training images, apart: no strategy could have learned them.
  public let unseen: [ClassRow]
  /// One a strategy and variant, the best by ``metric`` first.
  public let strategies: [StrategySummary]
  public let unfinished: [UnfinishedRun]
  /// How many strategies the correction for many comparisons counts.
  public let comparisons: Int
  /// How many runs there are, finished or not.
  public let runCount: Int
  /// What the runs are joined of, where the comparison is of all stages together; otherwise empty.
  public internal(set) var stages: [Stage] = []
  let remarks: [String]

  /// n_max / n_min over the classes with training images.
  public var imbalanceFactor: Double? {
    guard let most = classes.map(\.trainCounts.upperBound).max(),
      let least = classes.map(\.trainCounts.lowerBound).min(), least > 0
    else { return nil }
    return Double(most) / Double(least)
  }

  /// The baseline's variants: one, unless settings of all strategies are swept.
  public var baselines: [StrategySummary] { strategies.filter(\.isBaseline) }
}

extension Comparison {
  /// One of the stages that are joined.
  public struct Stage: Hashable, Sendable {
    public let dataset: String
    public let classCount: Int
    /// Images that finished runs of it have seen, each number once, ascending.
    public let imagesSeen: [Int]

    init(_ comparison: Comparison) {
      dataset = comparison.dataset
      classCount = comparison.classes.count + comparison.unseen.count
      imagesSeen = Set(comparison.strategies.flatMap(\.imagesSeen)).sorted()
    }
  }
}

/// One class of a comparison.
public struct ClassRow: Hashable, Sendable {
  public let name: String
  /// Training images; a range where runs saw different splits.
  public let trainCounts: ClosedRange<Int>
  public let group: ShotGroup
  /// Test images.
  public let support: ClosedRange<Int>
}

/// All runs of one strategy and variant, which differ in their seed only.
public struct StrategySummary: Sendable {
  /// Label and variant, unique in the comparison.
  public let name: String
  public let strategy: String
  public let variant: String
  public let groupHash: String
  public let isBaseline: Bool
  /// Finished runs by ascending seed.
  public let runs: [RunSummary]
  public let statusCounts: [RunStatus: Int]
  /// Seeds of the comparison without a finished run.
  public let missingSeeds: [UInt64]
  public let metrics: [HeadlineFigure: Spread]
  /// Against the baseline by matched seeds; empty for the baseline itself.
  public internal(set) var differences: [HeadlineFigure: PairedDifference]
  /// In the order of ``Comparison/classes``.
  public let classes: [ClassFigures]
  /// Means over groups of classes, over all classes and over all images.
  public let averages: [ClassAverage: ClassFigures]
  /// Seconds of a run.
  public let seconds: Spread?
  /// Images that finished runs have seen, each number once, ascending.
  public let imagesSeen: [Int]
  /// Updates of the weights in finished runs, each number once, ascending.
  public let steps: [Int]
  /// Settings in which this strategy departs from the recipe all others share.
  public let overrides: [String]
  public let notes: [String]
  /// What only some strategies measure, by name, such as `fallback.asked`; means over seeds.
  public let figures: [String: Spread]
}

/// What a line under the class table averages over.
public enum ClassAverage: String, CaseIterable, Sendable {
  case many, medium, few
  /// Mean of the classes' figures: every class counts the same.
  case classes
  /// Every test image counts the same.
  case images
}

/// How one class, or an average, fared under one strategy; means over seeds.
public struct ClassFigures: Hashable, Sendable {
  public var top1: Spread?
  public var top5: Spread?
  public var precision: Spread?
  public var recall: Spread?
  public var f1: Spread?
  /// Against the baseline by matched seeds.
  public var top1Change: ClassChange?
  public var top5Change: ClassChange?
}

/// A class's mean difference to the baseline.
public struct ClassChange: Hashable, Sendable {
  /// What a report may honestly mark.
  public enum Mark: String, Sendable { case gain, loss, none }

  public let mean: Double
  public let seeds: Int
  /// A gain or loss is marked when it is worth at least one test image on average and has the same
  /// sign in every seed; anything less is noise of the test set or of the seed.
  public let mark: Mark

  init?(differences: [Double], support: Int) {
    guard let spread = Spread(differences) else { return nil }
    (mean, seeds) = (spread.mean, differences.count)
    let images = mean * Double(support)
    // Margins for the rounding of shares.
    if images >= 1 - 1e-9 && spread.lowest > 1e-12 {
      mark = .gain
    } else if images <= -1 + 1e-9 && spread.highest < -1e-12 {
      mark = .loss
    } else {
      mark = .none
    }
  }
}

/// A run that is missing from the means.
public struct UnfinishedRun: Hashable, Sendable {
  public let id: RunID
  /// ``StrategySummary/name``.
  public let strategy: String
  public let seed: UInt64
  public let status: RunStatus
  public let epochsDone: Int
  public let epochsPlanned: Int
  public let error: String?
}

/// Why there is nothing to compare.
public enum ComparisonError: Error, Hashable, Sendable, CustomStringConvertible {
  case noRuns
  case severalDatasets([String])
  case severalSweeps([String])
  case unknownBaseline(String, known: [String])

  /// One sentence with what to do.
  public var description: String {
    switch self {
    case .noRuns: "there are no runs to compare; `poise sweep FILE` makes some"
    case .severalDatasets(let names):
      "the runs are of \(names.count) data sets (\(names.joined(separator: ", "))); "
        + "compare the runs of one data set at a time"
    case .severalSweeps(let names):
      "the runs are of \(names.count) sweeps (\(names.joined(separator: ", "))); "
        + "choose one with --sweep"
    case .unknownBaseline(let label, let known):
      "no run has the baseline's label '\(label)'; labels are \(known.joined(separator: ", "))"
    }
  }
}
