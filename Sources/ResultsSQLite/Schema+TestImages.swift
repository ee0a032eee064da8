extension Schema {
  /// A migration: the test images of each data set, and what each run takes them for.
  static let testImageTables = """
    CREATE TABLE test_image (                -- the test split of a data set; none: not known
      dataset_id  INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
      image_index INTEGER NOT NULL,          -- in the split's order, from 0
      example_id  TEXT NOT NULL,             -- id in the catalogue
      true_class  INTEGER NOT NULL,
      leak        INTEGER,                   -- 1: training or validation has the same picture
      PRIMARY KEY (dataset_id, image_index)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE guess (                     -- what a run takes each test image for
      run_id      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
      image_index INTEGER NOT NULL,          -- of test_image, with the run's data set
      class_index INTEGER,                   -- NULL: a logit was no number
      confidence  INTEGER,                   -- its probability in 1/10000
      PRIMARY KEY (run_id, image_index)
    ) STRICT, WITHOUT ROWID;

    """

  /// Single test images, and figures without those that leaked.
  static let imageViews: [View] = [
    View(
      "v_predictions", shows: "one line a test image",
      example: "SELECT * FROM v_predictions WHERE run=1 AND NOT is_right "
        + "ORDER BY confidence DESC LIMIT 10;",
      // The conditions of a query reach both halves because each is a join that begins with the run.
      sql: predictions(
        of: """
          prediction x ON x.run_id = r.id
            AND NOT EXISTS (SELECT 1 FROM guess WHERE run_id = r.id)
          """, image: "x", guess: "x.class_1", five: ("x", "1"), confidence: "x.p_1",
        leak: "NULL") + "\nUNION ALL\n"
        + predictions(
          of: """
            guess g ON g.run_id = r.id
            JOIN test_image i ON i.dataset_id = r.dataset_id AND i.image_index = g.image_index
            LEFT JOIN prediction f ON f.run_id = r.id AND f.example_id = i.example_id
            """, image: "i", guess: "g.class_index", five: ("f", "f.run_id IS NOT NULL"),
          confidence: "coalesce(f.p_1, g.confidence/10000.0)", leak: "i.leak")),
    View(
      "v_leaks", shows: "one line a run: test figures with and without leaked images",
      example: "SELECT strategy, seed, leaked, macro_recall, clean_macro_recall FROM v_leaks "
        + "WHERE sweep='night';",
      sql: """
        SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
          r.test_images AS images,
          (SELECT count(*) FROM \(leakedGuesses)) AS leaked, round(r.accuracy,4) AS accuracy,
          (SELECT round(1.0*sum(correct)/nullif(sum(images),0),4) FROM \(cleanClasses))
            AS clean_accuracy, round(r.balanced_accuracy,4) AS macro_recall,
          (SELECT round(avg(1.0*n.correct/nullif(n.images,0)),4) FROM (SELECT sum(images) AS images,
            sum(correct) AS correct FROM \(cleanClasses) GROUP BY class) n)
            AS clean_macro_recall, \(recipe(of: "r.id")) AS recipe
        FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN dataset d ON d.id = r.dataset_id
        WHERE r.status = 'done' AND EXISTS (SELECT 1 FROM guess WHERE run_id = r.id)
          AND EXISTS (SELECT 1 FROM class_metric WHERE run_id = r.id AND split = 'test'
            AND class_index < r.model_classes AND support > 0)
          AND EXISTS (SELECT 1 FROM test_image
            WHERE dataset_id = r.dataset_id AND leak IS NOT NULL)
        ORDER BY r.id
        """),
  ]

  /// Leaked test images of classes that `run r` can name, with what it takes them for. Only these are
  /// looked up: what a run made of all images, its class metrics say.
  private static let leakedGuesses = """
    test_image i JOIN guess g ON g.run_id = r.id AND g.image_index = i.image_index
      WHERE i.dataset_id = r.dataset_id AND i.leak = 1 AND i.true_class < r.model_classes
    """

  /// Images and right ones of each of these classes, as lines to be summed: all, then minus the
  /// leaked ones.
  private static let cleanClasses = """
    (SELECT m.class_index AS class, m.support AS images, m.correct FROM class_metric m
      WHERE m.run_id = r.id AND m.split = 'test' AND m.class_index < r.model_classes
      UNION ALL
      SELECT i.true_class, -1, -coalesce(g.class_index = i.true_class, 0) FROM \(leakedGuesses))
    """

  /// Test images of `run r` as lines of `v_predictions`.
  ///
  /// - Parameters:
  ///   - tables: with the aliases that the other parameters use.
  ///   - image: the table with `example_id` and `true_class`.
  ///   - five: the table with the second to the fifth guess, and whether it has them.
  private static func predictions(
    of tables: String, image: String, guess: String, five: (table: String, isThere: String),
    confidence: String, leak: String
  ) -> String {
    let others = (2...5).map { "coalesce(\(five.table).class_\($0),-1)" }.joined(separator: ", ")
    return """
      SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, \(image).example_id,
        t.name AS true_class, t.n_train, p.name AS predicted, round(\(confidence),4) AS confidence,
        coalesce(\(guess) = \(image).true_class, 0) AS is_right,
        CASE WHEN \(five.isThere) OR \(guess) = \(image).true_class THEN
          coalesce(\(image).true_class IN (\(guess), \(others)), 0) END AS in_top5,
        \(leak) AS leak, \(recipe(of: "r.id")) AS recipe
      FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN \(tables)
      JOIN class t ON t.dataset_id = r.dataset_id AND t.class_index = \(image).true_class
      LEFT JOIN class p ON p.dataset_id = r.dataset_id AND p.class_index = \(guess)
      """
  }
}
