extension Schema {
  /// Classes, confusions and curves.
  static let detailViews: [View] = [
    View(
      "v_class_metrics", shows: "one line a run and class",
      example: "SELECT strategy, class, recall FROM v_class_metrics "
        + "WHERE sweep='night' AND split='test' AND shot='few';",
      sql: """
        SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
          m.split, m.class_index, c.name AS class, c.n_train, c.shot, m.support, m.predicted,
          m.correct, round(m.precision,4) AS precision, round(m.recall,4) AS recall,
          round(m.f1,4) AS f1, round(m.auprc,4) AS auprc, round(m.top1,4) AS top1,
          round(m.top5,4) AS top5, m.correct_top5, round(m.specificity,4) AS specificity,
          r.status, \(recipe(of: "r.id")) AS recipe
        FROM class_metric m JOIN run r ON r.id = m.run_id JOIN sweep s ON s.id = r.sweep_id
        JOIN dataset d ON d.id = r.dataset_id
        JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = m.class_index
        """),
    View(
      "v_confusions", shows: "which classes are mixed up, as shares of the true class",
      example:
        "SELECT * FROM v_confusions WHERE run=1 AND split='test' ORDER BY share DESC LIMIT 10;",
      sql: """
        SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, f.split,
          t.name AS true_class, t.n_train, p.name AS predicted, f.n,
          round(1.0*f.n/m.support,4) AS share, \(recipe(of: "r.id")) AS recipe
        FROM confusion f JOIN run r ON r.id = f.run_id JOIN sweep s ON s.id = r.sweep_id
        JOIN class t ON t.dataset_id = r.dataset_id AND t.class_index = f.true_class
        JOIN class p ON p.dataset_id = r.dataset_id AND p.class_index = f.pred_class
        JOIN class_metric m ON m.run_id = r.id AND m.split = f.split
          AND m.class_index = f.true_class
        WHERE f.true_class <> f.pred_class
        """),
    View(
      "v_epochs", shows: "learning curves",
      example: "SELECT epoch, val_macro_f1 FROM v_epochs WHERE run=1;",
      sql: """
        SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, e.epoch,
          round(e.train_loss,4) AS train_loss, round(e.val_loss,4) AS val_loss,
          round(e.val_macro_f1,4) AS val_macro_f1, e.lr, round(e.images_per_s,1) AS images_per_s,
          round(e.wall_s,1) AS seconds, round(e.val_accuracy,4) AS val_accuracy,
          round(e.val_balanced_accuracy,4) AS val_bal_acc, e.images_seen, e.is_best,
          \(recipe(of: "r.id")) AS recipe
        FROM epoch e JOIN run r ON r.id = e.run_id JOIN sweep s ON s.id = r.sweep_id
        """),
    View(
      "v_class_mass", shows: "how much each class was promised, and how much it got",
      example: "SELECT class, n_train, sampled, weight, effective FROM v_class_mass WHERE run=1;",
      sql: """
        SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, m.class_index,
          c.name AS class, c.n_train, c.shot, round(m.sampled,6) AS sampled,
          round(m.weight,6) AS weight, round(m.effective,6) AS effective,
          \(recipe(of: "r.id")) AS recipe,
          round(m.drawn,6) AS drawn, round(m.realised,6) AS realised
        FROM class_mass m JOIN run r ON r.id = m.run_id JOIN sweep s ON s.id = r.sweep_id
        JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = m.class_index
        """),
    View(
      "v_phase_mass", shows: "the same by phase of a run",
      example: "SELECT phase, class, draws, effective, realised FROM v_phase_mass WHERE run=1;",
      sql: """
        SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, m.phase, m.steps,
          m.class_index, c.name AS class, c.n_train, c.shot, round(m.sampled,6) AS sampled,
          round(m.weight,6) AS weight, round(m.effective,6) AS effective, m.draws,
          round(1.0*m.draws / nullif((SELECT sum(draws) FROM phase_mass p
            WHERE p.run_id = m.run_id AND p.phase = m.phase),0),6) AS drawn,
          round(m.realised,6) AS realised
        FROM phase_mass m JOIN run r ON r.id = m.run_id JOIN sweep s ON s.id = r.sweep_id
        JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = m.class_index
        """),
    View(
      "v_figures", shows: "what only some runs measure, such as the share a fallback passed on",
      example: "SELECT strategy, seed, value FROM v_figures "
        + "WHERE sweep='night' AND name='fallback.asked';",
      sql: """
        SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, f.name,
          round(f.value,6) AS value, \(recipe(of: "r.id")) AS recipe
        FROM figure f JOIN run r ON r.id = f.run_id JOIN sweep s ON s.id = r.sweep_id
        """),
  ]
}
