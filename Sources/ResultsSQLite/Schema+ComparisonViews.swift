/// Which recipes a comparing view shows.
enum ShownRecipes {
  /// Of each data set the one that was planned last, as `poise report` does.
  case newest
  /// All of them, apart.
  case every

  /// The beginning of the views' names.
  var prefix: String { self == .newest ? "v_" : "v_recipe_" }

  /// What their lines are about.
  var ending: String { self == .newest ? "" : ", for every recipe" }
}

extension Schema {
  /// Strategies side by side: within the newest recipe, then within each one. Sweeps are grouped by
  /// their name as well, since SQLite looks for one sweep's runs first only if the name is a key.
  static let comparisonViews: [View] = comparisons(.newest)

  /// The same views of all recipes.
  static let recipeComparisonViews: [View] = comparisons(.every)

  private static func comparisons(_ shown: ShownRecipes) -> [View] {
    [compare(shown), compareClasses(shown), pairs(shown)]
  }

  /// One line a strategy.
  private static func compare(_ shown: ShownRecipes) -> View {
    View(
      "\(shown.prefix)compare", shows: "one line a strategy, mean and sd over seeds\(shown.ending)",
      example: "SELECT * FROM \(shown.prefix)compare WHERE sweep='night' ORDER BY macro_f1 DESC;",
      sql: """
        SELECT g.sweep, g.dataset, g.strategy, g.variant, g.seeds, round(g.macro_f1,4) AS macro_f1,
          round(\(root(of: "g.macro_f1_variance")),4) AS macro_f1_sd,
          round(g.bal_acc,4) AS bal_acc,
          round(\(root(of: "g.bal_acc_variance")),4) AS bal_acc_sd,
          g.accuracy, g.g_mean, g.worst_recall, g.many, g.medium, g.few, g.minutes, g.group_hash,
          g.top5, g.macro_top5, g.weighted_f1, g.mcc, g.ece, g.runs, g.recipe
        FROM (
          SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant,
            count(DISTINCT r.seed) AS seeds, avg(r.macro_f1) AS macro_f1,
            \(variance(of: "r.macro_f1")) AS macro_f1_variance,
            avg(r.balanced_accuracy) AS bal_acc,
            \(variance(of: "r.balanced_accuracy")) AS bal_acc_variance,
            round(avg(r.accuracy),4) AS accuracy, round(avg(r.g_mean),4) AS g_mean,
            round(avg(r.worst_recall),4) AS worst_recall, round(avg(r.recall_many),4) AS many,
            round(avg(r.recall_medium),4) AS medium, round(avg(r.recall_few),4) AS few,
            round(avg(r.wall_s)/60.0,1) AS minutes, r.group_hash,
            round(avg(r.top5),4) AS top5, round(avg(r.macro_top5),4) AS macro_top5,
            round(avg(r.weighted_f1),4) AS weighted_f1, round(avg(r.mcc),4) AS mcc,
            round(avg(r.ece),4) AS ece, count(*) AS runs, substr(c.hash,1,8) AS recipe
          FROM \(comparable(shown))
          GROUP BY c.id, s.name, r.strategy, r.variant, r.group_hash
        ) g
        """)
  }

  /// One line a strategy and class.
  private static func compareClasses(_ shown: ShownRecipes) -> View {
    View(
      "\(shown.prefix)compare_class", shows: "one line a strategy and class\(shown.ending)",
      example:
        "SELECT * FROM \(shown.prefix)compare_class WHERE sweep='night' AND split='test' "
        + "ORDER BY recipe, n_train, recall DESC;",
      sql: """
        SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, m.split, k.name AS class,
          k.n_train, k.shot, count(DISTINCT r.seed) AS seeds,
          round(avg(m.precision),4) AS precision,
          round(avg(m.recall),4) AS recall, round(min(m.recall),4) AS recall_min,
          round(avg(m.f1),4) AS f1, round(avg(m.top1),4) AS top1, round(avg(m.top5),4) AS top5,
          min(m.support) AS support, m.class_index, count(*) AS runs, substr(c.hash,1,8) AS recipe
        FROM \(comparable(shown)) JOIN class_metric m ON m.run_id = r.id
        JOIN class k ON k.dataset_id = r.dataset_id AND k.class_index = m.class_index
        GROUP BY c.id, s.name, r.strategy, r.variant, r.group_hash, m.split, k.name
        ORDER BY c.turn, r.strategy, r.variant, r.group_hash, m.split, min(m.class_index)
        """)
  }

  /// One line a pair.
  private static func pairs(_ shown: ShownRecipes) -> View {
    View(
      "\(shown.prefix)pairs",
      shows: "a strategy minus the baseline of its recipe, by seed and fold\(shown.ending)",
      example:
        "SELECT recipe, strategy, round(avg(d_macro_f1),4) FROM \(shown.prefix)pairs "
        + "WHERE sweep='night' GROUP BY 1, 2;",
      sql: """
        SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, b.strategy AS baseline,
          r.seed, round(r.macro_f1,6) AS macro_f1, round(b.macro_f1,6) AS baseline_macro_f1,
          round(r.macro_f1 - b.macro_f1,6) AS d_macro_f1,
          round(r.balanced_accuracy - b.balanced_accuracy,6) AS d_bal_acc,
          round(r.recall_few - b.recall_few,6) AS d_few,
          round(r.recall_many - b.recall_many,6) AS d_many,
          round(r.recall_medium - b.recall_medium,6) AS d_medium,
          round(r.accuracy - b.accuracy,6) AS d_accuracy, round(r.top5 - b.top5,6) AS d_top5,
          r.fold, substr(c.hash,1,8) AS recipe
        FROM \(comparable(shown))
        JOIN run b ON b.sweep_id = r.sweep_id AND b.strategy = s.baseline AND b.seed = r.seed
          AND b.fold IS r.fold AND b.dataset_id = r.dataset_id AND b.status = 'done'
          AND b.archived_at IS NULL AND b.equals_run IS NULL
        JOIN recipe_run q ON q.recipe_id = c.id AND q.run_id = b.id AND q.is_current = 1
        WHERE r.strategy <> s.baseline
        """)
  }

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
