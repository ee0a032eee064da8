import GRDB
import Results

extension Schema {
  /// Migration 3, second half: finds out of the stored configurations which runs share a recipe.
  ///
  /// Runs without overrides name the recipes of a sweep and data set. A run with overrides joins the
  /// one that agrees with it in all that it cannot have overridden and in most of the rest; of equally
  /// near ones the last that was added before it.
  static func fillRecipes(_ database: Database) throws {
    for sweep in try Row.fetchAll(database, sql: "SELECT id, name FROM sweep ORDER BY id") {
      let runs = try Row.fetchAll(
        database,
        sql: """
          SELECT r.*, s.name AS sweep_name, d.name AS dataset_name, d.digest, NULL AS recipe_hash
          FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN dataset d ON d.id = r.dataset_id
          WHERE r.sweep_id = ? ORDER BY r.id
          """,
        arguments: [sweep["id"] as Int64])
      for run in planned(runs) {
        try SQLiteRunStore.plan(
          run.description, id: run.id, sweepID: sweep["id"], at: run.addedAt, nil, in: database)
      }
    }
  }

  private struct OldRun {
    var id: Int64
    var description: RunDescription
    var addedAt: String
  }

  /// With what each run shares, in the order of their ids.
  private static func planned(_ rows: [Row]) -> [OldRun] {
    let runs = rows.map { row in
      let dataset = DatasetRecord(
        name: row["dataset_name"], digest: row["digest"], classes: [], quarantined: [:])
      return OldRun(
        id: row["id"], description: SQLiteRunStore.description(of: row, dataset: dataset),
        addedAt: row["started_at"] ?? Timestamp.now())
    }
    let named = runs.filter { $0.description.overrides.isEmpty }
    return runs.map { run in
      guard !run.description.overrides.isEmpty else { return run }
      let near = named.filter { $0.description.dataset == run.description.dataset }
        .compactMap { other in distance(of: run, from: other).map { (other, $0) } }
      let least = near.map(\.1).min()
      let nearest = near.filter { $0.1 == least }.map(\.0)
      guard let chosen = nearest.last(where: { $0.id < run.id }) ?? nearest.first else {
        return run
      }
      var joined = run
      joined.description.shared = chosen.description.shared
      return joined
    }
  }

  /// How many settings differ; `nil` where one does that the run has not overridden. Overrides are
  /// spelt as in files, so that only their first part can be trusted to be that of the configuration.
  private static func distance(of run: OldRun, from other: OldRun) -> Int? {
    let parts = Set(run.description.overrides.compactMap { $0.split(separator: ".").first })
    let differences = run.description.shared.differences(to: other.description.shared)
    let isOwn = differences.allSatisfy { difference in
      guard let part = difference.key.split(separator: ".").first else { return false }
      return parts.contains(part)
        && !["training.epochs", "training.images"].contains(difference.key)
    }
    return isOwn ? differences.count : nil
  }
}
