import GRDB
import Metrics
import Results

extension SQLiteRunStore {
  public func summaries(ofSweep sweep: String) throws -> [RunSummary] {
    try file.read { database in
      if let id = try Int64.fetchOne(
        database, sql: "SELECT id FROM sweep WHERE name = ?", arguments: [sweep])
      {
        try countRuns(ofSweep: id, in: database)
      }
      let condition = try sound(
        "s.name = ?", [sweep], showing: DigestedPart.summary, in: database)
      return try Self.summaries(where: condition, [sweep], in: database)
    }
  }

  public func sweeps() throws -> [SweepRecord] {
    try file.read { database in
      let checks = checks(in: database)
      let sound = try Int64.fetchAll(database, sql: "SELECT id FROM sweep ORDER BY id").filter {
        guard let damage = try checks.damage(of: DigestOwner(.sweep, $0), .sweep) else {
          return true
        }
        found.add(damage, leavingOut: nil)
        return false
      }
      let ids = sound.map(String.init).joined(separator: ",")
      return try Row.fetchAll(
        database, sql: "SELECT * FROM sweep WHERE id IN (\(ids)) ORDER BY id"
      ).map { row in
        SweepRecord(
          name: row["name"], file: row["file"], source: row["source"], baseline: row["baseline"])
      }
    }
  }

