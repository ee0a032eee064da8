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
          r.images_planned, round(r.images_per_s,1) AS images_per_s, r.finished_at, r.uid, r.fold,
          r.archived_at,
          (SELECT group_concat(o.text, ' | ') FROM comment o WHERE o.run_id = r.id) AS comments,
          \(recipe(of: "r.id")) AS recipe,
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
        FROM run r JOIN sweep s ON s.id = r.sweep_id WHERE r.archived_at IS NULL
        GROUP BY s.id, s.name ORDER BY s.id
        """),
    View(
      "v_equal", shows: "runs that were not made, and the run that each is the same as",
      example: "SELECT strategy, seed, equals_strategy FROM v_equal WHERE sweep='night';",
      sql: """
        SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
          q.id AS equals_run, q.strategy AS equals_strategy, q.variant AS equals_variant,
          (SELECT text FROM note n WHERE n.run_id = r.id AND n.number = 1) AS note, r.fold
        FROM run r JOIN run q ON q.id = r.equals_run JOIN sweep s ON s.id = r.sweep_id
        JOIN dataset d ON d.id = r.dataset_id WHERE r.equals_run IS NOT NULL
        """),
    View(
      "v_failures", shows: "what failed and why",
      example: "SELECT * FROM v_failures WHERE sweep='night';",
      sql: """
        SELECT r.id, s.name AS sweep, r.strategy, r.variant, r.seed, r.status,
          a.number AS attempt, a.outcome, a.exit_code, a.signal,
          coalesce(a.error, r.error) AS error, a.host, a.slurm_job, a.log_path,
          \(recipe(of: "r.id")) AS recipe
        FROM run r JOIN sweep s ON s.id = r.sweep_id LEFT JOIN attempt a ON a.run_id = r.id
        WHERE r.archived_at IS NULL AND (r.status IN ('failed','lost','diverged')
          OR a.outcome IN ('failed','lost','timeout','diverged'))
        """),
  ]
}
