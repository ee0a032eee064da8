import GRDB
import Metrics
import Results

extension SQLiteRunStore {
  public func enqueue(_ run: RunDescription) throws -> RunID {
    let now = now()
    return try file.write { database in try Self.enqueue(run, at: now, in: database) }
  }

  public func enqueue(_ runs: [RunDescription]) throws -> [RunID] {
    let now = now()
    return try file.write { database in
      try runs.map { try Self.enqueue($0, at: now, in: database) }
    }
  }

  private static func enqueue(
    _ run: RunDescription, at now: String, in database: Database
  ) throws -> RunID {
    let sweepID = try Int64.fetchOne(
      database, sql: "SELECT id FROM sweep WHERE name = ?", arguments: [run.sweep])
    guard let sweepID else {
      throw RunStoreError.unknownSweep(
        run.sweep, known: try String.fetchAll(database, sql: "SELECT name FROM sweep ORDER BY id")
      )
    }
    let datasetID = try Self.datasetID(of: run.dataset, in: database)
    try Self.write(run.dataset.remarks, of: datasetID, in: database)
    if let known = try Self.find(sweep: run.sweep, configHash: run.configHash, in: database) {
      try Self.plan(run, id: known.id, sweepID: sweepID, at: now, in: database)
      return known.id
    }
    try database.execute(
      sql: """
        INSERT INTO run (uid, config_hash, group_hash, name, sweep_id, dataset_id, strategy,
          variant, seed, fold, status, config, swept_keys, epochs_planned, images_planned)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?)
        """,
      arguments: [
        Fingerprint.uid(sweep: run.sweep, configHash: run.configHash), run.configHash,
        run.groupHash, run.name, sweepID, datasetID, run.strategy, run.variant,
        Int64(bitPattern: run.seed), run.fold, run.configuration,
        try CanonicalJSON.text(of: run.sweptKeys), run.epochsPlanned, run.imagesPlanned,
      ])
    let id = database.lastInsertedRowID
    try Self.writeSettings(of: run, id: id, in: database)
    try Self.plan(run, id: id, sweepID: sweepID, at: now, in: database)
    for tag in Set(run.tags) { try Self.add(tag: tag, to: id, in: database) }
    if let remark = run.remark { try Self.add(comment: remark, to: id, at: now, in: database) }
    return id
  }

  static func find(
    sweep: String, configHash: String, in database: Database
  ) throws -> (id: RunID, status: RunStatus)? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT r.id, r.status FROM run r JOIN sweep s ON s.id = r.sweep_id
        WHERE s.name = ? AND r.config_hash = ?
        """,
      arguments: [sweep, configHash]
    ).map { ($0["id"], status(of: $0)) }
  }

  /// A row's status. `pruned` is in the layout for later use; it counts as cancelled here.
  static func status(of row: Row) -> RunStatus {
    RunStatus(rawValue: row["status"]) ?? .cancelled
  }

  private static func datasetID(of dataset: DatasetRecord, in database: Database) throws -> Int64 {
    let key: StatementArguments = [dataset.name, dataset.digest]
    let known = "SELECT id FROM dataset WHERE name = ? AND digest = ?"
    if let id = try Int64.fetchOne(database, sql: known, arguments: key) {
      try writeTestImages(dataset.testImages, ofDataset: id, in: database)
      return id
    }
    try database.execute(
      sql: "INSERT INTO dataset (name, digest, imbalance_ratio) VALUES (?, ?, ?)",
      arguments: [dataset.name, dataset.digest, dataset.imbalanceFactor])
    let id = database.lastInsertedRowID
    for record in dataset.classes {
      try database.execute(
        sql: """
          INSERT INTO class (dataset_id, class_index, name, n_train, n_val, n_test, shot)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, record.index, record.name, record.trainCount, record.validationCount,
          record.testCount, record.group.rawValue,
        ])
    }
    for (reason, count) in dataset.quarantined {
      try database.execute(
        sql: "INSERT INTO quarantine (dataset_id, reason, n) VALUES (?, ?, ?)",
        arguments: [id, reason, count])
    }
    try writeTestImages(dataset.testImages, ofDataset: id, in: database)
    return id
  }

  private static func writeSettings(
    of run: RunDescription, id: RunID, in database: Database
  ) throws {
    for leaf in try JSONValue(parsing: run.configuration).leaves {
      let isSwept = run.sweptKeys.contains { leaf.key == $0 || leaf.key.hasPrefix($0 + ".") }
      try database.execute(
        sql: "INSERT INTO setting (run_id, key, value, swept) VALUES (?, ?, ?, ?)",
        arguments: [id, leaf.key, try databaseValue(of: leaf.value), isSwept])
    }
  }

  private static func databaseValue(of value: JSONValue) throws -> DatabaseValue {
    switch value {
    case .null: .null
    case .bool(let bool): bool.databaseValue
    case .integer(let integer): integer.databaseValue
    case .unsigned(let unsigned): String(unsigned).databaseValue
    case .number(let number): number.databaseValue
    case .text(let text): text.databaseValue
    case .array, .object: try CanonicalJSON.text(of: value).databaseValue
    }
  }
}
