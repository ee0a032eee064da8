import GRDB
import Metrics
import Results

/// What was read of many runs. A run whose rows are damaged is left out and named.
public struct EvidenceRows<Value: Sendable>: Sendable {
  /// What each sound run has; runs that have nothing are not there.
  public var values: [RunID: Value] = [:]
  /// Runs that were left out, in the order in which they were asked for.
  public var damaged: [RunID] = []
}

// What reports draw besides the figures of runs: each call is for the runs that a report compares.
extension SQLiteRunStore {
  /// Learning curves of runs; an empty one for a run that trained nothing.
  ///
  /// - Throws: ``ResultsFileError`` where the file cannot be read.
  public func curves(of runs: [RunID]) throws -> EvidenceRows<[EpochRecord]> {
    try evidence(of: runs, showing: [.epoch]) { run, database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM epoch WHERE run_id = ? ORDER BY epoch", arguments: [run]
      ).map(Self.epoch)
    }
  }

  /// How the classes of runs fared under sampler and weights.
  ///
  /// - Throws: ``ResultsFileError`` where the file cannot be read.
  public func classMasses(of runs: [RunID]) throws -> EvidenceRows<ClassMass> {
    try evidence(of: runs, showing: [.classMass, .phaseMass]) { run, database in
      try Self.classMass(of: run, in: database)
    }
  }

  /// Macro recall of runs on the validation split; runs without one are not there.
  ///
  /// - Throws: ``ResultsFileError`` where the file cannot be read.
  public func validationRecalls(of runs: [RunID]) throws -> EvidenceRows<Double> {
    try evidence(of: runs, showing: [.classMetric]) { run, database in
      try Double.fetchOne(
        database,
        sql: "SELECT avg(recall) FROM class_metric WHERE run_id = ? AND split = 'val'",
        arguments: [run])
    }
  }

  /// Every try at runs, in order.
  ///
  /// - Throws: ``ResultsFileError`` where the file cannot be read.
  public func attempts(of runs: [RunID]) throws -> EvidenceRows<[AttemptRecord]> {
    try evidence(of: runs, showing: [.attempt]) { run, database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM attempt WHERE run_id = ? ORDER BY number", arguments: [run]
      ).map(Self.attempt)
    }
  }

  /// Hands over the confusion matrices of runs on a split, one after the other, so that no more than
  /// one is in memory.
  ///
  /// - Parameter body: `false` where the matrix is of no use, which is told as damage.
  /// - Returns: runs that were left out.
  /// - Throws: ``ResultsFileError`` where the file cannot be read.
  public func confusions(
    of runs: [RunID], split: String = "test", _ body: (RunID, ConfusionMatrix) throws -> Bool
  ) throws -> [RunID] {
    let rows: EvidenceRows<Bool> = try evidence(
      of: runs, showing: [.classMetric, .confusion]
    ) { run, database in
      guard let matrix = try Self.confusionMatrix(of: run, split: split, in: database) else {
        return nil
      }
      guard try body(run, matrix) else {
        throw StoreDamage(
          .run(run), table: "confusion", "its classes are not those of the run's data set")
      }
      return true
    }
    return rows.damaged
  }

  /// How far the confidence of guesses can be believed, by the group of the images' class; nothing of
  /// runs whose guesses were not kept.
  ///
  /// Guesses are counted in the file's own terms, 1/10000 of a probability: a confidence within half of
  /// that of a bin's bound may count to the next bin.
  ///
  /// - Throws: ``ResultsFileError`` where the file cannot be read.
  public func reliability(of runs: [RunID]) throws -> EvidenceRows<[ShotGroup: ReliabilityBins]> {
    try evidence(of: runs, showing: [.guess]) { run, database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT c.shot, min(max((g.confidence * \(ReliabilityBins.count) + 9999) / 10000, 1),
              \(ReliabilityBins.count)) - 1 AS bin,
            count(*) AS images, sum(g.class_index = i.true_class) AS right_ones,
            sum(g.confidence) AS confidence
          FROM run r JOIN guess g ON g.run_id = r.id
          JOIN test_image i ON i.dataset_id = r.dataset_id AND i.image_index = g.image_index
          JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = i.true_class
          WHERE r.id = ? AND g.class_index IS NOT NULL AND g.confidence IS NOT NULL
          GROUP BY c.shot, bin
          """,
        arguments: [run])
      var groups: [ShotGroup: ReliabilityBins] = [:]
      for row in rows {
        guard let group = ShotGroup(rawValue: row["shot"]) else { continue }
        groups[group, default: ReliabilityBins()].add(
          images: row["images"], right: row["right_ones"],
          confidence: Double(row["confidence"] as Int) / 1e4, toBin: row["bin"])
      }
      return groups.isEmpty ? nil : groups
    }
  }

  /// Reads something of each run in one transaction; a run whose rows are not what was written is
  /// remembered among ``damages`` and left out here.
  private func evidence<Value>(
    of runs: [RunID], showing parts: [DigestedPart],
    _ read: (RunID, Database) throws -> Value?
  ) throws -> EvidenceRows<Value> {
    try file.read { database in
      var rows = EvidenceRows<Value>()
      let checks = checks(in: database)
      for run in runs {
        do {
          if let damage = try damage(ofRun: run, showing: parts, checks, in: database) {
            throw damage
          }
          rows.values[run] = try read(run, database)
        } catch let damage as StoreDamage {
          // Its other figures may stand in a report, so it is not called left out.
          found.add(damage, leavingOut: nil)
          rows.damaged.append(run)
        }
      }
      return rows
    }
  }
}
