import Reports
import ResultsSQLite

extension SQLiteRunStore {
  /// A comparison of this store's runs with one variant a strategy, chosen on validation.
  func represented(_ comparison: Comparison) throws -> Comparison {
    // Runs of several stages are joined there, and have no number of their own.
    guard comparison.stages.isEmpty,
      comparison.strategies.contains(where: { !$0.variant.isEmpty })
    else { return comparison }
    let runs = comparison.strategies.flatMap(\.runs).map(\.id)
    return comparison.representing(by: try validationRecalls(of: runs).values)
  }
}
