extension Schema {
  /// What is there and how it goes.
  static let runViews: [View] = [
    View(
      "v_runs", shows: "one line a run",
      example: "SELECT strategy, seed, macro_f1 FROM v_runs WHERE sweep='night' "
        + "ORDER BY macro_f1 DESC;",
      sql: """
        SELECT r.id, s.name AS sweep, d.name AS dataset, d.imbalance_ratio AS ratio, r.strategy,
          r.variant, r.seed, r.status, round(r.accuracy,4) AS accuracy,
          round(r.balanced_accuracy,4) AS bal_acc, round(r.macro_f1,4) AS macro_f1,
          round(r.g_mean,4) AS g_mean, round(r.mcc,4) AS mcc,
          round(r.worst_recall,4) AS worst_recall, round(r.recall_many,4) AS many,
          round(r.recall_medium,4) AS medium, round(r.recall_few,4) AS few,
          r.epochs_done || '/' || coalesce(r.epochs_planned,'?') AS epochs,
          round(r.wall_s/60.0,1) AS minutes, r.started_at,
          (SELECT count(*) FROM attempt a WHERE a.run_id = r.id) AS attempts,
          (SELECT group_concat(tag, ' ') FROM tag t WHERE t.run_id = r.id) AS tags,
          substr(e.git_commit,1,8) || CASE WHEN e.git_dirty THEN '+' ELSE '' END AS git, e.host,
          r.name, r.error,
          round(r.top5,4) AS top5, round(r.macro_top5,4) AS macro_top5,
          round(r.weighted_f1,4) AS weighted_f1, round(r.ece,4) AS ece, r.images_seen,
          r.images_planned, round(r.images_per_s,1) AS images_per_s, r.finished_at, r.uid,
          (SELECT name FROM run q WHERE q.id = r.equals_run) AS equals
        FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN dataset d ON d.id = r.dataset_id
        LEFT JOIN environment e ON e.id = r.environment_id
        """),
    View(
      "v_progress", shows: "how far the sweep is", example: "SELECT * FROM v_progress;",
      sql: """
        SELECT s.name AS sweep, count(*) AS runs, sum(r.status='done') AS done,
          sum(r.status='running') AS running, sum(r.status='queued') AS queued,
          sum(r.status='failed') AS failed, sum(r.status='pruned') AS pruned,
          sum(r.status='lost') AS lost,
          round(100.0*sum(r.status IN ('done','pruned','failed','diverged','cancelled'))/count(*),1)
            AS percent,
          round(avg(CASE WHEN r.status='done' THEN r.wall_s END)/60.0,1) AS mean_minutes,
          sum(r.status='diverged') AS diverged, sum(r.status='cancelled') AS cancelled
        FROM run r JOIN sweep s ON s.id = r.sweep_id GROUP BY s.id
        """),
    View(
      "v_equal", shows: "runs that were not made, and the run that each is the same as",
      example: "SELECT strategy, seed, equals_strategy FROM v_equal;",
      sql: """
        SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
          q.id AS equals_run, q.strategy AS equals_strategy, q.variant AS equals_variant,
          (SELECT text FROM note n WHERE n.run_id = r.id AND n.number = 1) AS note
        FROM run r JOIN run q ON q.id = r.equals_run JOIN sweep s ON s.id = r.sweep_id
        JOIN dataset d ON d.id = r.dataset_id
        """),
    View(
      "v_failures", shows: "what failed and why", example: "SELECT * FROM v_failures;",
      sql: """
        SELECT r.id, s.name AS sweep, r.strategy, r.variant, r.seed, r.status,
          a.number AS attempt, a.outcome, a.exit_code, a.signal,
          coalesce(a.error, r.error) AS error, a.host, a.slurm_job, a.log_path
        FROM run r JOIN sweep s ON s.id = r.sweep_id LEFT JOIN attempt a ON a.run_id = r.id
        WHERE r.status IN ('failed','lost','diverged')
          OR a.outcome IN ('failed','lost','timeout','diverged')
        """),
  ]

