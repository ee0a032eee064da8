import Metrics
import Results

/// Strategies side by side: everything a report says, as values; writing it down is another matter.
///
/// Runs are compared within one data set and paired by seed and fold. A figure that is undefined is `nil`.
public struct Comparison: Sendable {
  /// Name of the sweep.
  public let sweep: String
  /// Name of the data set.
  public let dataset: String
  /// Sorts the strategies and is what the statistics speak of.
  public let metric: HeadlineFigure
  /// Label of the strategy the others are compared with; `nil` if there is none.
  public let baseline: String?
  /// Every seed of any run, ascending.
  public let seeds: [UInt64]
  /// Every seed and fold of any run, ascending: what a strategy has when nothing is missing.
  public let replicas: [Replica]
  /// Classes with training images, the most frequent first.
  public internal(set) var classes: [ClassRow]
  /// Those of ``classes`` that there are, also where a filter shows some of them only.
  public internal(set) var wholeClasses: [ClassRow]
  /// Classes without training images, apart: no strategy could have learned them.
  public let unseen: [ClassRow]
  /// One a strategy and variant, the best by ``metric`` first.
  public internal(set) var strategies: [StrategySummary]
  /// Runs that are missing from the means.
  public let unfinished: [UnfinishedRun]
  /// Strategies that were not made because another one is the same; they are no comparison.
  public let equals: [EqualStrategy]
  /// How many strategies the correction for many comparisons counts.
  public let comparisons: Int
  /// How many runs there are, finished or not.
  public let runCount: Int
  /// What the runs are joined of, where the comparison is of all stages together; otherwise empty.
  public internal(set) var stages: [Stage] = []
  /// What its runs have in common, as people see it: the beginning of a hash; `nil` where it is not
  /// known, or where runs of several stages are joined.
  public internal(set) var recipe: String?
  /// Differences up to this size, in the metric's own unit, are called the same in practice; `nil` where
  /// nobody asks for that.
  public var rope: Double?
  /// The stage of a staged experiment that its runs are of; `nil` without stages, and for all stages
  /// together.
  public internal(set) var stage: String?
  /// What was left out and what the data have to say.
  var context: [Remark] = []
  /// What the runs themselves give cause to say.
  var own: [Remark]

  /// n_max / n_min over the classes with training images.
  public var imbalanceFactor: Double? {
    guard let most = wholeClasses.map(\.trainCounts.upperBound).max(),
      let least = wholeClasses.map(\.trainCounts.lowerBound).min(), least > 0
    else { return nil }
    return Double(most) / Double(least)
  }

  /// Adds what the reader of the runs has to say, before all else.
  public mutating func add(_ remarks: [Remark]) { context = remarks + context }

  /// Folds that any run is tested on; 0 where the data are divided once.
  public var foldCount: Int { Set(replicas.compactMap(\.fold)).count }

  /// The baseline's variants: one, unless settings of all strategies are swept.
  public var baselines: [StrategySummary] { strategies.filter(\.isBaseline) }
}

