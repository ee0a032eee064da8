extension Schema {
  /// Migration 3: what may be compared with what, what data have to say, and what people say of runs.
  static let comparableRuns = """
    ALTER TABLE run ADD COLUMN fold INTEGER;      -- the test set's, from 1; NULL: divided once
    ALTER TABLE run ADD COLUMN archived_at TEXT;  -- since when comparisons leave it out

    CREATE TABLE recipe (                    -- all but strategy, seed and fold, with the data
      id         INTEGER PRIMARY KEY,
      sweep_id   INTEGER NOT NULL REFERENCES sweep ON DELETE CASCADE,
      dataset    TEXT NOT NULL,              -- name of the data set
      hash       TEXT NOT NULL,              -- SHA-256 of settings and the data's digest
      settings   TEXT NOT NULL,              -- JSON, every default filled in
      turn       INTEGER NOT NULL,           -- of a data set, the largest was planned last
      added_at   TEXT NOT NULL, planned_at TEXT NOT NULL,
      UNIQUE (sweep_id, dataset, hash)
    ) STRICT;

    CREATE TABLE recipe_run (                -- a run may serve several recipes, by its overrides
      recipe_id  INTEGER NOT NULL REFERENCES recipe ON DELETE CASCADE,
      run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
      is_current INTEGER NOT NULL,           -- 0: its label and variant stand for another run now
      PRIMARY KEY (recipe_id, run_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX recipe_run_by_run ON recipe_run (run_id, recipe_id);

    CREATE TABLE dataset_remark (            -- what was set aside, repaired or assumed
      dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
      number     INTEGER NOT NULL,
      kind       TEXT NOT NULL,              -- quarantined, repaired, catalogue, split, long_tail
      n          INTEGER,                    -- examples, rows or files
      text       TEXT NOT NULL,
      PRIMARY KEY (dataset_id, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE comment (                   -- what people say of a run
      run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
      number     INTEGER NOT NULL,
      text       TEXT NOT NULL,
      written_at TEXT NOT NULL,
      PRIMARY KEY (run_id, number)
    ) STRICT, WITHOUT ROWID;

    """

  /// The newest recipe of a run as people see it, as a scalar query.
  static func recipe(of run: String) -> String {
    """
    (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id \
    WHERE p.run_id = \(run) ORDER BY c.turn DESC LIMIT 1)
    """
  }

  /// Finished runs that may be compared, with the recipe that they have in common: `p` is their place
  /// in the recipe `c`, `r` the run. A run that serves two recipes is there twice.
  static func comparable(_ shown: ShownRecipes) -> String {
    """
    recipe c JOIN sweep s ON s.id = c.sweep_id\
    \(shown == .newest ? " AND c.turn = \(newestTurn)" : "")
    JOIN recipe_run p ON p.recipe_id = c.id AND p.is_current = 1
    JOIN run r ON r.id = p.run_id AND r.status = 'done' AND r.archived_at IS NULL
      AND r.equals_run IS NULL
    JOIN dataset d ON d.id = r.dataset_id
    """
  }

  /// The turn of the newest recipe of the sweep and data set of `recipe c` that has a run which is
  /// not archived.
  private static let newestTurn = """
    (SELECT max(o.turn) FROM recipe o WHERE o.sweep_id = c.sweep_id AND o.dataset = c.dataset
      AND EXISTS (SELECT 1 FROM recipe_run i JOIN run x ON x.id = i.run_id
        WHERE i.recipe_id = o.id AND x.archived_at IS NULL))
    """

  /// The newest run of a sweep on a data set, where `r` and `m` have them.
  private static let newestRun = """
    (SELECT max(x.id) FROM run x WHERE x.sweep_id = r.sweep_id AND x.dataset_id = m.dataset_id)
    """

  /// What runs have in common, and what their data have to say.
  static let identityViews: [View] = [
    View(
      "v_recipes", shows: "one line a recipe that strategies share, the newest last",
      example: "SELECT recipe, runs, images, is_newest FROM v_recipes WHERE sweep='night';",
      sql: """
        SELECT s.name AS sweep, c.dataset, substr(c.hash,1,8) AS recipe, c.added_at, c.planned_at,
          count(*) AS runs, sum(r.status = 'done') AS done,
          sum(r.archived_at IS NOT NULL) AS archived, sum(p.is_current = 0) AS replaced,
          (SELECT sum(CASE WHEN y.fold IS NULL THEN k.n_train + k.n_val ELSE 0 END + k.n_test)
            FROM class k JOIN run y ON y.dataset_id = k.dataset_id
            WHERE y.id = (SELECT min(i.run_id) FROM recipe_run i WHERE i.recipe_id = c.id))
            AS images,
          coalesce(c.turn = \(newestTurn), 0) AS is_newest, c.settings
        FROM recipe c JOIN sweep s ON s.id = c.sweep_id
        JOIN recipe_run p ON p.recipe_id = c.id JOIN run r ON r.id = p.run_id
        GROUP BY c.id, s.name ORDER BY c.turn
        """),
    View(
      "v_data_remarks", shows: "what was set aside, repaired or assumed in the data of runs",
      example: "SELECT n, text FROM v_data_remarks WHERE sweep='night' AND kind='quarantined';",
      sql: """
        SELECT s.name AS sweep, d.name AS dataset, m.kind, m.n, m.text, count(*) AS runs,
          substr(d.digest,1,16) AS digest, 
          \(recipe(of: newestRun)) AS recipe
        FROM dataset_remark m JOIN dataset d ON d.id = m.dataset_id
        JOIN run r ON r.dataset_id = d.id JOIN sweep s ON s.id = r.sweep_id
        WHERE r.archived_at IS NULL
        GROUP BY r.sweep_id, s.name, m.dataset_id, m.number
        ORDER BY r.sweep_id, m.dataset_id, m.number
        """),
  ]
}
