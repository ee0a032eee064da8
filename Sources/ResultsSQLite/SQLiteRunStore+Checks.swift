import GRDB
import Results
import Synchronization

// Readers compare what they show with its digests.
extension SQLiteRunStore {
  /// Damage that reading has met so far, each piece once: the runs that it concerns were left out.
  public var damages: [StoreDamage] { found.all }

  /// Looks for damage among the runs of a sweep before anything is built on them; see ``damages``.
  ///
  /// - Throws: ``ResultsFileError`` where the file cannot be read.
  public func examine(sweep: String) throws {
    try file.read { database in
      try countRuns(ofSweep: sweep, in: database)
      _ = try sound("s.name = ?", [sweep], showing: DigestedPart.summary, in: database)
    }
  }

  /// Whether figures that are shown can be believed, run by run; a damaged run is remembered and
  /// taken out.
  ///
  /// - Parameters:
  ///   - condition: on `r` (run) and `s` (sweep).
  ///   - parts: what is shown of each run, besides its row.
  /// - Returns: the condition without the damaged runs.
  func sound(
    _ condition: String, _ arguments: StatementArguments, showing parts: [DigestedPart],
    in database: Database
  ) throws -> String {
    let ids = try Int64.fetchAll(
      database,
      sql: "SELECT r.id FROM run r JOIN sweep s ON s.id = r.sweep_id WHERE \(condition)",
      arguments: arguments)
    let checks = checks(in: database)
    var damaged: [Int64] = []
    for id in ids {
      guard let damage = try damage(ofRun: id, showing: parts, checks, in: database) else {
        continue
      }
      found.add(damage, leavingOut: id)
      damaged.append(id)
    }
    if damaged.isEmpty { return condition }
    return "(\(condition)) AND r.id NOT IN (\(damaged.map(String.init).joined(separator: ",")))"
  }

  /// Throws for a run whose rows are not what was written.
  func requireSound(_ run: RunID, showing parts: [DigestedPart], in database: Database) throws {
    try Self.requireRun(run, in: database)
    if let damage = try damage(ofRun: run, showing: parts, checks(in: database), in: database) {
      throw damage
    }
  }

  func checks(in database: Database) -> RowChecks {
    RowChecks(database, comparesDigests: comparesDigests)
  }

  /// What is wrong with a run or with what it stands on; words on it are told but stand in no way.
  func damage(
    ofRun id: Int64, showing parts: [DigestedPart], _ checks: RowChecks, in database: Database
  ) throws -> StoreDamage? {
    let owner = DigestOwner.run(id)
    for part in [.run] + parts where part.owner == .run {
      guard let damage = try checks.damage(of: owner, part) else { continue }
      guard damage.concernsWords, damage.isReadable else { return damage }
      found.add(damage, leavingOut: nil)
    }
    let row = try CheckedRow.fetchOne(
      database, table: "run",
      sql: "SELECT dataset_id, sweep_id, environment_id, equals_run FROM run WHERE id = ?",
      arguments: [id])
    guard let row else { return nil }
    var data: [DigestedPart] = [.dataset, .classes]
    if parts.contains(.guess) || parts.contains(.testImage) { data.append(.testImage) }
    if parts.contains(.remark) { data += [.quarantine, .remark] }
    if let damage = try checks.damage(of: DigestOwner(.dataset, try row["dataset_id"]), data)
      ?? checks.damage(of: DigestOwner(.sweep, try row["sweep_id"]), .sweep)
    {
      return damage
    }
    if parts.contains(.environment), let id: Int64 = try row[optional: "environment_id"],
      let damage = try checks.damage(of: DigestOwner(.environment, id), .environment)
    {
      return damage
    }
    if parts.contains(.recipeRun) {
      let recipes = try Int64.fetchAll(
        database, sql: "SELECT recipe_id FROM recipe_run WHERE run_id = ?", arguments: [id])
      for recipe in recipes {
        if let damage = try checks.damage(of: DigestOwner(.recipe, recipe), .recipe) {
          return damage
        }
      }
    }
    return try (row[optional: "equals_run"] as Int64?).flatMap { other in
      try checks.damage(of: .run(other), .run) ?? Self.loop(id, other, in: database)
    }
  }

