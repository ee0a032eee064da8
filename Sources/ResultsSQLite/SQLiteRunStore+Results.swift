import GRDB
import Metrics
import Results

extension SQLiteRunStore {
  public func append(_ record: EpochRecord, to run: RunID, isRepeated: Bool) throws {
    try change(run, [.run, .epoch, .attempt]) { database, now in
      // Later epochs belong to an attempt that was given up.
      try database.execute(
        sql: "DELETE FROM epoch WHERE run_id = ? AND epoch >= ?", arguments: [run, record.epoch])
      let columns: [(String, DatabaseValue)] =
        [
          ("run_id", run.databaseValue), ("epoch", record.epoch.databaseValue),
          ("train_loss", finite(record.trainLoss).databaseValue),
          ("lr", finite(record.learningRate).databaseValue),
          ("images_per_s", finite(record.imagesPerSecond).databaseValue),
          ("wall_s", record.seconds.databaseValue),
          ("finished_at", record.finishedAt.databaseValue),
          ("images_seen", record.imagesSeen.databaseValue),
          ("is_best", record.isBest.databaseValue),
        ] + HeadlineColumns.validation(record.validation)
      try Self.insert(into: "epoch", columns, in: database)
      try database.execute(
        sql: """
          UPDATE run SET epochs_done = ?, images_seen = ?, heartbeat_at = ?, best_epoch =
            (SELECT max(epoch) FROM epoch WHERE run_id = run.id AND is_best)
          WHERE id = ?
          """,
        arguments: [record.epoch, record.imagesSeen, now, run])
      try database.execute(
        sql: """
          UPDATE attempt SET from_epoch = iif(?, ?, min(from_epoch, ?))
          WHERE run_id = ? AND number = (SELECT max(number) FROM attempt WHERE run_id = ?)
          """,
        arguments: [isRepeated, record.epoch, record.epoch - 1, run, run])
    }
  }

  /// Everything a finished run leaves behind, in the caller's transaction.
  func write(_ result: RunResult, of run: RunID, in database: Database) throws {
    let weightsPath = result.weightsPath.map(StorePlace(ofStore: path).relative)
    let confusion = (result.test ?? result.validation)?.confusion
    let columns: [(String, DatabaseValue)] =
      [
        ("best_epoch", result.bestEpoch.databaseValue),
        ("images_seen", result.imagesSeen.databaseValue), ("steps", result.steps.databaseValue),
        ("wall_s", result.seconds.databaseValue),
        ("images_per_s", finite(result.imagesPerSecond).databaseValue),
        ("peak_memory_mb", finite(result.peakMemoryMB).databaseValue),
        ("loss_reduction", result.lossReduction.databaseValue),
        ("weights_sha256", result.weightsDigest.databaseValue),
        ("weights_path", weightsPath.databaseValue),
        ("model_classes", (confusion?.classCount).databaseValue),
      ] + HeadlineColumns.test(result.test?.headline)
    let assignments = columns.map { "\($0.0) = ?" }.joined(separator: ", ")
    try database.execute(
      sql: "UPDATE run SET \(assignments) WHERE id = ?",
      arguments: StatementArguments(columns.map(\.1) + [run.databaseValue]))
    for (split, evaluation) in [("test", result.test), ("val", result.validation)] {
      if let evaluation { try Self.write(evaluation, split: split, of: run, in: database) }
    }
    for prediction in result.predictions { try Self.write(prediction, of: run, in: database) }
    if let guesses = result.guesses {
      try Self.write(guesses, from: result.firstTestImage ?? 0, of: run, in: database)
    }
    try Self.writeMass(result.classMass, of: run, in: database)
    for (name, layers) in result.kernels {
      let columns = [("run_id", run.databaseValue), ("name", name.databaseValue)]
      try Self.insert(into: "kernel", columns + [("layers", layers.databaseValue)], in: database)
    }
    for (name, value) in result.figures ?? [:] where value.isFinite {
      let columns = [("run_id", run.databaseValue), ("name", name.databaseValue)]
      try Self.insert(into: "figure", columns + [("value", value.databaseValue)], in: database)
    }
    for (index, text) in result.notes.enumerated() {
      let columns = [("run_id", run.databaseValue), ("number", (index + 1).databaseValue)]
      try Self.insert(into: "note", columns + [("text", text.databaseValue)], in: database)
    }
  }

  private static func write(
    _ evaluation: Evaluation, split: String, of run: RunID, in database: Database
  ) throws {
    let key = [("run_id", run.databaseValue), ("split", split.databaseValue)]
    for metrics in evaluation.classes {
      let counts = [
        ("class_index", metrics.classIndex), ("support", metrics.support),
        ("predicted", metrics.predicted), ("correct", metrics.correct),
        ("correct_top5", metrics.correctTop5),
      ].map { ($0.0, $0.1.databaseValue) }
      let scores = [
        ("top1", metrics.top1), ("top5", metrics.top5), ("precision", metrics.precision),
        ("recall", metrics.recall), ("f1", metrics.f1), ("specificity", metrics.specificity),
      ].map { ($0.0, finite($0.1).databaseValue) }
      try insert(into: "class_metric", key + counts + scores, in: database)
    }
    for entry in evaluation.confusion.entries {
      let cell = [
        ("true_class", entry.trueClass), ("pred_class", entry.predicted), ("n", entry.count),
      ]
      try insert(into: "confusion", key + cell.map { ($0.0, $0.1.databaseValue) }, in: database)
    }
  }

  private static func write(
    _ prediction: Prediction, of run: RunID, in database: Database
  ) throws {
    var columns: [(String, DatabaseValue)] = [
      ("run_id", run.databaseValue), ("example_id", prediction.exampleID.databaseValue),
      ("true_class", prediction.trueClass.databaseValue),
    ]
    for rank in 0..<5 {
      let isThere = rank < prediction.classes.count
      let probability = isThere ? finite(Double(prediction.probabilities[rank])) : nil
      columns += [
        (
          "class_\(rank + 1)", (isThere ? prediction.classes[rank] : nil).databaseValue
        ),
        ("p_\(rank + 1)", probability.databaseValue),
      ]
    }
    try insert(into: "prediction", columns, in: database)
  }

  /// Inserts one row; names come from this room's code only, values are always bound.
  static func insert(
    into table: String, _ columns: [(String, DatabaseValue)], in database: Database
  ) throws {
    let names = columns.map(\.0).joined(separator: ", ")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let statement = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO \(table) (\(names)) VALUES (\(marks))")
    try statement.execute(arguments: StatementArguments(columns.map(\.1)))
  }
}
