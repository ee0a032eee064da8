import GRDB
import Results

extension SQLiteRunStore {
  public func recipes(ofSweep sweep: String) throws -> [RecipeRecord] {
    try file.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT c.* FROM recipe c JOIN sweep s ON s.id = c.sweep_id
          WHERE s.name = ? AND EXISTS (SELECT 1 FROM recipe_run WHERE recipe_id = c.id)
          ORDER BY c.turn
          """,
        arguments: [sweep])
      // Recipes differ in settings more often than in data.
      var datasets: [Int64: DatasetRecord] = [:]
      return try rows.map { try Self.recipe(of: $0, known: &datasets, in: database) }
    }
  }

  private static func recipe(
    of row: Row, known: inout [Int64: DatasetRecord], in database: Database
  ) throws -> RecipeRecord {
    let members = try Row.fetchAll(
      database,
      sql: """
        SELECT p.run_id, p.is_current, r.dataset_id FROM recipe_run p JOIN run r ON r.id = p.run_id
        WHERE p.recipe_id = ? ORDER BY p.run_id
        """,
      arguments: [row["id"] as Int64])
    func ids(_ isCurrent: Bool) -> [RunID] {
      members.filter { $0["is_current"] == isCurrent }.map { $0["run_id"] }
    }
    let datasets = try Set(members.map { $0["dataset_id"] as Int64 }).sorted().map { id in
      let record = try known[id] ?? dataset(id, in: database)
      known[id] = record
      return record
    }
    return RecipeRecord(
      recipe: SharedRecipe(hash: row["hash"], settings: row["settings"]),
      datasets: datasets, addedAt: row["added_at"],
      plannedAt: row["planned_at"], runs: ids(true), replaced: ids(false))
  }

  /// Notes that the experiment file plans a run now: its recipe becomes the newest, and a run of the
  /// same recipe, label, variant, seed and fold gives its place up.
  static func plan(
    _ run: RunDescription, id: RunID, sweepID: Int64, at now: String, in database: Database
  ) throws {
    let recipe = try recipeID(of: run, sweepID: sweepID, at: now, in: database)
    try database.execute(
      sql: """
        UPDATE recipe_run SET is_current = 0 WHERE recipe_id = ? AND run_id IN (
          SELECT id FROM run WHERE sweep_id = ? AND strategy = ? AND variant = ? AND seed = ?
            AND fold IS ? AND id <> ?)
        """,
      arguments: [
        recipe, sweepID, run.strategy, run.variant, Int64(bitPattern: run.seed), run.fold, id,
      ])
    try database.execute(
      sql: """
        INSERT INTO recipe_run (recipe_id, run_id, is_current) VALUES (?, ?, 1)
        ON CONFLICT (recipe_id, run_id) DO UPDATE SET is_current = 1
        """,
      arguments: [recipe, id])
  }

  private static func recipeID(
    of run: RunDescription, sweepID: Int64, at now: String, in database: Database
  ) throws -> Int64 {
    let key: StatementArguments = [sweepID, run.dataset.name, run.shared.hash]
    let known = try Row.fetchOne(
      database,
      sql: "SELECT id, turn FROM recipe WHERE sweep_id = ? AND dataset = ? AND hash = ?",
      arguments: key)
    let last =
      try Int64.fetchOne(
        database, sql: "SELECT max(turn) FROM recipe WHERE sweep_id = ?", arguments: [sweepID]) ?? 0
    guard let known else {
      try database.execute(
        sql: """
          INSERT INTO recipe (sweep_id, dataset, hash, settings, turn, added_at, planned_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: key + [run.shared.settings, last + 1, now, now])
      return database.lastInsertedRowID
    }
    let turn: Int64 = known["turn"] == last ? last : last + 1
    try database.execute(
      sql: "UPDATE recipe SET turn = ?, planned_at = ? WHERE id = ?",
      arguments: [turn, now, known["id"] as Int64])
    return known["id"]
  }

  /// Replaces what the data have to say by what they said last.
  static func write(
    _ remarks: [DatasetRemark], of dataset: Int64, in database: Database
  ) throws {
    try database.execute(
      sql: "DELETE FROM dataset_remark WHERE dataset_id = ?", arguments: [dataset])
    for (number, remark) in remarks.enumerated() {
      try database.execute(
        sql:
          "INSERT INTO dataset_remark (dataset_id, number, kind, n, text) VALUES (?, ?, ?, ?, ?)",
        arguments: [dataset, number + 1, remark.kind.rawValue, remark.count, remark.text])
    }
  }

  static func remarks(of dataset: Int64, in database: Database) throws -> [DatasetRemark] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM dataset_remark WHERE dataset_id = ? ORDER BY number",
      arguments: [dataset]
    ).compactMap { row in
      DatasetRemark.Kind(rawValue: row["kind"]).map {
        DatasetRemark($0, count: row["n"], row["text"])
      }
    }
  }
}
