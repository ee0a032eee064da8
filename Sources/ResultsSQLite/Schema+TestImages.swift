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
      sql: """
        SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, x.example_id,
          t.name AS true_class, t.n_train, p.name AS predicted, round(x.p_1,4) AS confidence,
          coalesce(x.class_1 = x.true_class, 0) AS is_right,
          CASE WHEN x.has_five OR x.class_1 = x.true_class THEN
            coalesce(x.true_class IN (x.class_1, coalesce(x.class_2,-1), coalesce(x.class_3,-1),
              coalesce(x.class_4,-1), coalesce(x.class_5,-1)), 0) END AS in_top5,
          x.leak, \(recipe(of: "r.id")) AS recipe
        FROM (
          SELECT run_id, example_id, true_class, class_1, class_2, class_3, class_4, class_5, p_1,
            1 AS has_five, NULL AS leak
          FROM prediction o WHERE NOT EXISTS (SELECT 1 FROM guess WHERE run_id = o.run_id)
          UNION ALL
          SELECT g.run_id, i.example_id, i.true_class, g.class_index, f.class_2, f.class_3,
            f.class_4, f.class_5, coalesce(f.p_1, g.confidence/10000.0), f.run_id IS NOT NULL,
            i.leak
          FROM guess g JOIN run q ON q.id = g.run_id
          JOIN test_image i ON i.dataset_id = q.dataset_id AND i.image_index = g.image_index
          LEFT JOIN prediction f ON f.run_id = g.run_id AND f.example_id = i.example_id
        ) x JOIN run r ON r.id = x.run_id JOIN sweep s ON s.id = r.sweep_id
        JOIN class t ON t.dataset_id = r.dataset_id AND t.class_index = x.true_class
        LEFT JOIN class p ON p.dataset_id = r.dataset_id AND p.class_index = x.class_1
        """),
    View(
      "v_leaks", shows: "one line a run: test figures with and without leaked images",
      example: "SELECT strategy, seed, leaked, macro_recall, clean_macro_recall FROM v_leaks;",
      sql: """
        SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
          r.test_images AS images, sum(c.leaked) AS leaked, round(r.accuracy,4) AS accuracy,
          round(1.0*sum(c.right_all - c.right_leaked)/nullif(sum(c.images - c.leaked),0),4)
            AS clean_accuracy,
          round(r.balanced_accuracy,4) AS macro_recall,
          round(avg(1.0*(c.right_all - c.right_leaked)/nullif(c.images - c.leaked,0)),4)
            AS clean_macro_recall, \(recipe(of: "r.id")) AS recipe
        FROM (\(leakCounts)) c JOIN run r ON r.id = c.run_id AND c.true_class < r.model_classes
        JOIN sweep s ON s.id = r.sweep_id JOIN dataset d ON d.id = r.dataset_id
        WHERE r.status = 'done' GROUP BY r.id
        """),
  ]

  /// Test images of each run and class, with how many of them leaked; runs without guesses and data
  /// sets whose leaks are not known have none.
  static let leakCounts = """
    SELECT g.run_id, i.true_class, count(*) AS images,
      sum(coalesce(g.class_index = i.true_class, 0)) AS right_all, sum(i.leak) AS leaked,
      sum(i.leak AND coalesce(g.class_index = i.true_class, 0)) AS right_leaked
    FROM guess g JOIN run q ON q.id = g.run_id
    JOIN test_image i ON i.dataset_id = q.dataset_id AND i.image_index = g.image_index
    WHERE i.leak IS NOT NULL GROUP BY g.run_id, i.true_class
    """
}