  /// Strategies side by side.
  static let comparisonViews: [View] = [
    View(
      "v_compare", shows: "one line a strategy, mean and sd over seeds",
      example: "SELECT * FROM v_compare WHERE sweep='night' ORDER BY macro_f1 DESC;",
      sql: """
        SELECT g.sweep, g.dataset, g.strategy, g.variant, g.seeds, round(g.macro_f1,4) AS macro_f1,
          round(\(root(of: "g.macro_f1_variance")),4) AS macro_f1_sd,
          round(g.bal_acc,4) AS bal_acc,
          round(\(root(of: "g.bal_acc_variance")),4) AS bal_acc_sd,
          g.accuracy, g.g_mean, g.worst_recall, g.many, g.medium, g.few, g.minutes, g.group_hash,
          g.top5, g.macro_top5, g.weighted_f1, g.mcc, g.ece
        FROM (
          SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, count(*) AS seeds,
            avg(r.macro_f1) AS macro_f1, \(variance(of: "r.macro_f1")) AS macro_f1_variance,
            avg(r.balanced_accuracy) AS bal_acc,
            \(variance(of: "r.balanced_accuracy")) AS bal_acc_variance,
            round(avg(r.accuracy),4) AS accuracy, round(avg(r.g_mean),4) AS g_mean,
            round(min(r.worst_recall),4) AS worst_recall, round(avg(r.recall_many),4) AS many,
            round(avg(r.recall_medium),4) AS medium, round(avg(r.recall_few),4) AS few,
            round(avg(r.wall_s)/60.0,1) AS minutes, r.group_hash,
            round(avg(r.top5),4) AS top5, round(avg(r.macro_top5),4) AS macro_top5,
            round(avg(r.weighted_f1),4) AS weighted_f1, round(avg(r.mcc),4) AS mcc,
            round(avg(r.ece),4) AS ece
          FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN dataset d ON d.id = r.dataset_id
          WHERE r.status = 'done' AND r.equals_run IS NULL
          GROUP BY r.sweep_id, r.dataset_id, r.group_hash
        ) g
        """),
    View(
      "v_compare_class", shows: "one line a strategy and class",
      example: "SELECT * FROM v_compare_class WHERE split='test' ORDER BY n_train, recall DESC;",
      sql: """
        SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, m.split, c.name AS class,
          c.n_train, c.shot, count(*) AS seeds, round(avg(m.precision),4) AS precision,
          round(avg(m.recall),4) AS recall, round(min(m.recall),4) AS recall_min,
          round(avg(m.f1),4) AS f1, round(avg(m.top1),4) AS top1, round(avg(m.top5),4) AS top5,
          min(m.support) AS support, m.class_index
        FROM class_metric m JOIN run r ON r.id = m.run_id JOIN sweep s ON s.id = r.sweep_id
        JOIN dataset d ON d.id = r.dataset_id
        JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = m.class_index
        WHERE r.status = 'done'
        GROUP BY r.sweep_id, r.dataset_id, r.group_hash, m.split, m.class_index
        """),
    View(
      "v_pairs", shows: "a strategy minus the baseline, seed by seed",
      example: "SELECT strategy, round(avg(d_macro_f1),4) FROM v_pairs GROUP BY 1;",
      sql: """
        SELECT s.name AS sweep, d.name AS dataset, a.strategy, a.variant, b.strategy AS baseline,
          a.seed, round(a.macro_f1,6) AS macro_f1, round(b.macro_f1,6) AS baseline_macro_f1,
          round(a.macro_f1 - b.macro_f1,6) AS d_macro_f1,
          round(a.balanced_accuracy - b.balanced_accuracy,6) AS d_bal_acc,
          round(a.recall_few - b.recall_few,6) AS d_few,
          round(a.recall_many - b.recall_many,6) AS d_many,
          round(a.recall_medium - b.recall_medium,6) AS d_medium,
          round(a.accuracy - b.accuracy,6) AS d_accuracy, round(a.top5 - b.top5,6) AS d_top5
        FROM run a JOIN sweep s ON s.id = a.sweep_id JOIN dataset d ON d.id = a.dataset_id
        JOIN run b ON b.sweep_id = a.sweep_id AND b.dataset_id = a.dataset_id AND b.seed = a.seed
          AND b.strategy = s.baseline AND b.status = 'done'
        WHERE a.status = 'done' AND a.strategy <> s.baseline AND a.equals_run IS NULL
        """),
  ]

  /// The variance (n − 1) of a column over a group; `NULL` for fewer than two values.
  private static func variance(of column: String) -> String {
    """
    max(0.0, (sum(\(column)*\(column)) - count(\(column))*avg(\(column))*avg(\(column))) \
    / nullif(count(\(column))-1,0))
    """
  }

  /// A square root by Newton's iteration: a `sqlite3` built without math functions has no `sqrt`.
  /// For arguments below 1, 40 steps are enough for twelve decimals.
  private static func root(of expression: String) -> String {
    """
    (WITH RECURSIVE newton(n, x) AS (
        SELECT 0, 1.0 UNION ALL SELECT n+1, (x + \(expression)/x)/2 FROM newton WHERE n < 40)
      SELECT x FROM newton WHERE n = 40)
    """
  }
}
