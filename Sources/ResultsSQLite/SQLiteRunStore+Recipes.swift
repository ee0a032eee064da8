import GRDB
import Results

extension SQLiteRunStore {
  public func recipes(ofSweep sweep: String) throws -> [RecipeRecord] {
    try file.read { database in
      let condition = try sound(
        "s.name = ?\(found.leftOutCondition)", [sweep],
        showing: [.recipeRun, .remark, .testImage], in: database)
      let ids = try Int64.fetchAll(
        database,
        sql: """
          SELECT c.id FROM recipe c WHERE c.id IN (
            SELECT p.recipe_id FROM run r JOIN sweep s ON s.id = r.sweep_id
            JOIN recipe_run p ON p.run_id = r.id WHERE \(condition))
            AND c.sweep_id = (SELECT id FROM sweep WHERE name = ?) ORDER BY c.turn
          """,
        arguments: [sweep, sweep])
      // Recipes differ in settings more often than in data.
      var datasets: [Int64: DatasetRecord] = [:]
      return try ids.compactMap { id in
        try Row.fetchOne(database, sql: "SELECT * FROM recipe WHERE id = ?", arguments: [id])
          .map { try Self.recipe(of: $0, among: condition, sweep, &datasets, in: database) }
      }
    }
  }

  /// A recipe with those of its runs that meet a condition on `r` (run) and `s` (sweep).
  private static func recipe(
    of row: Row, among condition: String, _ sweep: String, _ known: inout [Int64: DatasetRecord],
    in database: Database
  ) throws -> RecipeRecord {
    let members = try Row.fetchAll(
      database,
      sql: """
        SELECT p.run_id, p.is_current, r.dataset_id FROM recipe_run p JOIN run r ON r.id = p.run_id
        JOIN sweep s ON s.id = r.sweep_id
        WHERE p.recipe_id = ? AND \(condition) ORDER BY p.run_id
        """,
      arguments: [row["id"] as Int64, sweep])
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
  ///
  /// - Parameter book: takes the digests; `nil` where there are none yet.
  static func plan(
    _ run: RunDescription, id: RunID, sweepID: Int64, at now: String, _ book: DigestBook?,
    in database: Database
  ) throws {
    let recipe = try recipeID(of: run, sweepID: sweepID, at: now, in: database)
    let replaced = try Int64.fetchAll(
      database,
      sql: """
        SELECT p.run_id FROM run r JOIN recipe_run p ON p.run_id = r.id AND p.recipe_id = ?
        WHERE p.is_current AND r.sweep_id = ? AND r.strategy = ? AND r.variant = ? AND r.seed = ?
          AND r.fold IS ? AND r.id <> ?
        """,
      arguments: [
        recipe, sweepID, run.strategy, run.variant, Int64(bitPattern: run.seed), run.fold, id,
      ])
    for other in replaced {
      try database.execute(
        sql: "UPDATE recipe_run SET is_current = 0 WHERE recipe_id = ? AND run_id = ?",
        arguments: [recipe, other])
    }
    try database.execute(
      sql: """
        INSERT INTO recipe_run (recipe_id, run_id, is_current) VALUES (?, ?, 1)
        ON CONFLICT (recipe_id, run_id) DO UPDATE SET is_current = 1
        """,
      arguments: [recipe, id])
    for run in replaced + [id] { try book?.renew(.run(run), [.recipeRun]) }
    try book?.renew(DigestOwner(.recipe, recipe))
  }

  private static func recipeID(
    of run: RunDescription, sweepID: Int64, at now: String, in database: Database
  ) throws -> Int64 {
    let key: StatementArguments = [sweepID, run.dataset.name, run.shared.hash]
    let known = try CheckedRow.fetchOne(
      database, table: "recipe",
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
        arguments: key + [run.shared.settings, last &+ 1, now, now])
      return database.lastInsertedRowID
    }
    let (id, own): (Int64, Int64) = (try known["id"], try known["turn"])
    let turn = own == last ? last : last &+ 1
    try database.execute(
      sql: "UPDATE recipe SET turn = ?, planned_at = ? WHERE id = ?",
      arguments: [turn, now, id])
    return id
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
