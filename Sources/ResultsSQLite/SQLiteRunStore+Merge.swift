import Files
import GRDB
import Results

/// What a shard had to say of a run, and what became of it.
public struct MergedRun: Hashable, Sendable {
  /// What a merge did with a run.
  public enum Fate: Hashable, Sendable {
    /// Its rows are in the store now.
    case taken
    /// The store has the same already.
    case known
    /// It has not ended in the shard; epochs that are done, of those planned.
    case open(status: RunStatus, epochsDone: Int, epochsPlanned: Int)
    /// The store has it as done with other weights; what it has stays.
    case differs
    /// The store does not know it.
    case unplanned
  }

  /// The run's name.
  public let name: String
  /// Where it stands in the shard.
  public let status: RunStatus
  /// What the merge did with it.
  public let fate: Fate
}

// Taking over what runs measured from other stores.
extension SQLiteRunStore {
  /// Takes over the runs of a shard that have ended, all or none. A second time nothing is changed.
  ///
  /// Every run must have been enqueued here. A run that is done here stays as it is; of others the rows
  /// are replaced, and the attempts of both stores are kept in the order in which they began.
  ///
  /// - Parameters:
  ///   - shard: what was read of a shard.
  ///   - stamp: name and SHA-256 of its file, which are noted.
  /// - Returns: each of its runs, those that stand for themselves first.
  /// - Throws: as every call that writes; then nothing of the shard is here.
  public func merge(_ shard: ShardContent, as stamp: ShardStamp) throws -> [MergedRun] {
    try file.write { database in
      try requireOwnership(in: database)
      let merger = ShardMerger(from: shard.path, to: path, database)
      // What another run stands for comes after it.
      let runs = shard.runs.filter { !$0.isEqual } + shard.runs.filter(\.isEqual)
      let merged = try runs.map(merger.merge)
      try merger.note(stamp, runs: merged.count { $0.fate == .taken || $0.fate == .known })
      return merged
    }
  }

  /// Whether a shard was merged as it is now.
  ///
  /// - Throws: ``ResultsFileError``.
  public func hasMerged(_ stamp: ShardStamp) throws -> Bool {
    try file.read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM shard WHERE path = ? AND sha256 = ?)",
        arguments: [stamp.name, stamp.sha256]) ?? false
    }
  }
}

/// All rows of all runs of a shard, after they were compared with their digests.
public struct ShardContent {
  /// Where the shard is.
  public let path: String
  let runs: [ShardRun]

  /// Reads a shard; its worker may be writing to it.
  ///
  /// - Throws: ``ResultsFileError`` where it cannot be read, ``StoreDamage`` where it is damaged.
  public init(readingFrom path: String) throws {
    let store = try SQLiteRunStore(readOnly: path)
    self.path = path
    runs = try store.file.read { database in
      let ids = try Int64.fetchAll(database, sql: "SELECT id FROM run ORDER BY id")
      return try ids.map { id in
        try store.requireSound(
          id, showing: DigestedPart.details + DigestedPart.results, in: database)
        return try ShardRun(id, in: database)
      }
    }
    try store.close()
  }
}

/// What a merge notes of a shard's file.
public struct ShardStamp: Hashable, Sendable {
  /// Its name, which is the same wherever the folder is.
  public let name: String
  /// SHA-256 of its bytes.
  public let sha256: String

  /// A stamp with both parts.
  public init(name: String, sha256: String) { (self.name, self.sha256) = (name, sha256) }
}

/// A run of a shard with all rows that its work left.
struct ShardRun {
  let run: CheckedRow
  let environment: Row?
  /// The stable name of the run that it is the same as.
  let equal: String?
  /// By table.
  let rows: [(table: String, rows: [Row])]

  var isEqual: Bool { equal != nil }

  /// Tables whose rows a run's work writes; what it was described with is in every store.
  static let tables = DigestedPart.all.filter { part in
    part.owner == .run && part.table != "run"
      && ![.setting, .tag, .comment, .recipeRun].contains(part)
  }

  init(_ id: Int64, in database: Database) throws {
    let found = try CheckedRow.fetchOne(
      database, table: "run", sql: "SELECT * FROM run WHERE id = ?", arguments: [id])
    guard let found else { throw RunStoreError.unknownRun(id) }
    run = found
    environment = try Row.fetchOne(
      database, sql: "SELECT * FROM environment WHERE id = ?",
      arguments: [try found[optional: "environment_id"] as Int64?])
    equal = try String.fetchOne(
      database, sql: "SELECT uid FROM run WHERE id = ?",
      arguments: [try found[optional: "equals_run"] as Int64?])
    rows = try Self.tables.map { part in
      (part.table, try Row.fetchAll(database, sql: part.sql, arguments: [id]))
    }
  }
}
