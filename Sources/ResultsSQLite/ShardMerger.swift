import GRDB
import Results

/// Writes the runs of one shard into a store, within one transaction.
struct ShardMerger {
  private let source: StorePlace
  private let target: StorePlace
  private let database: Database
  private let book: DigestBook

  /// - Parameters:
  ///   - shard: where the shard is; the paths of weights count from there.
  ///   - store: where the store is.
  init(from shard: String, to store: String, _ database: Database) {
    (source, target) = (StorePlace(ofStore: shard), StorePlace(ofStore: store))
    (self.database, book) = (database, DigestBook(database))
  }

  /// Columns of `run` that are the store's own: numbers of its rows, and what people did with them.
  private static let own: Set<String> = [
    "id", "uid", "sweep_id", "dataset_id", "environment_id", "equals_run", "archived_at",
    "weights_path",
  ]

  /// What a merge changes of a run.
  private static let parts =
    [DigestedPart.run, .configuration, .archiving] + ShardRun.tables

  /// Takes a run over, unless it is here already or has not ended.
  func merge(_ shard: ShardRun) throws -> MergedRun {
    let name: String = try shard.run["name"]
    let status = SQLiteRunStore.status(of: shard.run.row)
    func fate(_ fate: MergedRun.Fate) -> MergedRun {
      MergedRun(name: name, status: status, fate: fate)
    }
    let uid: String = try shard.run["uid"]
    let here = try CheckedRow.fetchOne(
      database, table: "run", sql: "SELECT * FROM run WHERE uid = ?", arguments: [uid])
    guard let here else { return fate(.unplanned) }
    guard [.done, .failed, .diverged].contains(status) else {
      return fate(
        .open(
          status: status, epochsDone: try shard.run["epochs_done"],
          epochsPlanned: try shard.run[optional: "epochs_planned"] ?? 0))
    }
    let id: Int64 = try here["id"]
    if SQLiteRunStore.status(of: here.row) == .done {
      // A run that stands for itself in one of them has the same figures in both.
      let (mine, other): (String?, String?) = (
        try here[optional: "weights_sha256"], try shard.run[optional: "weights_sha256"]
      )
      return fate(mine == other || mine == nil || other == nil ? .known : .differs)
    }
    if try isKnown(shard, as: here) { return fate(.known) }
    try book.check(.run(id), Self.parts)
    try replace(id, by: shard)
    try book.renew(.run(id), Self.parts)
    return fate(.taken)
  }

  /// Writes down that a shard was merged, and closes the digests: the last call.
  func note(_ stamp: ShardStamp, runs: Int) throws {
    try database.execute(
      sql: """
        INSERT INTO shard (path, sha256, runs, merged_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, runs = excluded.runs,
          merged_at = excluded.merged_at
        WHERE shard.sha256 <> excluded.sha256
        """,
      arguments: [stamp.name, stamp.sha256, runs, Timestamp.now()])
    try book.renew(.store, [.shard])
    try book.close()
  }

  /// Whether a run that failed was taken over as it is.
  private func isKnown(_ shard: ShardRun, as here: CheckedRow) throws -> Bool {
    let pair: [(String?, String?)] = try ["status", "finished_at", "error"].map {
      (try here[optional: $0], try shard.run[optional: $0])
    }
    return pair.allSatisfy { $0 == $1 }
  }

  private func replace(_ id: Int64, by shard: ShardRun) throws {
    let kept = try Row.fetchAll(
      database, sql: "SELECT * FROM attempt WHERE run_id = ? ORDER BY number", arguments: [id])
    for (table, rows) in shard.rows {
      try database.execute(sql: "DELETE FROM \(table) WHERE run_id = ?", arguments: [id])
      let rows = table == "attempt" ? Self.attempts(kept, rows) : rows.map(Self.values)
      for values in rows { try insert(values, into: table, of: id) }
    }
    var values = Self.values(shard.run.row).filter { !Self.own.contains($0.column) }
    values.append(("environment_id", try environmentID(of: shard).databaseValue))
    values.append(("equals_run", try equalID(of: shard).databaseValue))
    let weights: String? = try shard.run[optional: "weights_path"]
    values.append(
      ("weights_path", weights.map { target.relative(source.absolute($0)) }.databaseValue))
    let list = values.map { "\($0.column) = ?" }.joined(separator: ", ")
    try database.execute(
      sql: "UPDATE run SET \(list) WHERE id = ?",
      arguments: StatementArguments(values.map(\.value)) + [id])
  }

  private typealias Values = [(column: String, value: DatabaseValue)]

  private static func values(_ row: Row) -> Values {
    zip(row.columnNames, row.databaseValues).map { (column: $0, value: $1) }
  }

  /// The attempts of both, those that are in both once, numbered in the order in which they began.
  private static func attempts(_ here: [Row], _ there: [Row]) -> [Values] {
    func key(_ row: Row) -> [DatabaseValue] {
      ["started_at", "host", "pid", "pid_token"].map { row[$0] }
    }
    let known = Set(there.map(key))
    let all = there + here.filter { !known.contains(key($0)) }
    let sorted = all.enumerated().sorted { first, second in
      let (one, other): (String, String) = (
        first.element["started_at"], second.element["started_at"]
      )
      return (one, first.offset) < (other, second.offset)
    }
    return sorted.enumerated().map { number, pair in
      values(pair.element).map {
        $0.column == "number" ? ($0.column, (number + 1).databaseValue) : $0
      }
    }
  }

  private func insert(_ values: Values, into table: String, of run: Int64) throws {
    let columns = values.map(\.column).joined(separator: ", ")
    let marks = values.map { _ in "?" }.joined(separator: ", ")
    let statement = try database.cachedStatement(
      sql: "INSERT INTO \(table) (\(columns)) VALUES (\(marks))")
    try statement.execute(
      arguments: StatementArguments(
        values.map { $0.column == "run_id" ? run.databaseValue : $0.value }))
  }

  private func environmentID(of shard: ShardRun) throws -> Int64? {
    guard let row = shard.environment else { return nil }
    let known = "SELECT id FROM environment WHERE digest = ?"
    let digest: String = row["digest"]
    if let id = try Int64.fetchOne(database, sql: known, arguments: [digest]) { return id }
    let values = Self.values(row).filter { $0.column != "id" }
    try database.execute(
      sql: """
        INSERT INTO environment (\(values.map(\.column).joined(separator: ", ")))
        VALUES (\(values.map { _ in "?" }.joined(separator: ", ")))
        """,
      arguments: StatementArguments(values.map(\.value)))
    let id = database.lastInsertedRowID
    try book.renew(DigestOwner(.environment, id))
    return id
  }

  private func equalID(of shard: ShardRun) throws -> Int64? {
    guard let uid = shard.equal else { return nil }
    return try Int64.fetchOne(
      database, sql: "SELECT id FROM run WHERE uid = ?", arguments: [uid])
  }
}
