import Files
import Foundation
import GRDB
import Results

/// All that can be found out of a results file without knowing what it held before.
public struct StoreVerification: Sendable {
  /// Runs of the file whose weights can be compared.
  public struct Weights: Sendable {
    /// The run.
    public let run: RunID
    /// Its name in the sweep.
    public let name: String
    /// Its fingerprint.
    public let configHash: String
    /// Of the tested weights, as the file knows it.
    public let digest: String
    /// Where the file says they are, if it does.
    public let path: String?
  }

  /// What is not as it was written.
  public internal(set) var damages: [StoreDamage] = []
  /// What SQLite itself finds wrong, a line each.
  public internal(set) var fileProblems: [String] = []
  /// What should be known, but is no damage.
  public internal(set) var remarks: [String] = []
  /// Numbers of all runs, as far as they can be read.
  public internal(set) var runs: [RunID] = []
  /// Runs of which everything is as it was written, with what it stands on.
  public internal(set) var soundRuns: [RunID] = []
  /// Finished runs that are sound, with their weights.
  public internal(set) var weights: [Weights] = []

  /// Whether nothing is damaged.
  public var isSound: Bool { damages.isEmpty && fileProblems.isEmpty }
}

extension SQLiteRunStore {
  /// Compares everything in the file with what was written.
  ///
  /// - Parameter run: only this run and what it stands on, which is much less to read.
  /// - Throws: ``ResultsFileError`` where the file cannot be read at all, `RunStoreError.unknownRun`.
  public func verify(run: RunID? = nil) throws -> StoreVerification {
    try file.read { database in
      var result = StoreVerification()
      if run == nil { try examineFile(&result, in: database) }
      var examination = Examination(database, checks(in: database), result)
      try examination.examine(run, digestsTell: comparesDigests)
      return examination.result
    }
  }

  private func examineFile(_ result: inout StoreVerification, in database: Database) throws {
    result.fileProblems = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)")
      .filter { $0 != "ok" }
    let layout = file.lacksDigests ? Schema.current.asRead : Schema.current
    for difference in try layout.shape().differences(in: database) {
      // The views of an older layout are remade when the file is brought up to date.
      if file.lacksDigests, !difference.isDamage { continue }
      if difference.isDamage {
        result.damages.append(StoreDamage(.store, table: difference.name, difference.detail))
      } else {
        result.remarks.append("\(difference.name): \(difference.detail)")
      }
    }
    guard comparesDigests else {
      return result.remarks.append(
        "its layout is older and has no digests: values that were changed are not noticed; the next "
          + "command that writes, such as poise sweep or poise tag, brings it up to date")
    }
    let found = try Int.fetchOne(
      database,
      sql: "SELECT count(DISTINCT id) FROM row_digest WHERE owner = 'run' AND origin = 'found'")
    if let found, found > 0 {
      result.remarks.append(
        "the digests of \(found) run\(found == 1 ? "" : "s") were computed when a later version took "
          + "the file over; they say nothing of what had happened before")
    }
  }
}

/// One look at all rows.
private struct Examination {
  var result: StoreVerification
  private let database: Database
  private let checks: RowChecks
  private var damaged: Set<DigestOwner> = []

  init(_ database: Database, _ checks: RowChecks, _ result: StoreVerification) {
    (self.database, self.checks, self.result) = (database, checks, result)
  }

  mutating func examine(_ run: RunID?, digestsTell: Bool) throws {
    let kinds = DigestOwner.Kind.allCases
    if let run {
      try SQLiteRunStore.requireRun(run, in: database)
      try examine([.run(run)])
      try examine(try foundation(of: run))
    } else {
      for kind in kinds { try examine(try owners(of: kind, digestsTell)) }
      if digestsTell {
        try compareSum()
        try countRuns()
      }
      try findOrphans()
    }
    try judge(run)
  }

  /// Owners that are there, and those of which only digests are left.
  private func owners(
    of kind: DigestOwner.Kind, _ digestsTell: Bool
  ) throws -> [DigestOwner] {
    let there = try kind.owners(in: database)
    guard digestsTell else { return there }
    let known = try Int64.fetchAll(
      database, sql: "SELECT DISTINCT id FROM row_digest WHERE owner = ?",
      arguments: [kind.rawValue])
    let gone = Set(known).subtracting(there.map(\.id)).sorted().map { DigestOwner(kind, $0) }
    return there + gone
  }

  private mutating func examine(_ owners: [DigestOwner]) throws {
    for owner in owners {
      for part in owner.kind.parts {
        if let damage = try checks.damage(of: owner, part) {
          add(damage)
        } else if let damage = try textDamage(of: owner, part) {
          add(damage)
        }
      }
    }
  }

  private mutating func add(_ damage: StoreDamage) {
    if !damage.concernsWords { damaged.insert(damage.owner) }
    if !result.damages.contains(where: { $0.isSame(as: damage) }) { result.damages.append(damage) }
  }

