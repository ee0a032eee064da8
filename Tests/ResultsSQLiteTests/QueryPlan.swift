import Foundation
import GRDB

/// How SQLite goes about a statement, by `EXPLAIN QUERY PLAN`.
struct QueryPlan {
  /// Its lines, such as `SEARCH r USING INDEX run_place (sweep_id=?)`.
  let lines: [String]
  /// Tables that are read from the first row to the last.
  let scanned: Set<String>

  /// Tables that grow with every run.
  static let large: Set<String> = [
    "run", "attempt", "setting", "tag", "note", "comment", "class_metric", "confusion",
    "prediction", "class_mass", "phase_mass", "epoch", "kernel", "figure", "guess", "recipe_run",
    "artifact", "test_image",
  ]

  /// The plan of a statement, whose arguments are written into it.
  init(of sql: String, in database: Database) throws {
    lines = try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] }
    let aliases = try Self.aliases(in: sql, database)
    scanned = Set(
      lines.filter { $0.hasPrefix("SCAN ") }.flatMap { line -> Set<String> in
        let words = line.split(separator: " ").map(String.init)
        return aliases[words[1]] ?? [words[1]]
      }
    ).intersection(Self.large)
  }

  /// What each alias stands for, in the statement and in the views that it reads. An alias of several
  /// tables counts as each of them.
  private static func aliases(
    in sql: String, _ database: Database
  ) throws -> [String: Set<String>] {
    let views = try Row.fetchAll(
      database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'view' AND name <> 'help'")
    let texts =
      [sql]
      + views.filter { sql.contains($0["name"] as String) }.map { $0["sql"] as String }
    var found: [String: Set<String>] = [:]
    for text in texts {
      for match in text.matches(of: /(?:FROM|JOIN|UPDATE|INTO)\s+([a-z_]+)(?:\s+([a-z])\b)?/) {
        let table = String(match.1)
        found[match.2.map(String.init) ?? table, default: []].insert(table)
        found[table, default: []].insert(table)
      }
    }
    return found
  }
}
