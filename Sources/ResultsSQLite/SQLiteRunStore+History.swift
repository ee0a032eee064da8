import GRDB
import Metrics
import Results

extension SQLiteRunStore {
  public func run(_ id: RunID) throws -> RunDetails? {
    try file.read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT r.*, s.name AS sweep_name, \(Self.sharedColumns)
          FROM run r JOIN sweep s ON s.id = r.sweep_id WHERE r.id = ?
          """,
        arguments: [id])
      guard row != nil else { return nil }
      try requireSound(id, showing: DigestedPart.details, in: database)
      guard let row,
        let summary = try Self.summaries(where: "r.id = ?", [id], in: database).first
      else { return nil }
      let dataset = try Self.dataset(row["dataset_id"], in: database)
      var details = RunDetails(
        summary: summary, description: Self.description(of: row, dataset: dataset),
        uid: row["uid"])
      (details.startedAt, details.finishedAt) = (row["started_at"], row["finished_at"])
      (details.heartbeatAt, details.steps) = (row["heartbeat_at"], row["steps"])
      (details.lossReduction, details.imagesPerSecond) =
        (row["loss_reduction"], row["images_per_s"])
      (details.peakMemoryMB, details.weightsDigest) = (row["peak_memory_mb"], row["weights_sha256"])
      details.weightsPath = row["weights_path"]
      details.environment = try Self.environment(row["environment_id"], in: database)
      details.validation = try Row.fetchOne(
        database, sql: "SELECT * FROM epoch WHERE run_id = ? AND epoch = ?",
        arguments: [id, row["best_epoch"] as Int?]
      ).flatMap(HeadlineColumns.validation(of:))
      details.classMass = try Self.classMass(of: id, in: database)
      for kernel in try Row.fetchAll(
        database, sql: "SELECT name, layers FROM kernel WHERE run_id = ?", arguments: [id])
      {
        details.kernels[kernel["name"]] = kernel["layers"]
      }
      for figure in try Row.fetchAll(
        database, sql: "SELECT name, value FROM figure WHERE run_id = ?", arguments: [id])
      {
        details.figures[figure["name"]] = figure["value"]
      }
      return details
    }
  }

  public func descriptions(ofSweep sweep: String) throws -> [RunDescription] {
    try file.read { database in
      let condition = try sound(
        "s.name = ?", [sweep], showing: [.configuration, .recipeRun, .remark, .testImage],
        in: database)
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT r.*, s.name AS sweep_name, \(Self.sharedColumns)
          FROM run r JOIN sweep s ON s.id = r.sweep_id WHERE \(condition) ORDER BY r.id
          """,
        arguments: [sweep])
      var datasets: [Int64: DatasetRecord] = [:]
      for id in Set(rows.map { $0["dataset_id"] as Int64 }) {
        datasets[id] = try Self.dataset(id, in: database)
      }
      return rows.map { Self.description(of: $0, dataset: datasets[$0["dataset_id"]]!) }
    }
  }

  public func epochs(of run: RunID) throws -> [EpochRecord] {
    try reading(
      run, [.epoch], sql: "SELECT * FROM epoch WHERE run_id = ? ORDER BY epoch", Self.epoch)
  }

  /// A row of `epoch`.
  static func epoch(of row: Row) -> EpochRecord {
    EpochRecord(
      epoch: row["epoch"], imagesSeen: row["images_seen"], trainLoss: row["train_loss"],
      validation: HeadlineColumns.validation(of: row), learningRate: row["lr"] ?? 0,
      imagesPerSecond: row["images_per_s"], seconds: row["wall_s"] ?? 0,
      finishedAt: row["finished_at"] ?? "", isBest: row["is_best"])
  }

  public func attempts(of run: RunID) throws -> [AttemptRecord] {
    try reading(
      run, [.attempt], sql: "SELECT * FROM attempt WHERE run_id = ? ORDER BY number", Self.attempt)
  }

  /// A row of `attempt`.
  static func attempt(of row: Row) -> AttemptRecord {
    var attempt = AttemptRecord(
      number: row["number"], startedAt: row["started_at"], fromEpoch: row["from_epoch"],
      host: row["host"] ?? "", processID: row["pid"] ?? 0)
    attempt.finishedAt = row["finished_at"]
    if let outcome: String = row["outcome"] {
      // Words that only later layouts write count as cancelled.
      attempt.outcome = AttemptOutcome(rawValue: outcome) ?? .cancelled
    }
    (attempt.exitCode, attempt.signal, attempt.error) =
      (row["exit_code"], row["signal"], row["error"])
    return attempt
  }

  public func predictions(of run: RunID) throws -> [Prediction] {
    try reading(
      run, [.prediction], sql: "SELECT * FROM prediction WHERE run_id = ? ORDER BY example_id"
    ) { row in
      let classes: [Int] = (1...5).compactMap { row["class_\($0)"] }
      let probabilities: [Double] = (1...5).compactMap { row["p_\($0)"] }
      return Prediction(
        exampleID: row["example_id"], trueClass: row["true_class"], classes: classes,
        probabilities: probabilities.map(Float.init))
    }
  }

  public func confusionMatrix(of run: RunID, split: String) throws -> ConfusionMatrix? {
    try file.read { database in
      try requireSound(run, showing: [.classMetric, .confusion], in: database)
      return try Self.confusionMatrix(of: run, split: split, in: database)
    }
  }

  /// How often each class was taken for which; `nil` where the split was not evaluated. The rows must
  /// have been compared with their digests.
  static func confusionMatrix(
    of run: RunID, split: String, in database: Database
  ) throws -> ConfusionMatrix? {
    let rows = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM class_metric WHERE run_id = ? AND split = ?",
      arguments: [run, split])
    let columns = try Int.fetchOne(
      database, sql: "SELECT model_classes FROM run WHERE id = ?", arguments: [run])
    guard let rows, rows > 0, let columns else { return nil }
    guard (0...rows).contains(columns) else {
      throw StoreDamage(
        .run(run), table: "run",
        "model_classes is \(columns), but there are figures of \(rows) classes")
    }
    var matrix = ConfusionMatrix(classCount: columns, unseenCount: rows - columns)
    let cells = try Row.fetchCursor(
      database,
      sql: "SELECT true_class, pred_class, n FROM confusion WHERE run_id = ? AND split = ?",
      arguments: [run, split])
    while let cell = try cells.next() {
      let (truth, guess): (Int, Int) = (cell[0], cell[1])
      guard truth < rows, guess < columns else {
        throw StoreDamage(
          .run(run), table: "confusion",
          "class \(truth) taken for class \(guess): there are \(rows) classes, of which the model "
            + "can name \(columns)")
      }
      matrix[truth, guess] = cell[2]
    }
    return matrix
  }

  private func reading<Value>(
    _ run: RunID, _ parts: [DigestedPart], sql: String, _ make: (Row) throws -> Value
  ) throws -> [Value] {
    try file.read { database in
      try requireSound(run, showing: parts, in: database)
      return try Row.fetchAll(database, sql: sql, arguments: [run]).map(make)
    }
  }

  static func requireRun(_ run: RunID, in database: Database) throws {
    let known = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE id = ?)", arguments: [run])
    guard known == true else { throw RunStoreError.unknownRun(run) }
  }

  static func dataset(_ id: Int64, in database: Database) throws -> DatasetRecord {
    let classes = try Row.fetchAll(
      database, sql: "SELECT * FROM class WHERE dataset_id = ? ORDER BY class_index",
      arguments: [id])
    let reasons = try Row.fetchAll(
      database, sql: "SELECT reason, n FROM quarantine WHERE dataset_id = ?", arguments: [id])
    let row = try Row.fetchOne(
      database, sql: "SELECT name, digest FROM dataset WHERE id = ?", arguments: [id])!
    var quarantined: [String: Int] = [:]
    for reason in reasons { quarantined[reason["reason"]] = reason["n"] }
    var record = DatasetRecord(
      name: row["name"], digest: row["digest"], classes: classes.map(classRecord),
      quarantined: quarantined, remarks: try remarks(of: id, in: database))
    record.testImages = try testImages(ofDataset: id, in: database)
    return record
  }

  private static func environment(
    _ id: Int64?, in database: Database
  ) throws -> EnvironmentRecord? {
    try Row.fetchOne(database, sql: "SELECT * FROM environment WHERE id = ?", arguments: [id])
      .map { row in
        EnvironmentRecord(
          host: row["host"] ?? "", operatingSystem: row["os"] ?? "", processor: row["cpu"] ?? "",
          cores: row["cores"] ?? 0, memoryMB: row["memory_mb"] ?? 0, swift: row["swift"] ?? "",
          toolVersion: row["tool_version"] ?? "", blas: row["blas"] ?? "",
          threads: row["blas_threads"] ?? 0,
          gitCommit: row["git_commit"], gitDirty: row["git_dirty"])
      }
  }
}
