import Metrics
import Reports
import Results
import ResultsSQLite

/// Reads what pages and pictures show besides the figures of a comparison.
enum EvidenceReading {
  /// The evidence of each comparison, for exactly the finished runs that it compares. Runs of several
  /// stages joined have none of their own: each stage has its own.
  ///
  /// Damage that is met is among the store's `damages` afterwards.
  ///
  /// - Throws: `ResultsFileError` where the store cannot be read.
  static func evidence(
    for comparisons: [Comparison], in store: SQLiteRunStore
  ) throws -> [Evidence] {
    try comparisons.map { try evidence(for: $0, in: store) }
  }

  private static func evidence(
    for comparison: Comparison, in store: SQLiteRunStore
  ) throws -> Evidence {
    var evidence = Evidence()
    guard comparison.stages.isEmpty else { return evidence }
    let runs = comparison.strategies.flatMap { strategy in
      strategy.runs.map { (strategy: strategy.name, run: $0) }
    }
    let ids = runs.map(\.run.id).sorted()
    let curves = try store.curves(of: ids)
    let masses = try store.classMasses(of: ids)
    let reliability = try store.reliability(of: ids)
    let byID = Dictionary(runs.map { ($0.run.id, $0) }) { first, _ in first }
    let damagedConfusions = try store.confusions(of: ids) { id, matrix in
      guard let (strategy, run) = byID[id] else { return false }
      return evidence.add(matrix, of: run, as: strategy, in: comparison)
    }
    evidence.curves = curves.values
    evidence.masses = masses.values
    evidence.reliability = reliability.values
    evidence.damaged = [
      .curves: curves.damaged, .masses: masses.damaged, .reliability: reliability.damaged,
      .confusions: damagedConfusions,
    ].filter { !$0.value.isEmpty }
    return evidence
  }
}
