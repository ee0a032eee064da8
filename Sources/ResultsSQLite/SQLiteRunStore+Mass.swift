import GRDB
import Results

// How a strategy treated each class: promised, and counted.
extension SQLiteRunStore {
  /// Writes the promise, and what was counted, whole and by phase.
  static func writeMass(_ mass: ClassMass, of run: RunID, in database: Database) throws {
    let parts = [
      ("sampled", mass.sampled), ("weight", mass.weights), ("effective", mass.effective),
      ("drawn", mass.drawn ?? []), ("realised", mass.realised ?? []),
    ]
    for index in 0..<(parts.map(\.1.count).max() ?? 0) {
      let key = [("run_id", run.databaseValue), ("class_index", index.databaseValue)]
      try insert(into: "class_mass", key + values(of: parts, at: index), in: database)
    }
    for phase in mass.phases ?? [] { try write(phase, of: run, in: database) }
  }

  private static func write(_ phase: PhaseMass, of run: RunID, in database: Database) throws {
    let parts = [
      ("sampled", phase.sampled), ("weight", phase.weights), ("effective", phase.effective),
      ("realised", phase.realised),
    ]
    for (index, draws) in phase.draws.enumerated() {
      let key = [
        ("run_id", run.databaseValue), ("phase", phase.phase.databaseValue),
        ("class_index", index.databaseValue), ("steps", phase.steps.databaseValue),
        ("draws", draws.databaseValue),
      ]
      try insert(into: "phase_mass", key + values(of: parts, at: index), in: database)
    }
  }

  private static func values(
    of parts: [(String, [Double])], at index: Int
  ) -> [(String, DatabaseValue)] {
    parts.map { name, values in
      (name, finite(values.indices.contains(index) ? values[index] : nil).databaseValue)
    }
  }

  /// What a run's strategy promised and gave; `nil` until the run is done.
  static func classMass(of run: RunID, in database: Database) throws -> ClassMass? {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM class_mass WHERE run_id = ? ORDER BY class_index",
      arguments: [run])
    guard !rows.isEmpty else { return nil }
    var mass = ClassMass(
      sampled: rows.compactMap { $0["sampled"] }, weights: rows.compactMap { $0["weight"] },
      effective: rows.compactMap { $0["effective"] })
    let (drawn, realised): ([Double], [Double]) =
      (rows.compactMap { $0["drawn"] }, rows.compactMap { $0["realised"] })
    mass.drawn = drawn.isEmpty ? nil : drawn
    mass.realised = realised.isEmpty ? nil : realised
    mass.phases = try phases(of: run, in: database)
    return mass
  }

  private static func phases(of run: RunID, in database: Database) throws -> [PhaseMass]? {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM phase_mass WHERE run_id = ? ORDER BY phase, class_index",
      arguments: [run])
    let byPhase = Dictionary(grouping: rows) { $0["phase"] as Int }
    let phases = byPhase.sorted { $0.key < $1.key }.map { number, rows in
      PhaseMass(
        phase: number, steps: rows[0]["steps"],
        promise: ClassMass(
          sampled: rows.compactMap { $0["sampled"] }, weights: rows.compactMap { $0["weight"] },
          effective: rows.compactMap { $0["effective"] }),
        draws: rows.map { $0["draws"] }, realised: rows.compactMap { $0["realised"] })
    }
    return phases.isEmpty ? nil : phases
  }
}