  /// Texts that must say something to programs.
  private func textDamage(of owner: DigestOwner, _ part: DigestedPart) throws -> StoreDamage? {
    let columns: [String] =
      switch part {
      case .configuration: ["config", "swept_keys"]
      case .recipe: ["settings"]
      default: []
      }
    for column in columns {
      let text = try String.fetchOne(
        database, sql: "SELECT \(column) FROM \(part.table) WHERE id = ?", arguments: [owner.id])
      if let text, (try? JSONValue(parsing: text)) == nil {
        return StoreDamage(owner, table: part.name, "\(column) is no JSON text")
      }
    }
    guard part == .sweep else { return nil }
    let row = try CheckedRow.fetchOne(
      database, table: "sweep", sql: "SELECT source, source_sha FROM sweep WHERE id = ?",
      arguments: [owner.id])
    guard let row, try SHA256Digest.hex(of: row["source"] as String) != row["source_sha"] else {
      return nil
    }
    return StoreDamage(owner, table: "sweep", "source is not the text that source_sha is of")
  }

  /// The exclusive or of all digests: rows that vanished with their digests.
  private mutating func compareSum() throws {
    var (sum, number) = (DigestSum(), 0)
    var written: (count: Int, text: String)?
    let rows = try Row.fetchCursor(
      database, sql: "SELECT owner, id, part, n, sha256, origin FROM row_digest")
    while let next = try rows.next() {
      let row = CheckedRow(row: next, table: "row_digest")
      let (kind, id, part): (String, Int64, String) = (
        try row["owner"], try row["id"], try row["part"]
      )
      let (count, sha256): (Int, String) = (try row["n"], try row["sha256"])
      if kind == "store", part == DigestBook.sumPart {
        written = (count, sha256)
      } else if let kind = DigestOwner.Kind(rawValue: kind) {
        sum.add(DigestSum(of: DigestOwner(kind, id), part, count, sha256, try row["origin"]))
        number += 1
      }
    }
    guard let written, written.text == sum.text, written.count == number else {
      return add(
        StoreDamage(
          .store, table: "row_digest",
          "\(number) digests where \(written?.count ?? 0) were written, or others: rows may have "
            + "vanished together with theirs"))
    }
  }

  private mutating func countRuns() throws {
    for sweep in try DigestOwner.Kind.sweep.owners(in: database) {
      let known = try DigestBook.known(of: sweep, in: database)[DigestBook.runsPart]?.count ?? 0
      let count = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM run WHERE sweep_id = ?", arguments: [sweep.id])
      guard let count, count != known else { continue }
      add(
        StoreDamage(
          sweep, table: "run",
          "\(count) runs where \(known) were added: some are lost, or moved to another sweep"))
    }
  }

  /// Rows that refer to rows that are not there.
  private mutating func findOrphans() throws {
    let rows = try CheckedRow.fetchAll(
      database, table: "foreign keys", sql: "PRAGMA foreign_key_check")
    var counts: [String: (count: Int, parent: String)] = [:]
    for row in rows {
      let (table, parent): (String, String) = (try row["table"], try row["parent"])
      counts[table, default: (0, parent)].count += 1
    }
    for (table, orphans) in counts.sorted(by: { $0.key < $1.key }) {
      add(
        StoreDamage(
          .store, table: table,
          "\(orphans.count) row\(orphans.count == 1 ? "" : "s") of a \(orphans.parent) that is not there"
        ))
    }
  }

  /// What a run stands on.
  private func foundation(of run: RunID) throws -> [DigestOwner] {
    guard try checks.damage(of: .run(run), [.run, .recipeRun]) == nil else { return [] }
    let row = try CheckedRow.fetchOne(
      database, table: "run",
      sql: "SELECT sweep_id, dataset_id, environment_id, equals_run FROM run WHERE id = ?",
      arguments: [run])
    guard let row else { return [] }
    var owners = [
      DigestOwner(.sweep, try row["sweep_id"]), DigestOwner(.dataset, try row["dataset_id"]),
    ]
    if let id: Int64 = try row[optional: "environment_id"] {
      owners.append(DigestOwner(.environment, id))
    }
    if let id: Int64 = try row[optional: "equals_run"] { owners.append(.run(id)) }
    let recipes = try Int64.fetchAll(
      database, sql: "SELECT recipe_id FROM recipe_run WHERE run_id = ?", arguments: [run])
    return owners + recipes.map { DigestOwner(.recipe, $0) }
  }

  /// Which runs can be believed, and which of them have weights.
  private mutating func judge(_ run: RunID?) throws {
    result.runs =
      try run.map { [$0] } ?? Int64.fetchAll(database, sql: "SELECT id FROM run ORDER BY id")
    for id in result.runs {
      let owners = [DigestOwner.run(id)] + (try foundation(of: id))
      guard damaged.isDisjoint(with: owners) else { continue }
      if let damage = try loop(of: id) {
        add(damage)
        continue
      }
      result.soundRuns.append(id)
      let row = try CheckedRow.fetchOne(
        database, table: "run",
        sql: """
          SELECT name, config_hash, weights_sha256, weights_path FROM run
          WHERE id = ? AND status = 'done' AND equals_run IS NULL
          """,
        arguments: [id])
      guard let row, let digest: String = try row[optional: "weights_sha256"] else { continue }
      result.weights.append(
        StoreVerification.Weights(
          run: id, name: try row["name"], configHash: try row["config_hash"], digest: digest,
          path: try row[optional: "weights_path"]))
    }
  }

  private func loop(of run: RunID) throws -> StoreDamage? {
    let other = try Int64.fetchOne(
      database, sql: "SELECT equals_run FROM run WHERE id = ?", arguments: [run])
    return try other.flatMap { try SQLiteRunStore.loop(run, $0, in: database) }
  }
}
