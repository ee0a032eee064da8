import GRDB
import Metrics
import Results

extension SQLiteRunStore {
  public func summaries(ofSweep sweep: String) throws -> [RunSummary] {
    try file.read { database in
      try countRuns(ofSweep: sweep, in: database)
      let condition = try sound(
        "s.name = ?", [sweep], showing: DigestedPart.summary, in: database)
      return try Self.summaries(where: condition, [sweep], in: database)
    }
  }

  public func sweeps() throws -> [SweepRecord] {
    try file.read { database in
      try missSweeps(in: database)
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

  /// The runs of a sweep in the order in which they were added, as lists show them: classes and their
  /// records, notes, figures and what is known of leaks are left empty.
  ///
  /// - Throws: ``ResultsFileError``; a sweep that is not there has no runs.
  public func listedRuns(ofSweep sweep: String) throws -> [RunSummary] {
    try file.read { database in
      try countRuns(ofSweep: sweep, in: database)
      let condition = try sound("s.name = ?", [sweep], showing: DigestedPart.line, in: database)
      return try Self.lines(where: condition, [sweep], in: database).map(\.summary)
    }
  }

  /// One run as lists show it; `nil` where there is none with this number.
  ///
  /// - Throws: ``ResultsFileError``.
  public func listedRun(_ id: RunID) throws -> RunSummary? {
    try file.read { database in
      let isKnown = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE id = ?)", arguments: [id])
      guard isKnown == true else { return nil }
      try requireSound(id, showing: DigestedPart.line, in: database)
      return try Self.lines(where: "r.id = ?", [id], in: database).first?.summary
    }
  }

  /// Summaries of the runs that meet a condition on `r` (run) and `s` (sweep), in nine queries however
  /// many runs there are. Every query begins with those runs.
  static func summaries(
    where condition: String, _ arguments: StatementArguments, in database: Database
  ) throws -> [RunSummary] {
    let lines = try lines(where: condition, arguments, in: database)
    guard !lines.isEmpty else { return [] }
    func rows(_ sql: String) throws -> [Row] {
      try Row.fetchAll(database, sql: sql, arguments: arguments)
    }
    let ids = "SELECT r.id \(selection) WHERE \(condition)"
    let datasets = "SELECT r.dataset_id \(selection) WHERE \(condition)"
    let notes = byRun(
      try rows("SELECT * FROM note WHERE run_id IN (\(ids)) ORDER BY run_id, number"))
    let figures = byRun(try rows("SELECT * FROM figure WHERE run_id IN (\(ids))"))
    let metrics = try classMetrics(of: ids, arguments, in: database)
    let classes = Dictionary(
      grouping: try rows(
        "SELECT * FROM class WHERE dataset_id IN (\(datasets)) ORDER BY dataset_id, class_index")
    ) { $0["dataset_id"] as Int64 }.mapValues { $0.map(classRecord) }
    let leaks = try leaks(in: datasets, arguments, in: database)
    let clean =
      leaks.values.contains { $0 > 0 }
      ? try withoutLeaks(of: ids, arguments, classes: metrics, in: database) : [:]
    return lines.map { line in
      var (summary, id) = (line.summary, line.summary.id)
      summary.classes = metrics[id] ?? []
      summary.classRecords = classes[line.datasetID] ?? []
      summary.notes = (notes[id] ?? []).map { $0["text"] }
      summary.figures = figures[id].map { rows in
        Dictionary(rows.map { ($0["name"] as String, $0["value"] as Double) }) { $1 }
      }
      summary.leakedImages = leaks[line.datasetID]
      summary.withoutLeaks = clean[id]
      return summary
    }
  }

  private static let selection = "FROM run r JOIN sweep s ON s.id = r.sweep_id"

  /// What a list shows of the runs that meet a condition on `r` and `s`, and their data sets.
  private static func lines(
    where condition: String, _ arguments: StatementArguments, in database: Database
  ) throws -> [(summary: RunSummary, datasetID: Int64)] {
    let ids = "SELECT r.id \(selection) WHERE \(condition)"
    func rows(of table: String, by order: String) throws -> [RunID: [Row]] {
      byRun(
        try Row.fetchAll(
          database,
          sql: "SELECT * FROM \(table) WHERE run_id IN (\(ids)) ORDER BY run_id, \(order)",
          arguments: arguments))
    }
    let (tags, comments) = (
      try rows(of: "tag", by: "tag"), try rows(of: "comment", by: "number")
    )
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT \(lineColumns), s.name AS sweep_name, \(sharedColumn("hash")),
          d.name AS dataset_name,
          coalesce(r.wall_s, (SELECT sum(wall_s) FROM epoch WHERE run_id = r.id)) AS seconds,
          q.name AS equal_name, q.strategy AS equal_strategy, q.variant AS equal_variant
        \(selection) JOIN dataset d ON d.id = r.dataset_id LEFT JOIN run q ON q.id = r.equals_run
        WHERE \(condition) ORDER BY r.id
        """,
      arguments: arguments)
    return rows.map { row in
      var line = summary(of: row)
      line.tags = (tags[line.id] ?? []).map { $0["tag"] }
      line.comments = (comments[line.id] ?? []).map { $0["text"] }
      return (line, row["dataset_id"])
    }
  }

  /// Columns of `run r` for a line. Of the configuration only what has something to tell is read and
  /// parsed: most runs have no overrides and no stage.
  private static let lineColumns: String = {
    let plain = [
      "id", "dataset_id", "name", "strategy", "variant", "seed", "status", "group_hash", "fold",
      "epochs_done", "epochs_planned", "best_epoch", "images_seen", "images_planned", "steps",
      "error", "swept_keys", "archived_at", "equals_run", "test_images", "test_unseen_images",
    ]
    let names = plain + HeadlineFigure.allCases.map(\.stored.testColumn)
    return names.map { "r.\($0)" }.joined(separator: ", ") + """
      , iif(instr(r.config, '"overrides":[]') = 0 OR instr(r.config, '"stage":{') > 0, r.config,
        NULL) AS telling_config
      """
  }()

  private static func summary(of row: Row) -> RunSummary {
    let configuration: String? = row["telling_config"]
    var summary = RunSummary(
      id: row["id"], sweep: row["sweep_name"], dataset: row["dataset_name"], name: row["name"],
      strategy: row["strategy"], variant: row["variant"], seed: UInt64(bitPattern: row["seed"]),
      status: status(of: row), groupHash: row["group_hash"],
      headline: HeadlineColumns.test(of: row),
      classes: [], classRecords: [], imagesSeen: row["images_seen"],
      imagesPlanned: row["images_planned"], epochsDone: row["epochs_done"],
      epochsPlanned: row["epochs_planned"] ?? 0, bestEpoch: row["best_epoch"],
      seconds: row["seconds"], error: row["error"],
      overrides: configuration.map {
        RunDescription.overrides(configuration: $0, sweptKeys: sweptKeys(of: row))
      } ?? [], notes: [])
    summary.steps = row["steps"]
    summary.stage = configuration.flatMap { RunStage(configuration: $0) }
    (summary.fold, summary.recipe) = (row["fold"], row["recipe_hash"] ?? "")
    summary.isArchived = row["archived_at"] != nil
    summary.equals = equalRun(of: row)
    return summary
  }

  private static func byRun(_ rows: [Row]) -> [RunID: [Row]] {
    Dictionary(grouping: rows) { $0["run_id"] }
  }

  /// The newest shared recipe of a row of `run r`.
  static let sharedColumns = ["hash", "settings"].map(sharedColumn).joined(separator: ", ")

  private static func sharedColumn(_ column: String) -> String {
    """
    (SELECT c.\(column) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id
      WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe_\(column)
    """
  }

  /// What a run was described as; the row must have `sweep_name` and ``sharedColumns`` too. Tags and
  /// remark are left out: the store has its own.
  static func description(of row: Row, dataset: DatasetRecord) -> RunDescription {
    var description = RunDescription(
      sweep: row["sweep_name"], name: row["name"], strategy: row["strategy"],
      variant: row["variant"], seed: UInt64(bitPattern: row["seed"]),
      configHash: row["config_hash"], groupHash: row["group_hash"], configuration: row["config"],
      sweptKeys: sweptKeys(of: row), dataset: dataset, epochsPlanned: row["epochs_planned"] ?? 0,
      imagesPlanned: row["images_planned"])
    description.fold = row["fold"]
    if let hash: String = row["recipe_hash"] {
      description.shared = SharedRecipe(hash: hash, settings: row["recipe_settings"])
    }
    return description
  }

  private static func sweptKeys(of row: Row) -> [String] {
    guard case .array(let keys)? = try? JSONValue(parsing: row["swept_keys"]) else { return [] }
    return keys.compactMap { if case .text(let key) = $0 { key } else { nil } }
  }

  static func classRecord(of row: Row) -> ClassRecord {
    ClassRecord(
      index: row["class_index"], name: row["name"], trainCount: row["n_train"],
      validationCount: row["n_val"], testCount: row["n_test"])
  }

  /// Test metrics of the runs that a query names, in the order of their classes.
  ///
  /// There are as many rows as runs times classes: they are read one by one, by place.
  private static func classMetrics(
    of ids: String, _ arguments: StatementArguments, in database: Database
  ) throws -> [RunID: [ClassMetrics]] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT run_id, class_index, support, predicted, correct, correct_top5, top1, top5,
          precision, recall, f1, specificity
        FROM class_metric WHERE split = 'test' AND run_id IN (\(ids)) ORDER BY run_id, class_index
        """,
      arguments: arguments)
    var metrics: [RunID: [ClassMetrics]] = [:]
    while let row = try rows.next() {
      metrics[row[0], default: []].append(
        ClassMetrics(
          classIndex: row[1], support: row[2], predicted: row[3], correct: row[4],
          correctTop5: row[5], top1: row[6], top5: row[7], precision: row[8], recall: row[9],
          f1: row[10], specificity: row[11]))
    }
    return metrics
  }
}
