import Metrics
import Reports
import Results
import ResultsSQLite

/// Reads what pages and pictures show besides the figures of a comparison.
enum EvidenceReading {
  /// The evidence of each comparison, for exactly the runs that it compares. Runs of several stages
  /// joined have what the stages among the comparisons have together.
  ///
  /// - Parameter recipes: of the sweep; they have the data.
  /// Damage that is met is among the store's `damages` afterwards.
  ///
  /// - Throws: `ResultsFileError` where the store cannot be read.
  static func evidence(
    for comparisons: [Comparison], recipes: [RecipeRecord] = [], in store: SQLiteRunStore
  ) throws -> [Evidence] {
    let own = try comparisons.map { comparison in
      var evidence = try evidence(for: comparison, in: store)
      evidence.data = data(of: comparison, among: recipes)
      return evidence
    }
    let stages = zip(comparisons, own).filter { $0.0.stage != nil }
      .map { (comparison: $0.0, evidence: $0.1) }
    return zip(comparisons, own).map { comparison, evidence in
      comparison.stages.isEmpty ? evidence : Evidence(joining: stages, as: comparison)
    }
  }

  private static func data(
    of comparison: Comparison, among recipes: [RecipeRecord]
  ) -> DatasetRecord? {
    guard let name = comparison.recipe else { return nil }
    let own = recipes.last { $0.dataset == comparison.dataset && $0.recipe.id == name }
    return own?.datasets.first
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
    let attempts = try store.attempts(of: (ids + comparison.unfinished.map(\.id)).sorted())
    evidence.attempts = attempts.values
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
      .confusions: damagedConfusions, .attempts: attempts.damaged,
    ].filter { !$0.value.isEmpty }
    return evidence
  }
}