  /// What is wrong with the run that another one is the same as: it must have been made itself.
  static func loop(
    _ run: Int64, _ other: Int64, in database: Database
  ) throws -> StoreDamage? {
    let isMade = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE id = ? AND equals_run IS NULL)",
      arguments: [other])
    if isMade == true { return nil }
    return StoreDamage(
      .run(run), table: "run",
      "equals_run is \(other), which was not made itself and can stand for no other run")
  }

  /// Remembers that a sweep has not as many runs as were added to it; a sweep that is not there has
  /// none.
  ///
  /// Its row is looked for in the table itself as well as by the index on names: where a page is lost
  /// the two disagree, and every query that goes by one of them finds nothing.
  func countRuns(ofSweep name: String, in database: Database) throws {
    let indexed = try Int64.fetchAll(
      database, sql: "SELECT id FROM sweep WHERE name = ?", arguments: [name])
    let rows = try Int64.fetchAll(
      database, sql: "SELECT id FROM sweep NOT INDEXED WHERE name = ?", arguments: [name])
    guard let id = rows.first ?? indexed.first else { return }
    guard indexed == rows else {
      found.add(
        StoreDamage(
          DigestOwner(.sweep, id), name: name, table: "sweep",
          "its row and the index on names disagree"),
        leavingOut: nil)
      return
    }
    try countRuns(ofSweep: id, in: database)
  }

  private func countRuns(ofSweep id: Int64, in database: Database) throws {
    guard comparesDigests else { return }
    let known = try DigestBook.known(of: DigestOwner(.sweep, id), in: database)[DigestBook.runsPart]
    let count = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM run WHERE sweep_id = ?", arguments: [id])
    guard let count, count != known?.count ?? 0 else { return }
    let name = try? String.fetchOne(
      database, sql: "SELECT name FROM sweep WHERE id = ?", arguments: [id])
    found.add(
      StoreDamage(
        DigestOwner(.sweep, id), name: name, table: "run",
        "\(count) runs where \(known?.count ?? 0) were added: some are lost, or moved to another sweep"
      ),
      leavingOut: nil)
  }

  /// Tells sweeps whose rows are gone while their digests or their runs are there.
  func missSweeps(in database: Database) throws {
    guard comparesDigests else { return }
    let gone = try Int64.fetchAll(
      database,
      sql: """
        WITH RECURSIVE used(id) AS (
          SELECT min(sweep_id) FROM run
          UNION ALL
          SELECT (SELECT min(sweep_id) FROM run WHERE sweep_id > used.id) FROM used
          WHERE used.id IS NOT NULL)
        SELECT id FROM row_digest
        WHERE owner = 'sweep' AND id NOT IN (SELECT id FROM sweep NOT INDEXED)
        UNION SELECT id FROM used
        WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM sweep NOT INDEXED)
        ORDER BY id
        """)
    for id in gone {
      found.add(
        StoreDamage(DigestOwner(.sweep, id), table: "sweep", "the row is lost"), leavingOut: nil)
    }
  }
}

/// What was met, in its order; many threads may read at once.
final class FoundDamage: Sendable {
  private let damages = Mutex<[StoreDamage]>([])

  var all: [StoreDamage] { damages.withLock { $0 } }

  /// Takes the runs out that were left out already, after another condition.
  var leftOutCondition: String {
    let runs = all.flatMap(\.leftOut).map(String.init)
    return runs.isEmpty ? "" : " AND r.id NOT IN (\(runs.joined(separator: ",")))"
  }

  func add(_ damage: StoreDamage, leavingOut run: Int64?) {
    damages.withLock { all in
      let place = all.firstIndex { $0.isSame(as: damage) }
      if place == nil { all.append(damage) }
      let last = place ?? all.count - 1
      if let run, !all[last].leftOut.contains(run) { all[last].leftOut.append(run) }
    }
  }
}