extension Comparison {
  /// One of the stages that are joined.
  public struct Stage: Hashable, Sendable {
    /// Name of the stage's data set.
    public let dataset: String
    /// Classes with and without training images.
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
  /// The class's name in the catalogue.
  public let name: String
  /// Training images; a range where runs saw different splits.
  public let trainCounts: ClosedRange<Int>
  /// Follows from its training images.
  public let group: ShotGroup
  /// Test images.
  public let support: ClosedRange<Int>
}

/// All runs of one strategy and variant, which differ in their seed and fold only.
public struct StrategySummary: Sendable {
  /// Label and variant, unique in the comparison.
  public let name: String
  /// The strategy's label in the file.
  public let strategy: String
  /// The swept parameters as text; empty where none is swept.
  public let variant: String
  /// The same for all of its runs.
  public let groupHash: String
  /// Whether the others are compared with it.
  public let isBaseline: Bool
  /// What it is compared with: a name, and how many finished seeds and folds that has.
  let reference: (name: String, seeds: Int)?
  /// Finished runs by ascending seed and fold.
  public let runs: [RunSummary]
  /// How many runs there are of each status.
  public let statusCounts: [RunStatus: Int]
  /// Seeds and folds of the comparison without a finished run.
  public let missing: [Replica]
  /// Each headline figure over the seeds that have it.
  public let metrics: [HeadlineFigure: Spread]
  /// Against the baseline by matched seeds; empty for the baseline itself.
  public internal(set) var differences: [HeadlineFigure: PairedDifference]
  /// What may be said of ``differences``.
  public internal(set) var contrasts: [HeadlineFigure: Contrast] = [:]
  /// In the order of ``Comparison/classes``.
  public internal(set) var classes: [ClassFigures]
  /// Means over groups of classes, over all classes and over all images.
  public internal(set) var averages: [ClassAverage: ClassFigures]
  /// Seconds of a run.
  public let seconds: Spread?
  /// Images that finished runs have seen, each number once, ascending.
  public let imagesSeen: [Int]
  /// Updates of the weights in finished runs, each number once, ascending.
  public let steps: [Int]
  /// Settings in which this strategy departs from the recipe all others share.
  public let overrides: [String]
  /// What its runs want a reader to know, each sentence once.
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
public struct ClassFigures: Sendable {
  /// Share of the class's test images whose best guess is right.
  public var top1: Spread?
  /// Share of them with the class among the five best guesses.
  public var top5: Spread?
  /// Right guesses over all guesses of the class.
  public var precision: Spread?
  /// Equals ``top1``.
  public var recall: Spread?
  /// Harmonic mean of precision and recall.
  public var f1: Spread?
  /// Against the baseline by matched seeds.
  public var top1Change: ClassChange?
  /// As ``top1Change``.
  public var top5Change: ClassChange?
}

/// A class's, or an average's, mean difference to the baseline.
public struct ClassChange: Sendable {
  /// What a report may honestly mark.
  public enum Mark: String, Sendable { case gain, loss, none }

  /// Mean difference over the seeds, as a share of 1.
  public let mean: Double
  /// How many seeds both sides have.
  public let seeds: Int
  /// The shares of the strategy and of the baseline, in the order of pairs.
  let pairs: [(own: Double, baseline: Double)]
  /// The share of both sides together, kept off 0 and 1 by half an image on either side.
  let share: Double
  /// Test images of a run, the fewest of all pairs.
  let support: Int
  /// What may be said of it, from ``Comparison/settle``.
  public internal(set) var contrast: Contrast

  /// One a pair.
  var differences: [Double] { pairs.map { $0.own - $0.baseline } }

  /// A gain or loss that the runs can tell from another seed of the same recipe.
  public var mark: Mark {
    switch contrast.verdict.isHigher {
    case true?: .gain
    case false?: .loss
    case nil: .none
    }
  }

  /// - Parameter pairs: the shares of the strategy and of the baseline.
  init?(pairs: [(own: Double, baseline: Double)], support: Int) {
    let differences = pairs.map { $0.own - $0.baseline }
    guard let mean = SeedStatistics.mean(differences) else { return nil }
    (self.mean, seeds, self.pairs) = (mean, differences.count, pairs)
    self.support = max(support, 1)
    let images = 2 * Double(self.support * pairs.count)
    let hits = pairs.reduce(0) { $0 + $1.own + $1.baseline } * Double(self.support)
    share = (hits + 1) / (images + 2)
    contrast = Contrast(mean: mean, pairs: differences.count)
  }
}

/// A run that is missing from the means.
public struct UnfinishedRun: Hashable, Sendable {
  /// Its number in the store.
  public let id: RunID
  /// ``StrategySummary/name``.
  public let strategy: String
  /// The seed of its random numbers.
  public let seed: UInt64
  /// The fold that it is tested on; `nil` where the data are divided once.
  public let fold: Int?
  /// Where it is, or how it ended.
  public let status: RunStatus
  /// Epochs that are recorded.
  public let epochsDone: Int
  /// Epochs of the whole run.
  public let epochsPlanned: Int
  /// What went wrong; `nil` where nothing did.
  public let error: String?
}

/// Why there is nothing to compare.
public enum ComparisonError: Error, Hashable, Sendable, CustomStringConvertible {
  case noRuns
  case severalDatasets([String])
  case severalSweeps([String])
  case unknownBaseline(String, known: [String])
  case unknownRecipe(String, known: [String])

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
    case .unknownRecipe(let start, let known):
      "no recipe begins with '\(start)'; there are \(known.joined(separator: ", "))"
    case .unknownBaseline(let label, let known):
      "no run has the baseline's label '\(label)'; labels are \(known.joined(separator: ", "))"
    }
  }
}
