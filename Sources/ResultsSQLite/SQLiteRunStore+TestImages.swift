import GRDB
import Metrics
import Results

extension SQLiteRunStore {
  /// Writes a data set's test images where it has none yet, as in files of older layouts; says
  /// whether it did.
  @discardableResult
  static func writeTestImages(
    _ images: [TestImage]?, ofDataset id: Int64, in database: Database
  ) throws -> Bool {
    guard let images, !images.isEmpty else { return false }
    let known = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM test_image WHERE dataset_id = ?)",
      arguments: [id])
    if known == true { return false }
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO test_image (dataset_id, image_index, example_id, true_class, leak)
        VALUES (?, ?, ?, ?, ?)
        """)
    for (index, image) in images.enumerated() {
      try statement.execute(arguments: [id, index, image.id, image.trueClass, image.isLeaked])
    }
    return true
  }

  /// The test images of a data set in their order; `nil` where they are not known.
  static func testImages(ofDataset id: Int64, in database: Database) throws -> [TestImage]? {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM test_image WHERE dataset_id = ? ORDER BY image_index",
      arguments: [id])
    return rows.isEmpty
      ? nil
      : rows.map {
        TestImage(id: $0["example_id"], trueClass: $0["true_class"], isLeaked: $0["leak"])
      }
  }

  /// Writes what a run takes the test images for, beginning with one of them. Without as many images
  /// in its data set, as in a run that was begun by an older version, there is nothing that a guess
  /// could belong to.
  static func write(
    _ guesses: [Guess], from first: Int, of run: RunID, in database: Database
  ) throws {
    let images = try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM test_image
        WHERE dataset_id = (SELECT dataset_id FROM run WHERE id = ?)
        """,
      arguments: [run])
    guard let images, first + guesses.count <= images else { return }
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO guess (run_id, image_index, class_index, confidence)
        VALUES (?, ?, ?, ?)
        """)
    for (index, guess) in guesses.enumerated() {
      let confidence = finite(guess.confidence.map(Double.init)).map { Int(($0 * 1e4).rounded()) }
      try statement.execute(arguments: [run, first + index, guess.classIndex, confidence])
    }
  }

  /// How many test images of each data set leaked, as far as it is known.
  ///
  /// - Parameter datasets: a query for their numbers.
  static func leaks(
    in datasets: String, _ arguments: StatementArguments, in database: Database
  ) throws -> [Int64: Int] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT dataset_id, sum(leak) AS leaks FROM test_image
        WHERE dataset_id IN (\(datasets)) AND leak IS NOT NULL GROUP BY dataset_id
        """,
      arguments: arguments)
    // Whether this table is sound was not asked: leaks are an addition.
    return Dictionary(
      rows.compactMap { row -> (Int64, Int)? in
        guard let id = Int64.fromDatabaseValue(row[0] as DatabaseValue),
          let leaks = Int.fromDatabaseValue(row[1] as DatabaseValue)
        else { return nil }
        return (id, leaks)
      }
    ) { $1 }
  }

  /// The figures without leaked images of the runs that a query names, where their data have any.
  ///
  /// Only leaked images are looked up: what a run made of all images, its classes say.
  ///
  /// - Parameters:
  ///   - ids: a query for numbers of runs.
  ///   - classes: the runs' test metrics.
  static func withoutLeaks(
    of ids: String, _ arguments: StatementArguments, classes: [RunID: [ClassMetrics]],
    in database: Database
  ) throws -> [RunID: LeakFigures] {
    let runs = try Row.fetchAll(
      database,
      sql: """
        SELECT r.id, r.model_classes FROM run r WHERE r.id IN (\(ids)) AND r.status = 'done'
          AND EXISTS (SELECT 1 FROM test_image i WHERE i.dataset_id = r.dataset_id AND i.leak = 1)
          AND EXISTS (SELECT 1 FROM guess g WHERE g.run_id = r.id)
        """,
      arguments: arguments)
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT r.id, i.true_class, count(*) AS leaked,
          sum(coalesce(g.class_index = i.true_class, 0)) AS right_leaked
        FROM run r JOIN test_image i ON i.dataset_id = r.dataset_id AND i.leak = 1
        JOIN guess g ON g.run_id = r.id AND g.image_index = i.image_index
        WHERE r.id IN (\(ids)) GROUP BY r.id, i.true_class
        """,
      arguments: arguments)
    let leaked = Dictionary(grouping: rows) { $0["id"] as RunID }.mapValues { rows in
      Dictionary(rows.map { ($0["true_class"] as Int, $0) }) { $1 }
    }
    var figures: [RunID: LeakFigures] = [:]
    for run in runs {
      let id: RunID = run["id"]
      guard let modelClasses: Int = run["model_classes"], let classes = classes[id] else {
        continue
      }
      let counts = classes.map { metrics in
        let row = leaked[id]?[metrics.classIndex]
        return LeakFigures.ClassCount(
          trueClass: metrics.classIndex, images: metrics.support, right: metrics.correct,
          leaked: row?["leaked"] ?? 0, leakedRight: row?["right_leaked"] ?? 0)
      }
      figures[id] = LeakFigures(counts, modelClasses: modelClasses)
    }
    return figures
  }

  public func guesses(of run: RunID) throws -> [Guess]? {
    try file.read { database in
      try requireSound(run, showing: [.guess], in: database)
      let rows = try Row.fetchAll(
        database, sql: "SELECT * FROM guess WHERE run_id = ? ORDER BY image_index",
        arguments: [run])
      return rows.isEmpty
        ? nil
        : rows.map { row in
          Guess(
            classIndex: row["class_index"],
            confidence: (row["confidence"] as Int?).map { Float(Double($0) / 1e4) })
        }
    }
  }
}
