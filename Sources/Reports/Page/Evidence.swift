import Metrics
import Results

/// What a page shows beyond the figures of a comparison. A part that nobody has read is empty, and
/// the page then says what is missing, or leaves the section out.
public struct Evidence: Sendable {
  /// What is read apart from the rest.
  public enum Part: String, CaseIterable, Sendable {
    case curves, confusions, masses, reliability, attempts
  }

  /// Learning curves, in the order of epochs, by run; of runs that trained nothing, an empty one.
  public var curves: [RunID: [EpochRecord]] = [:]
  /// Confusion matrices on the test split, summed over the finished runs of each strategy, by
  /// ``StrategySummary/name``. Columns are places in ``Comparison/classes``; rows are these, and after
  /// them those of ``Comparison/unseen``. Where all runs have the same split, these are the class
  /// indices of the data set.
  public var confusions: [String: ConfusionMatrix] = [:]
  /// How classes fared under sampler and weights, by run; entries in the order of the run's own
  /// ``RunSummary/classRecords``.
  public var masses: [RunID: ClassMass] = [:]
  /// How far the confidence of guesses on test images can be believed, by run and by the group of the
  /// images' class; runs whose guesses were not kept are not there.
  public var reliability: [RunID: [ShotGroup: ReliabilityBins]] = [:]
  /// Every try at a run, by run, finished or not.
  public var attempts: [RunID: [AttemptRecord]] = [:]
  /// The data as the runs saw them; `nil` where they are not known, or of several stages.
  public var data: DatasetRecord?
  /// A few training images of each class by its name, as addresses such as `data:image/png;base64,…`;
  /// empty unless somebody asked for them.
  public var samples: [String: [String]] = [:]
  /// Runs that a part lacks because their rows are damaged, ascending.
  public var damaged: [Part: [RunID]] = [:]

  /// Nothing but the comparison's own figures.
  public init() {}

  /// Adds a run's confusions to those of its strategy; classes are matched by name.
  ///
  /// - Returns: whether the matrix fits the run's classes. One that does not is left out.
  public mutating func add(
    _ matrix: ConfusionMatrix, of run: RunSummary, as strategy: String, in comparison: Comparison
  ) -> Bool {
    let names = comparison.classes.map(\.name) + comparison.unseen.map(\.name)
    let places = Dictionary(zip(names, names.indices)) { first, _ in first }
    let records = run.classRecords
    guard matrix.rowCount <= records.count else { return false }
    let rows = records.map { places[$0.name] }
    let cells = matrix.entries.map { cell in
      (row: rows[cell.trueClass], column: rows[cell.predicted], count: cell.count)
    }
    let columnCount = comparison.classes.count
    guard cells.allSatisfy({ $0.row != nil && $0.column.map { $0 < columnCount } == true }) else {
      return false
    }
    var sum =
      confusions[strategy]
      ?? ConfusionMatrix(classCount: columnCount, unseenCount: comparison.unseen.count)
    for cell in cells { sum[cell.row!, cell.column!] += cell.count }
    confusions[strategy] = sum
    return true
  }
}
