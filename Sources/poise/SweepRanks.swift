import Metrics
import Reports
import Results
import ResultsSQLite

/// Several sweeps of a store, one comparison a data set.
struct SweepRanks {
  let store: StoreOptions
  let metric: HeadlineFigure?
  let baseline: String?
  /// Whether every variant of swept settings is ranked, instead of the strategies.
  let showsVariants: Bool

  init(
    _ store: StoreOptions, metric: HeadlineFigure?, baseline: String?, showsVariants: Bool = false
  ) {
    (self.store, self.metric, self.baseline) = (store, metric, baseline)
    self.showsVariants = showsVariants
  }

  /// In the order in which the sweeps were named; stages together would count a data set twice.
  func comparisons(in opened: SQLiteRunStore) throws -> [Comparison] {
    try store.sweeps(in: opened).flatMap { sweep in
      let found = try Comparison.ofEachDataset(
        try opened.summaries(ofSweep: sweep.name),
        recipes: try opened.recipes(ofSweep: sweep.name), choice: .newest,
        baseline: baseline ?? sweep.baseline, metric: metric ?? .macroRecall
      ).filter(\.stages.isEmpty)
      guard !found.isEmpty else {
        try store.tell(opened.damages)
        throw Failure(
          "sweep \(sweep.name) has no runs to compare: poise sweep makes some",
          code: Failure.missingInput)
      }
      return try showsVariants ? found : found.map(opened.represented)
    }
  }

  /// The ranks of what was found.
  func ranks(of comparisons: [Comparison], rope: Double? = nil) throws -> RankComparison {
    do {
      return try RankComparison(comparisons, byVariant: showsVariants, rope: rope)
    } catch {
      throw Failure(error.description, code: Failure.missingInput)
    }
  }
}