  /// Summaries of the runs that meet a condition on `r` (run) and `s` (sweep), in seven queries
  /// however many runs there are.
  static func summaries(
    where condition: String, _ arguments: StatementArguments, in database: Database
  ) throws -> [RunSummary] {
    let selection = "FROM run r JOIN sweep s ON s.id = r.sweep_id"
    let ids = "SELECT r.id \(selection) WHERE \(condition)"
    let metrics = try Row.fetchAll(
      database,
      sql: "SELECT * FROM class_metric WHERE split = 'test' AND run_id IN (\(ids)) "
        + "ORDER BY run_id, class_index",
      arguments: arguments)
    let notes = try Row.fetchAll(
      database, sql: "SELECT * FROM note WHERE run_id IN (\(ids)) ORDER BY run_id, number",
      arguments: arguments)
    let figures = try Row.fetchAll(
      database, sql: "SELECT * FROM figure WHERE run_id IN (\(ids))", arguments: arguments)
    let tags = Dictionary(
      grouping: try Row.fetchAll(
        database, sql: "SELECT * FROM tag WHERE run_id IN (\(ids)) ORDER BY tag",
        arguments: arguments)
    ) { $0["run_id"] as RunID }
    let comments = Dictionary(
      grouping: try Row.fetchAll(
        database, sql: "SELECT * FROM comment WHERE run_id IN (\(ids)) ORDER BY run_id, number",
        arguments: arguments)
    ) { $0["run_id"] as RunID }
    let classes = try Row.fetchAll(
      database,
      sql: "SELECT * FROM class WHERE dataset_id IN (SELECT r.dataset_id \(selection) "
        + "WHERE \(condition)) ORDER BY dataset_id, class_index",
      arguments: arguments)
    let leaks = try leaks(in: database)
    let cleanByRun =
      leaks.values.contains { $0 > 0 } ? try withoutLeaks(of: ids, arguments, in: database) : [:]
    let metricsByRun = Dictionary(grouping: metrics) { $0["run_id"] as RunID }
    let figuresByRun = Dictionary(grouping: figures) { $0["run_id"] as RunID }.mapValues { rows in
      Dictionary(rows.map { ($0["name"] as String, $0["value"] as Double) }) { $1 }
    }
    let notesByRun = Dictionary(grouping: notes) { $0["run_id"] as RunID }
    let classesByDataset = Dictionary(grouping: classes) { $0["dataset_id"] as Int64 }
      .mapValues { $0.map(classRecord) }
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT r.*, s.name AS sweep_name, \(sharedColumns), d.name AS dataset_name, coalesce(r.wall_s,
          (SELECT sum(wall_s) FROM epoch WHERE run_id = r.id)) AS seconds,
          q.name AS equal_name, q.strategy AS equal_strategy, q.variant AS equal_variant
        \(selection) JOIN dataset d ON d.id = r.dataset_id LEFT JOIN run q ON q.id = r.equals_run
        WHERE \(condition) ORDER BY r.id
        """,
      arguments: arguments)
    return rows.map { row in
      let id: RunID = row["id"]
      var summary = summary(
        of: row, classes: (metricsByRun[id] ?? []).map(classMetrics),
        records: classesByDataset[row["dataset_id"]] ?? [],
        notes: (notesByRun[id] ?? []).map { $0["text"] })
      summary.figures = figuresByRun[id]
      summary.tags = (tags[id] ?? []).map { $0["tag"] }
      summary.comments = (comments[id] ?? []).map { $0["text"] }
      summary.leakedImages = leaks[row["dataset_id"]]
      summary.withoutLeaks = cleanByRun[id]
      return summary
    }
  }

  private static func summary(
    of row: Row, classes: [ClassMetrics], records: [ClassRecord], notes: [String]
  ) -> RunSummary {
    let description = description(
      of: row, dataset: DatasetRecord(name: "", digest: "", classes: [], quarantined: [:]))
    var summary = RunSummary(
      id: row["id"], sweep: description.sweep, dataset: row["dataset_name"],
      name: description.name, strategy: description.strategy, variant: description.variant,
      seed: description.seed, status: status(of: row), groupHash: description.groupHash,
      headline: HeadlineColumns.test(of: row), classes: classes, classRecords: records,
      imagesSeen: row["images_seen"], imagesPlanned: description.imagesPlanned,
      epochsDone: row["epochs_done"], epochsPlanned: description.epochsPlanned,
      bestEpoch: row["best_epoch"], seconds: row["seconds"], error: row["error"],
      overrides: description.overrides, notes: notes)
    summary.steps = row["steps"]
    summary.stage = RunStage(configuration: description.configuration)
    (summary.fold, summary.recipe) = (description.fold, row["recipe_hash"] ?? "")
    summary.isArchived = row["archived_at"] != nil
    summary.equals = equalRun(of: row)
    return summary
  }

  /// The newest shared recipe of a row of `run r`.
  static let sharedColumns = ["hash", "settings"].map { column in
    """
    (SELECT c.\(column) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id
      WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe_\(column)
    """
  }.joined(separator: ", ")

  /// What a run was described as; the row must have `sweep_name` and ``sharedColumns`` too. Tags and
  /// remark are left out: the store has its own.
  static func description(of row: Row, dataset: DatasetRecord) -> RunDescription {
    var sweptKeys: [String] = []
    if case .array(let keys)? = try? JSONValue(parsing: row["swept_keys"]) {
      sweptKeys = keys.compactMap { if case .text(let key) = $0 { key } else { nil } }
    }
    var description = RunDescription(
      sweep: row["sweep_name"], name: row["name"], strategy: row["strategy"],
      variant: row["variant"], seed: UInt64(bitPattern: row["seed"]),
      configHash: row["config_hash"], groupHash: row["group_hash"], configuration: row["config"],
      sweptKeys: sweptKeys, dataset: dataset, epochsPlanned: row["epochs_planned"] ?? 0,
      imagesPlanned: row["images_planned"])
    description.fold = row["fold"]
    if let hash: String = row["recipe_hash"] {
      description.shared = SharedRecipe(hash: hash, settings: row["recipe_settings"])
    }
    return description
  }

  static func classRecord(of row: Row) -> ClassRecord {
    ClassRecord(
      index: row["class_index"], name: row["name"], trainCount: row["n_train"],
      validationCount: row["n_val"], testCount: row["n_test"])
  }

  private static func classMetrics(of row: Row) -> ClassMetrics {
    ClassMetrics(
      classIndex: row["class_index"], support: row["support"], predicted: row["predicted"],
      correct: row["correct"], correctTop5: row["correct_top5"], top1: row["top1"],
      top5: row["top5"], precision: row["precision"], recall: row["recall"], f1: row["f1"],
      specificity: row["specificity"])
  }
}
