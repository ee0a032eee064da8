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
  static func leaks(in database: Database) throws -> [Int64: Int] {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT dataset_id, sum(leak) AS leaks FROM test_image WHERE leak IS NOT NULL GROUP BY 1"
    )
    // Data sets of others than the runs that are shown may be damaged.
    return Dictionary(
      rows.compactMap { row -> (Int64, Int)? in
        guard let id = Int64.fromDatabaseValue(row[0] as DatabaseValue),
          let leaks = Int.fromDatabaseValue(row[1] as DatabaseValue)
        else { return nil }
        return (id, leaks)
      }
    ) { $1 }
  }

  /// The figures without leaked images of the runs that a query names, where their data has any.
  ///
  /// - Parameter ids: a query for numbers of runs.
  static func withoutLeaks(
    of ids: String, _ arguments: StatementArguments, in database: Database
  ) throws -> [RunID: LeakFigures] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT c.*, r.model_classes FROM (\(Schema.leakCounts)) c JOIN run r ON r.id = c.run_id
        WHERE r.status = 'done' AND c.run_id IN (\(ids))
          AND r.dataset_id IN (SELECT dataset_id FROM test_image WHERE leak) ORDER BY c.run_id, c.true_class
        """,
      arguments: arguments)
    return Dictionary(grouping: rows) { $0["run_id"] as RunID }.compactMapValues { rows in
      guard let modelClasses: Int = rows[0]["model_classes"] else { return nil }
      let counts = rows.map { row in
        LeakFigures.ClassCount(
          trueClass: row["true_class"], images: row["images"], right: row["right_all"],
          leaked: row["leaked"], leakedRight: row["right_leaked"])
      }
      return LeakFigures(counts, modelClasses: modelClasses)
    }
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
