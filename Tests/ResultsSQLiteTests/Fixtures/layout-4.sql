CREATE TABLE migration (                 -- how this file came to its present layout
  number       INTEGER PRIMARY KEY,      -- the last one is PRAGMA user_version
  applied_at   TEXT NOT NULL,
  tool_version TEXT NOT NULL             -- what applied it
) STRICT;

CREATE TABLE sweep (                     -- one experiment file
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,      -- the experiment's name from the file
  file        TEXT NOT NULL,             -- path it was read from
  source      TEXT NOT NULL,             -- the file's text, verbatim
  source_sha  TEXT NOT NULL,             -- SHA-256 of source
  baseline    TEXT,                      -- strategy that reports compare against
  created_at  TEXT NOT NULL
) STRICT;

CREATE TABLE environment (               -- one row for each distinct machine and build
  id           INTEGER PRIMARY KEY,
  digest       TEXT NOT NULL UNIQUE,     -- SHA-256 of the other columns
  host TEXT, os TEXT, cpu TEXT, cores INTEGER, memory_mb INTEGER,
  swift TEXT, tool_version TEXT, blas TEXT,
  blas_threads INTEGER,                  -- threads that computed
  git_commit TEXT, git_branch TEXT,
  git_dirty    INTEGER,                  -- 1: the working tree had changes
  git_diff_sha TEXT
) STRICT;

CREATE TABLE dataset (                   -- after quarantine, split, selection and long tail
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  digest          TEXT NOT NULL,         -- SHA-256 over ids, labels and pixels of all splits
  imbalance_ratio REAL,                  -- largest / smallest training count above 0
  UNIQUE (name, digest)
) STRICT;

CREATE TABLE quarantine (                -- examples that were not used
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  reason     TEXT NOT NULL,
  n          INTEGER NOT NULL,
  PRIMARY KEY (dataset_id, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE class (                     -- names once; n_train is what makes a class rare
  dataset_id  INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  class_index INTEGER NOT NULL,
  name        TEXT NOT NULL,
  n_train INTEGER NOT NULL, n_val INTEGER NOT NULL DEFAULT 0, n_test INTEGER NOT NULL DEFAULT 0,
  shot        TEXT NOT NULL              -- training images: many >100, medium 20-100, few 1-19
    CHECK (shot IN ('many','medium','few','unseen')),  -- unseen 0: never scored
  PRIMARY KEY (dataset_id, class_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (                       -- one recipe with one seed
  id          INTEGER PRIMARY KEY,
  uid         TEXT NOT NULL UNIQUE,      -- stable over files and machines
  config_hash TEXT NOT NULL,             -- of recipe, data and code's schema WITH the seed
  group_hash  TEXT NOT NULL,             -- the same WITHOUT the seed: one line of a report
  name        TEXT NOT NULL,             -- readable: focal-gamma=2-s3
  sweep_id    INTEGER NOT NULL REFERENCES sweep,
  dataset_id  INTEGER NOT NULL REFERENCES dataset,
  environment_id INTEGER REFERENCES environment,  -- of the last attempt
  strategy    TEXT NOT NULL,             -- its key in the experiment file
  variant     TEXT NOT NULL DEFAULT '',  -- the swept settings in short: beta=0.999
  seed        INTEGER NOT NULL,          -- above 2^63 it shows as seed - 2^64
  status      TEXT NOT NULL
    CHECK (status IN ('queued','running','done','failed','diverged','pruned','cancelled','lost')),
  config      TEXT NOT NULL,             -- JSON: config->>'$.training.batch'
  swept_keys  TEXT NOT NULL,             -- JSON list of dotted keys
  started_at TEXT, finished_at TEXT,     -- UTC, 2026-11-23T01:02:03Z
  heartbeat_at TEXT,                     -- last sign of life
  wall_s      REAL,                      -- seconds of all attempts together
  epochs_done INTEGER NOT NULL DEFAULT 0, epochs_planned INTEGER,
  best_epoch  INTEGER,                   -- by validation
  images_planned INTEGER NOT NULL, images_seen INTEGER, steps INTEGER,
  images_per_s REAL, peak_memory_mb REAL,
  loss_reduction TEXT,                   -- mean_over_examples or mean_over_weights
  weights_sha256 TEXT, weights_path TEXT,  -- the tested weights; path relative to this file
  model_classes INTEGER,                 -- classes the model can name; higher indices are unseen
  -- headline test metrics, wide on purpose, over images of seen classes; NULL = undefined
  test_images INTEGER, test_unseen_images INTEGER,
  accuracy REAL, top5 REAL,
  balanced_accuracy REAL,                -- macro recall: mean over classes with images
  macro_top5 REAL, macro_f1 REAL, weighted_f1 REAL,
  g_mean REAL,                           -- geometric mean of recalls, each at least 0.001
  mcc REAL,                              -- Matthews' correlation (Gorodkin 2004)
  macro_auprc REAL,                      -- not measured yet
  worst_recall REAL,
  ece REAL,                              -- expected calibration error, 15 bins
  recall_many REAL, recall_medium REAL, recall_few REAL,
  test_loss REAL,                        -- mean cross-entropy
  error TEXT, prune_reason TEXT, fold INTEGER, archived_at TEXT, equals_run INTEGER REFERENCES run ON DELETE CASCADE,
  UNIQUE (sweep_id, config_hash)
) STRICT;

CREATE INDEX run_group ON run (group_hash, seed);

CREATE TABLE attempt (                   -- a retry adds a row, never replaces one
  run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number     INTEGER NOT NULL,           -- from 1
  started_at TEXT NOT NULL, finished_at TEXT,
  from_epoch INTEGER NOT NULL DEFAULT 0, -- epochs that were there already
  outcome    TEXT CHECK (outcome IN ('done','failed','diverged','pruned','preempted','timeout',
                                     'lost','cancelled')),  -- NULL while it runs
  exit_code INTEGER, signal INTEGER, error TEXT,
  host TEXT, pid INTEGER,
  pid_token  TEXT,                       -- boot and start time: tells a reused pid apart
  ranks INTEGER NOT NULL DEFAULT 1,
  slurm_job TEXT, slurm_task INTEGER, slurm_restart INTEGER, log_path TEXT,
  PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (                   -- the config once more, one row a leaf
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  key    TEXT NOT NULL,                  -- dotted: training.optimizer.learningRate
  value  ANY,                            -- true and false are 1 and 0
  swept  INTEGER NOT NULL DEFAULT 0,     -- 1: varied or overridden by the experiment file
  PRIMARY KEY (run_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  tag    TEXT NOT NULL,
  PRIMARY KEY (run_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE note (                      -- what a run has to say for itself, such as warnings
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number INTEGER NOT NULL,
  text   TEXT NOT NULL,
  PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE class_metric (              -- one row a run, split and class
  run_id      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  split       TEXT NOT NULL CHECK (split IN ('train','val','test')),
  class_index INTEGER NOT NULL,
  support     INTEGER NOT NULL,          -- images of this class
  predicted   INTEGER NOT NULL,          -- images of seen classes taken for it
  correct     INTEGER NOT NULL,          -- images of this class taken for it
  correct_top5 INTEGER NOT NULL,         -- images with it among the five best guesses
  top1 REAL, top5 REAL,                  -- correct / support, correct_top5 / support
  precision   REAL,                      -- NULL when nothing was predicted as this class
  recall      REAL,                      -- = top1; NULL without images and for unseen classes
  f1 REAL, specificity REAL,
  auprc       REAL,                      -- not measured yet
  PRIMARY KEY (run_id, split, class_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE confusion (                 -- sparse: absent = 0
  run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  split      TEXT NOT NULL,
  true_class INTEGER NOT NULL,
  pred_class INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  PRIMARY KEY (run_id, split, true_class, pred_class)
) STRICT, WITHOUT ROWID;

CREATE TABLE prediction (                -- test images, where the recipe asked for them
  run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  example_id TEXT NOT NULL,              -- id in the catalogue
  true_class INTEGER NOT NULL,
  class_1 INTEGER, class_2 INTEGER, class_3 INTEGER, class_4 INTEGER, class_5 INTEGER,
  p_1 REAL, p_2 REAL, p_3 REAL, p_4 REAL, p_5 REAL,  -- best guess first
  PRIMARY KEY (run_id, example_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE class_mass (                -- how the strategy treats each class
  run_id      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  class_index INTEGER NOT NULL,
  sampled     REAL,                      -- share of the draws
  weight      REAL,                      -- in the loss, 1 where there is none
  effective   REAL, drawn REAL, realised REAL,                      -- sampled * weight, summing to 1
  PRIMARY KEY (run_id, class_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE epoch (                     -- learning curves, apart from the list of runs
  run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  epoch      INTEGER NOT NULL,           -- from 1
  train_loss REAL,                       -- the strategy's loss
  val_loss REAL, val_accuracy REAL, val_macro_f1 REAL, val_balanced_accuracy REAL,
  lr REAL, images_per_s REAL, wall_s REAL, finished_at TEXT,
  images_seen INTEGER NOT NULL,
  is_best    INTEGER NOT NULL,           -- 1: the best so far, by validation
  val_images INTEGER, val_unseen_images INTEGER,
  val_top5 REAL, val_macro_top5 REAL, val_weighted_f1 REAL, val_g_mean REAL, val_mcc REAL,
  val_worst_recall REAL, val_ece REAL,
  val_recall_many REAL, val_recall_medium REAL, val_recall_few REAL,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE kernel (                    -- convolution implementations in use
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name   TEXT NOT NULL,
  layers INTEGER NOT NULL,
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifact (                  -- files that belong to a run
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  kind   TEXT NOT NULL,
  path   TEXT NOT NULL,
  bytes  INTEGER,
  sha256 TEXT,
  PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE shard (                     -- merged files, so that a merge can be repeated
  path      TEXT PRIMARY KEY,
  sha256    TEXT NOT NULL,
  runs      INTEGER NOT NULL,
  merged_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE figure (                    -- what only some runs measure
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name   TEXT NOT NULL,                  -- such as fallback.threshold
  value  REAL NOT NULL,
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE phase_mass (                -- the same by phase of the run
  run_id      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  phase       INTEGER NOT NULL,          -- from 1
  class_index INTEGER NOT NULL,
  steps       INTEGER NOT NULL,          -- updates of the weights in the phase
  sampled     REAL,                      -- promised share of the draws
  weight      REAL,                      -- in the loss, 1 where there is none
  effective   REAL,                      -- sampled * weight, summing to 1
  draws       INTEGER NOT NULL,          -- images drawn
  realised    REAL,                      -- share of the weight in the phase's losses, counted
  PRIMARY KEY (run_id, phase, class_index)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE row_digest (                -- digests of rows, by which damage is found: Docs/store.md
  owner  TEXT NOT NULL,                  -- run, sweep, dataset, environment, recipe or store
  id     INTEGER NOT NULL,               -- of that row; 0 for the store
  part   TEXT NOT NULL,                  -- the table whose rows are meant, or some of its columns
  n      INTEGER NOT NULL,               -- rows
  sha256 TEXT NOT NULL,                  -- over their contents
  origin TEXT NOT NULL                   -- written: with the rows; found: by a later version
    CHECK (origin IN ('written','found')),
  PRIMARY KEY (owner, id, part)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_place ON run (sweep_id, strategy, seed, fold, variant);

CREATE INDEX run_name ON run (name, sweep_id);

CREATE INDEX run_dataset ON run (dataset_id, sweep_id);

CREATE INDEX run_equal ON run (equals_run) WHERE equals_run IS NOT NULL;

CREATE INDEX run_running ON run (status) WHERE status = 'running';

CREATE INDEX test_image_leak ON test_image (dataset_id, leak, true_class);

CREATE TABLE owner (                     -- the sweep that writes to this file; no row: none does
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  claim        TEXT NOT NULL,            -- random; who finds another one has lost the file
  host         TEXT NOT NULL,            -- the machine's name
  machine      TEXT,                     -- the installation's: two machines may have one name
  pid          INTEGER NOT NULL,
  pid_token    TEXT,                     -- boot and start time: tells a reused pid apart
  pid_space    TEXT,                     -- the container in which the pid means something
  file         TEXT NOT NULL,            -- device and inode of this file: a copy has others
  lock         TEXT,                     -- device and inode of the lock file that it holds
  since        TEXT NOT NULL,
  heartbeat_at TEXT NOT NULL             -- last sign of life, by its clock
) STRICT;

CREATE VIEW v_runs AS -- one line a run
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
  (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe,
  (SELECT name FROM run q WHERE q.id = r.equals_run) AS equals
FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN dataset d ON d.id = r.dataset_id
LEFT JOIN environment e ON e.id = r.environment_id;

CREATE VIEW v_progress AS -- how far the sweep is
SELECT s.name AS sweep, count(*) AS runs, sum(r.status='done') AS done,
  sum(r.status='running') AS running, sum(r.status='queued') AS queued,
  sum(r.status='failed') AS failed, sum(r.status='pruned') AS pruned,
  sum(r.status='lost') AS lost,
  round(100.0*sum(r.status IN ('done','pruned','failed','diverged','cancelled'))/count(*),1)
    AS percent,
  round(avg(CASE WHEN r.status='done' THEN r.wall_s END)/60.0,1) AS mean_minutes,
  sum(r.status='diverged') AS diverged, sum(r.status='cancelled') AS cancelled
FROM run r JOIN sweep s ON s.id = r.sweep_id WHERE r.archived_at IS NULL
GROUP BY s.id, s.name ORDER BY s.id;

CREATE VIEW v_equal AS -- runs that were not made, and the run that each is the same as
SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
  q.id AS equals_run, q.strategy AS equals_strategy, q.variant AS equals_variant,
  (SELECT text FROM note n WHERE n.run_id = r.id AND n.number = 1) AS note, r.fold
FROM run r JOIN run q ON q.id = r.equals_run JOIN sweep s ON s.id = r.sweep_id
JOIN dataset d ON d.id = r.dataset_id WHERE r.equals_run IS NOT NULL;

CREATE VIEW v_failures AS -- what failed and why
SELECT r.id, s.name AS sweep, r.strategy, r.variant, r.seed, r.status,
  a.number AS attempt, a.outcome, a.exit_code, a.signal,
  coalesce(a.error, r.error) AS error, a.host, a.slurm_job, a.log_path,
  (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM run r JOIN sweep s ON s.id = r.sweep_id LEFT JOIN attempt a ON a.run_id = r.id
WHERE r.archived_at IS NULL AND (r.status IN ('failed','lost','diverged')
  OR a.outcome IN ('failed','lost','timeout','diverged'));

CREATE VIEW v_compare AS -- one line a strategy, mean and sd over seeds
SELECT g.sweep, g.dataset, g.strategy, g.variant, g.seeds, round(g.macro_f1,4) AS macro_f1,
  round((WITH RECURSIVE newton(n, x) AS (
    SELECT 0, 1.0 UNION ALL SELECT n+1, (x + g.macro_f1_variance/x)/2 FROM newton WHERE n < 40)
  SELECT x FROM newton WHERE n = 40),4) AS macro_f1_sd,
  round(g.bal_acc,4) AS bal_acc,
  round((WITH RECURSIVE newton(n, x) AS (
    SELECT 0, 1.0 UNION ALL SELECT n+1, (x + g.bal_acc_variance/x)/2 FROM newton WHERE n < 40)
  SELECT x FROM newton WHERE n = 40),4) AS bal_acc_sd,
  g.accuracy, g.g_mean, g.worst_recall, g.many, g.medium, g.few, g.minutes, g.group_hash,
  g.top5, g.macro_top5, g.weighted_f1, g.mcc, g.ece, g.runs, g.recipe
FROM (
  SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant,
    count(DISTINCT r.seed) AS seeds, avg(r.macro_f1) AS macro_f1,
    max(0.0, (sum(r.macro_f1*r.macro_f1) - count(r.macro_f1)*avg(r.macro_f1)*avg(r.macro_f1)) / nullif(count(r.macro_f1)-1,0)) AS macro_f1_variance,
    avg(r.balanced_accuracy) AS bal_acc,
    max(0.0, (sum(r.balanced_accuracy*r.balanced_accuracy) - count(r.balanced_accuracy)*avg(r.balanced_accuracy)*avg(r.balanced_accuracy)) / nullif(count(r.balanced_accuracy)-1,0)) AS bal_acc_variance,
    round(avg(r.accuracy),4) AS accuracy, round(avg(r.g_mean),4) AS g_mean,
    round(avg(r.worst_recall),4) AS worst_recall, round(avg(r.recall_many),4) AS many,
    round(avg(r.recall_medium),4) AS medium, round(avg(r.recall_few),4) AS few,
    round(avg(r.wall_s)/60.0,1) AS minutes, r.group_hash,
    round(avg(r.top5),4) AS top5, round(avg(r.macro_top5),4) AS macro_top5,
    round(avg(r.weighted_f1),4) AS weighted_f1, round(avg(r.mcc),4) AS mcc,
    round(avg(r.ece),4) AS ece, count(*) AS runs, substr(c.hash,1,8) AS recipe
  FROM recipe c JOIN sweep s ON s.id = c.sweep_id AND c.turn = (SELECT max(o.turn) FROM recipe o WHERE o.sweep_id = c.sweep_id AND o.dataset = c.dataset
  AND EXISTS (SELECT 1 FROM recipe_run i JOIN run x ON x.id = i.run_id
    WHERE i.recipe_id = o.id AND x.archived_at IS NULL))
JOIN recipe_run p ON p.recipe_id = c.id AND p.is_current = 1
JOIN run r ON r.id = p.run_id AND r.status = 'done' AND r.archived_at IS NULL
  AND r.equals_run IS NULL
JOIN dataset d ON d.id = r.dataset_id
  GROUP BY c.id, s.name, r.strategy, r.variant, r.group_hash
) g;

CREATE VIEW v_compare_class AS -- one line a strategy and class
SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, m.split, k.name AS class,
  k.n_train, k.shot, count(DISTINCT r.seed) AS seeds,
  round(avg(m.precision),4) AS precision,
  round(avg(m.recall),4) AS recall, round(min(m.recall),4) AS recall_min,
  round(avg(m.f1),4) AS f1, round(avg(m.top1),4) AS top1, round(avg(m.top5),4) AS top5,
  min(m.support) AS support, m.class_index, count(*) AS runs, substr(c.hash,1,8) AS recipe
FROM recipe c JOIN sweep s ON s.id = c.sweep_id AND c.turn = (SELECT max(o.turn) FROM recipe o WHERE o.sweep_id = c.sweep_id AND o.dataset = c.dataset
  AND EXISTS (SELECT 1 FROM recipe_run i JOIN run x ON x.id = i.run_id
    WHERE i.recipe_id = o.id AND x.archived_at IS NULL))
JOIN recipe_run p ON p.recipe_id = c.id AND p.is_current = 1
JOIN run r ON r.id = p.run_id AND r.status = 'done' AND r.archived_at IS NULL
  AND r.equals_run IS NULL
JOIN dataset d ON d.id = r.dataset_id JOIN class_metric m ON m.run_id = r.id
JOIN class k ON k.dataset_id = r.dataset_id AND k.class_index = m.class_index
GROUP BY c.id, s.name, r.strategy, r.variant, r.group_hash, m.split, k.name
ORDER BY c.turn, r.strategy, r.variant, r.group_hash, m.split, min(m.class_index);

CREATE VIEW v_pairs AS -- a strategy minus the baseline of its recipe, by seed and fold
SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, b.strategy AS baseline,
  r.seed, round(r.macro_f1,6) AS macro_f1, round(b.macro_f1,6) AS baseline_macro_f1,
  round(r.macro_f1 - b.macro_f1,6) AS d_macro_f1,
  round(r.balanced_accuracy - b.balanced_accuracy,6) AS d_bal_acc,
  round(r.recall_few - b.recall_few,6) AS d_few,
  round(r.recall_many - b.recall_many,6) AS d_many,
  round(r.recall_medium - b.recall_medium,6) AS d_medium,
  round(r.accuracy - b.accuracy,6) AS d_accuracy, round(r.top5 - b.top5,6) AS d_top5,
  r.fold, substr(c.hash,1,8) AS recipe
FROM recipe c JOIN sweep s ON s.id = c.sweep_id AND c.turn = (SELECT max(o.turn) FROM recipe o WHERE o.sweep_id = c.sweep_id AND o.dataset = c.dataset
  AND EXISTS (SELECT 1 FROM recipe_run i JOIN run x ON x.id = i.run_id
    WHERE i.recipe_id = o.id AND x.archived_at IS NULL))
JOIN recipe_run p ON p.recipe_id = c.id AND p.is_current = 1
JOIN run r ON r.id = p.run_id AND r.status = 'done' AND r.archived_at IS NULL
  AND r.equals_run IS NULL
JOIN dataset d ON d.id = r.dataset_id
JOIN run b ON b.sweep_id = r.sweep_id AND b.strategy = s.baseline AND b.seed = r.seed
  AND b.fold IS r.fold AND b.dataset_id = r.dataset_id AND b.status = 'done'
  AND b.archived_at IS NULL AND b.equals_run IS NULL
JOIN recipe_run q ON q.recipe_id = c.id AND q.run_id = b.id AND q.is_current = 1
WHERE r.strategy <> s.baseline;

CREATE VIEW v_class_metrics AS -- one line a run and class
SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
  m.split, m.class_index, c.name AS class, c.n_train, c.shot, m.support, m.predicted,
  m.correct, round(m.precision,4) AS precision, round(m.recall,4) AS recall,
  round(m.f1,4) AS f1, round(m.auprc,4) AS auprc, round(m.top1,4) AS top1,
  round(m.top5,4) AS top5, m.correct_top5, round(m.specificity,4) AS specificity,
  r.status, (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM class_metric m JOIN run r ON r.id = m.run_id JOIN sweep s ON s.id = r.sweep_id
JOIN dataset d ON d.id = r.dataset_id
JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = m.class_index;

CREATE VIEW v_confusions AS -- which classes are mixed up, as shares of the true class
SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, f.split,
  t.name AS true_class, t.n_train, p.name AS predicted, f.n,
  round(1.0*f.n/m.support,4) AS share, (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM confusion f JOIN run r ON r.id = f.run_id JOIN sweep s ON s.id = r.sweep_id
JOIN class t ON t.dataset_id = r.dataset_id AND t.class_index = f.true_class
JOIN class p ON p.dataset_id = r.dataset_id AND p.class_index = f.pred_class
JOIN class_metric m ON m.run_id = r.id AND m.split = f.split
  AND m.class_index = f.true_class
WHERE f.true_class <> f.pred_class;

CREATE VIEW v_epochs AS -- learning curves
SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, e.epoch,
  round(e.train_loss,4) AS train_loss, round(e.val_loss,4) AS val_loss,
  round(e.val_macro_f1,4) AS val_macro_f1, e.lr, round(e.images_per_s,1) AS images_per_s,
  round(e.wall_s,1) AS seconds, round(e.val_accuracy,4) AS val_accuracy,
  round(e.val_balanced_accuracy,4) AS val_bal_acc, e.images_seen, e.is_best,
  (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM epoch e JOIN run r ON r.id = e.run_id JOIN sweep s ON s.id = r.sweep_id;

CREATE VIEW v_class_mass AS -- how much each class was promised, and how much it got
SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, m.class_index,
  c.name AS class, c.n_train, c.shot, round(m.sampled,6) AS sampled,
  round(m.weight,6) AS weight, round(m.effective,6) AS effective,
  (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe,
  round(m.drawn,6) AS drawn, round(m.realised,6) AS realised
FROM class_mass m JOIN run r ON r.id = m.run_id JOIN sweep s ON s.id = r.sweep_id
JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = m.class_index;

CREATE VIEW v_phase_mass AS -- the same by phase of a run
SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, m.phase, m.steps,
  m.class_index, c.name AS class, c.n_train, c.shot, round(m.sampled,6) AS sampled,
  round(m.weight,6) AS weight, round(m.effective,6) AS effective, m.draws,
  round(1.0*m.draws / nullif((SELECT sum(draws) FROM phase_mass p
    WHERE p.run_id = m.run_id AND p.phase = m.phase),0),6) AS drawn,
  round(m.realised,6) AS realised
FROM phase_mass m JOIN run r ON r.id = m.run_id JOIN sweep s ON s.id = r.sweep_id
JOIN class c ON c.dataset_id = r.dataset_id AND c.class_index = m.class_index;

CREATE VIEW v_figures AS -- what only some runs measure, such as the share a fallback passed on
SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, f.name,
  round(f.value,6) AS value, (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM figure f JOIN run r ON r.id = f.run_id JOIN sweep s ON s.id = r.sweep_id;

CREATE VIEW v_predictions AS -- one line a test image
SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, x.example_id,
  t.name AS true_class, t.n_train, p.name AS predicted, round(x.p_1,4) AS confidence,
  coalesce(x.class_1 = x.true_class, 0) AS is_right,
  CASE WHEN 1 OR x.class_1 = x.true_class THEN
    coalesce(x.true_class IN (x.class_1, coalesce(x.class_2,-1), coalesce(x.class_3,-1), coalesce(x.class_4,-1), coalesce(x.class_5,-1)), 0) END AS in_top5,
  NULL AS leak, (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN prediction x ON x.run_id = r.id
  AND NOT EXISTS (SELECT 1 FROM guess WHERE run_id = r.id)
JOIN class t ON t.dataset_id = r.dataset_id AND t.class_index = x.true_class
LEFT JOIN class p ON p.dataset_id = r.dataset_id AND p.class_index = x.class_1
UNION ALL
SELECT r.id AS run, s.name AS sweep, r.strategy, r.variant, r.seed, i.example_id,
  t.name AS true_class, t.n_train, p.name AS predicted, round(coalesce(f.p_1, g.confidence/10000.0),4) AS confidence,
  coalesce(g.class_index = i.true_class, 0) AS is_right,
  CASE WHEN f.run_id IS NOT NULL OR g.class_index = i.true_class THEN
    coalesce(i.true_class IN (g.class_index, coalesce(f.class_2,-1), coalesce(f.class_3,-1), coalesce(f.class_4,-1), coalesce(f.class_5,-1)), 0) END AS in_top5,
  i.leak AS leak, (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN guess g ON g.run_id = r.id
JOIN test_image i ON i.dataset_id = r.dataset_id AND i.image_index = g.image_index
LEFT JOIN prediction f ON f.run_id = r.id AND f.example_id = i.example_id
JOIN class t ON t.dataset_id = r.dataset_id AND t.class_index = i.true_class
LEFT JOIN class p ON p.dataset_id = r.dataset_id AND p.class_index = g.class_index;

CREATE VIEW v_leaks AS -- one line a run: test figures with and without leaked images
SELECT r.id AS run, s.name AS sweep, d.name AS dataset, r.strategy, r.variant, r.seed,
  r.test_images AS images,
  (SELECT count(*) FROM test_image i JOIN guess g ON g.run_id = r.id AND g.image_index = i.image_index
  WHERE i.dataset_id = r.dataset_id AND i.leak = 1 AND i.true_class < r.model_classes) AS leaked, round(r.accuracy,4) AS accuracy,
  (SELECT round(1.0*sum(correct)/nullif(sum(images),0),4) FROM (SELECT m.class_index AS class, m.support AS images, m.correct FROM class_metric m
  WHERE m.run_id = r.id AND m.split = 'test' AND m.class_index < r.model_classes
  UNION ALL
  SELECT i.true_class, -1, -coalesce(g.class_index = i.true_class, 0) FROM test_image i JOIN guess g ON g.run_id = r.id AND g.image_index = i.image_index
  WHERE i.dataset_id = r.dataset_id AND i.leak = 1 AND i.true_class < r.model_classes))
    AS clean_accuracy, round(r.balanced_accuracy,4) AS macro_recall,
  (SELECT round(avg(1.0*n.correct/nullif(n.images,0)),4) FROM (SELECT sum(images) AS images,
    sum(correct) AS correct FROM (SELECT m.class_index AS class, m.support AS images, m.correct FROM class_metric m
  WHERE m.run_id = r.id AND m.split = 'test' AND m.class_index < r.model_classes
  UNION ALL
  SELECT i.true_class, -1, -coalesce(g.class_index = i.true_class, 0) FROM test_image i JOIN guess g ON g.run_id = r.id AND g.image_index = i.image_index
  WHERE i.dataset_id = r.dataset_id AND i.leak = 1 AND i.true_class < r.model_classes) GROUP BY class) n)
    AS clean_macro_recall, (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = r.id ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM run r JOIN sweep s ON s.id = r.sweep_id JOIN dataset d ON d.id = r.dataset_id
WHERE r.status = 'done' AND EXISTS (SELECT 1 FROM guess WHERE run_id = r.id)
  AND EXISTS (SELECT 1 FROM class_metric WHERE run_id = r.id AND split = 'test'
    AND class_index < r.model_classes AND support > 0)
  AND EXISTS (SELECT 1 FROM test_image
    WHERE dataset_id = r.dataset_id AND leak IS NOT NULL)
ORDER BY r.id;

CREATE VIEW v_recipes AS -- one line a recipe that strategies share, the newest last
SELECT s.name AS sweep, c.dataset, substr(c.hash,1,8) AS recipe, c.added_at, c.planned_at,
  count(*) AS runs, sum(r.status = 'done') AS done,
  sum(r.archived_at IS NOT NULL) AS archived, sum(p.is_current = 0) AS replaced,
  (SELECT sum(CASE WHEN y.fold IS NULL THEN k.n_train + k.n_val ELSE 0 END + k.n_test)
    FROM class k JOIN run y ON y.dataset_id = k.dataset_id
    WHERE y.id = (SELECT min(i.run_id) FROM recipe_run i WHERE i.recipe_id = c.id))
    AS images,
  coalesce(c.turn = (SELECT max(o.turn) FROM recipe o WHERE o.sweep_id = c.sweep_id AND o.dataset = c.dataset
  AND EXISTS (SELECT 1 FROM recipe_run i JOIN run x ON x.id = i.run_id
    WHERE i.recipe_id = o.id AND x.archived_at IS NULL)), 0) AS is_newest, c.settings
FROM recipe c JOIN sweep s ON s.id = c.sweep_id
JOIN recipe_run p ON p.recipe_id = c.id JOIN run r ON r.id = p.run_id
GROUP BY c.id, s.name ORDER BY c.turn;

CREATE VIEW v_data_remarks AS -- what was set aside, repaired or assumed in the data of runs
SELECT s.name AS sweep, d.name AS dataset, m.kind, m.n, m.text, count(*) AS runs,
  substr(d.digest,1,16) AS digest, 
  (SELECT substr(c.hash,1,8) FROM recipe_run p JOIN recipe c ON c.id = p.recipe_id WHERE p.run_id = (SELECT max(x.id) FROM run x WHERE x.sweep_id = r.sweep_id AND x.dataset_id = m.dataset_id) ORDER BY c.turn DESC LIMIT 1) AS recipe
FROM dataset_remark m JOIN dataset d ON d.id = m.dataset_id
JOIN run r ON r.dataset_id = d.id JOIN sweep s ON s.id = r.sweep_id
WHERE r.archived_at IS NULL
GROUP BY r.sweep_id, s.name, m.dataset_id, m.number
ORDER BY r.sweep_id, m.dataset_id, m.number;

CREATE VIEW v_recipe_compare AS -- one line a strategy, mean and sd over seeds, for every recipe
SELECT g.sweep, g.dataset, g.strategy, g.variant, g.seeds, round(g.macro_f1,4) AS macro_f1,
  round((WITH RECURSIVE newton(n, x) AS (
    SELECT 0, 1.0 UNION ALL SELECT n+1, (x + g.macro_f1_variance/x)/2 FROM newton WHERE n < 40)
  SELECT x FROM newton WHERE n = 40),4) AS macro_f1_sd,
  round(g.bal_acc,4) AS bal_acc,
  round((WITH RECURSIVE newton(n, x) AS (
    SELECT 0, 1.0 UNION ALL SELECT n+1, (x + g.bal_acc_variance/x)/2 FROM newton WHERE n < 40)
  SELECT x FROM newton WHERE n = 40),4) AS bal_acc_sd,
  g.accuracy, g.g_mean, g.worst_recall, g.many, g.medium, g.few, g.minutes, g.group_hash,
  g.top5, g.macro_top5, g.weighted_f1, g.mcc, g.ece, g.runs, g.recipe
FROM (
  SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant,
    count(DISTINCT r.seed) AS seeds, avg(r.macro_f1) AS macro_f1,
    max(0.0, (sum(r.macro_f1*r.macro_f1) - count(r.macro_f1)*avg(r.macro_f1)*avg(r.macro_f1)) / nullif(count(r.macro_f1)-1,0)) AS macro_f1_variance,
    avg(r.balanced_accuracy) AS bal_acc,
    max(0.0, (sum(r.balanced_accuracy*r.balanced_accuracy) - count(r.balanced_accuracy)*avg(r.balanced_accuracy)*avg(r.balanced_accuracy)) / nullif(count(r.balanced_accuracy)-1,0)) AS bal_acc_variance,
    round(avg(r.accuracy),4) AS accuracy, round(avg(r.g_mean),4) AS g_mean,
    round(avg(r.worst_recall),4) AS worst_recall, round(avg(r.recall_many),4) AS many,
    round(avg(r.recall_medium),4) AS medium, round(avg(r.recall_few),4) AS few,
    round(avg(r.wall_s)/60.0,1) AS minutes, r.group_hash,
    round(avg(r.top5),4) AS top5, round(avg(r.macro_top5),4) AS macro_top5,
    round(avg(r.weighted_f1),4) AS weighted_f1, round(avg(r.mcc),4) AS mcc,
    round(avg(r.ece),4) AS ece, count(*) AS runs, substr(c.hash,1,8) AS recipe
  FROM recipe c JOIN sweep s ON s.id = c.sweep_id
JOIN recipe_run p ON p.recipe_id = c.id AND p.is_current = 1
JOIN run r ON r.id = p.run_id AND r.status = 'done' AND r.archived_at IS NULL
  AND r.equals_run IS NULL
JOIN dataset d ON d.id = r.dataset_id
  GROUP BY c.id, s.name, r.strategy, r.variant, r.group_hash
) g;

CREATE VIEW v_recipe_compare_class AS -- one line a strategy and class, for every recipe
SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, m.split, k.name AS class,
  k.n_train, k.shot, count(DISTINCT r.seed) AS seeds,
  round(avg(m.precision),4) AS precision,
  round(avg(m.recall),4) AS recall, round(min(m.recall),4) AS recall_min,
  round(avg(m.f1),4) AS f1, round(avg(m.top1),4) AS top1, round(avg(m.top5),4) AS top5,
  min(m.support) AS support, m.class_index, count(*) AS runs, substr(c.hash,1,8) AS recipe
FROM recipe c JOIN sweep s ON s.id = c.sweep_id
JOIN recipe_run p ON p.recipe_id = c.id AND p.is_current = 1
JOIN run r ON r.id = p.run_id AND r.status = 'done' AND r.archived_at IS NULL
  AND r.equals_run IS NULL
JOIN dataset d ON d.id = r.dataset_id JOIN class_metric m ON m.run_id = r.id
JOIN class k ON k.dataset_id = r.dataset_id AND k.class_index = m.class_index
GROUP BY c.id, s.name, r.strategy, r.variant, r.group_hash, m.split, k.name
ORDER BY c.turn, r.strategy, r.variant, r.group_hash, m.split, min(m.class_index);

CREATE VIEW v_recipe_pairs AS -- a strategy minus the baseline of its recipe, by seed and fold, for every recipe
SELECT s.name AS sweep, d.name AS dataset, r.strategy, r.variant, b.strategy AS baseline,
  r.seed, round(r.macro_f1,6) AS macro_f1, round(b.macro_f1,6) AS baseline_macro_f1,
  round(r.macro_f1 - b.macro_f1,6) AS d_macro_f1,
  round(r.balanced_accuracy - b.balanced_accuracy,6) AS d_bal_acc,
  round(r.recall_few - b.recall_few,6) AS d_few,
  round(r.recall_many - b.recall_many,6) AS d_many,
  round(r.recall_medium - b.recall_medium,6) AS d_medium,
  round(r.accuracy - b.accuracy,6) AS d_accuracy, round(r.top5 - b.top5,6) AS d_top5,
  r.fold, substr(c.hash,1,8) AS recipe
FROM recipe c JOIN sweep s ON s.id = c.sweep_id
JOIN recipe_run p ON p.recipe_id = c.id AND p.is_current = 1
JOIN run r ON r.id = p.run_id AND r.status = 'done' AND r.archived_at IS NULL
  AND r.equals_run IS NULL
JOIN dataset d ON d.id = r.dataset_id
JOIN run b ON b.sweep_id = r.sweep_id AND b.strategy = s.baseline AND b.seed = r.seed
  AND b.fold IS r.fold AND b.dataset_id = r.dataset_id AND b.status = 'done'
  AND b.archived_at IS NULL AND b.equals_run IS NULL
JOIN recipe_run q ON q.recipe_id = c.id AND q.run_id = b.id AND q.is_current = 1
WHERE r.strategy <> s.baseline;

CREATE VIEW help (view, shows, example) AS -- SELECT * FROM help;
SELECT 'v_runs', 'one line a run', 'SELECT strategy, seed, macro_f1 FROM v_runs WHERE sweep=''night'' ORDER BY macro_f1 DESC;'
UNION ALL SELECT 'v_progress', 'how far the sweep is', 'SELECT * FROM v_progress;'
UNION ALL SELECT 'v_equal', 'runs that were not made, and the run that each is the same as', 'SELECT strategy, seed, equals_strategy FROM v_equal WHERE sweep=''night'';'
UNION ALL SELECT 'v_failures', 'what failed and why', 'SELECT * FROM v_failures WHERE sweep=''night'';'
UNION ALL SELECT 'v_compare', 'one line a strategy, mean and sd over seeds', 'SELECT * FROM v_compare WHERE sweep=''night'' ORDER BY macro_f1 DESC;'
UNION ALL SELECT 'v_compare_class', 'one line a strategy and class', 'SELECT * FROM v_compare_class WHERE sweep=''night'' AND split=''test'' ORDER BY recipe, n_train, recall DESC;'
UNION ALL SELECT 'v_pairs', 'a strategy minus the baseline of its recipe, by seed and fold', 'SELECT recipe, strategy, round(avg(d_macro_f1),4) FROM v_pairs WHERE sweep=''night'' GROUP BY 1, 2;'
UNION ALL SELECT 'v_class_metrics', 'one line a run and class', 'SELECT strategy, class, recall FROM v_class_metrics WHERE sweep=''night'' AND split=''test'' AND shot=''few'';'
UNION ALL SELECT 'v_confusions', 'which classes are mixed up, as shares of the true class', 'SELECT * FROM v_confusions WHERE run=1 ORDER BY share DESC LIMIT 10;'
UNION ALL SELECT 'v_epochs', 'learning curves', 'SELECT epoch, val_macro_f1 FROM v_epochs WHERE run=1;'
UNION ALL SELECT 'v_class_mass', 'how much each class was promised, and how much it got', 'SELECT class, n_train, sampled, weight, effective FROM v_class_mass WHERE run=1;'
UNION ALL SELECT 'v_phase_mass', 'the same by phase of a run', 'SELECT phase, class, draws, effective, realised FROM v_phase_mass WHERE run=1;'
UNION ALL SELECT 'v_figures', 'what only some runs measure, such as the share a fallback passed on', 'SELECT strategy, seed, value FROM v_figures WHERE sweep=''night'' AND name=''fallback.asked'';'
UNION ALL SELECT 'v_predictions', 'one line a test image', 'SELECT * FROM v_predictions WHERE run=1 AND NOT is_right ORDER BY confidence DESC LIMIT 10;'
UNION ALL SELECT 'v_leaks', 'one line a run: test figures with and without leaked images', 'SELECT strategy, seed, leaked, macro_recall, clean_macro_recall FROM v_leaks WHERE sweep=''night'';'
UNION ALL SELECT 'v_recipes', 'one line a recipe that strategies share, the newest last', 'SELECT recipe, runs, images, is_newest FROM v_recipes WHERE sweep=''night'';'
UNION ALL SELECT 'v_data_remarks', 'what was set aside, repaired or assumed in the data of runs', 'SELECT n, text FROM v_data_remarks WHERE sweep=''night'' AND kind=''quarantined'';'
UNION ALL SELECT 'v_recipe_compare', 'one line a strategy, mean and sd over seeds, for every recipe', 'SELECT * FROM v_recipe_compare WHERE sweep=''night'' ORDER BY macro_f1 DESC;'
UNION ALL SELECT 'v_recipe_compare_class', 'one line a strategy and class, for every recipe', 'SELECT * FROM v_recipe_compare_class WHERE sweep=''night'' AND split=''test'' ORDER BY recipe, n_train, recall DESC;'
UNION ALL SELECT 'v_recipe_pairs', 'a strategy minus the baseline of its recipe, by seed and fold, for every recipe', 'SELECT recipe, strategy, round(avg(d_macro_f1),4) FROM v_recipe_pairs WHERE sweep=''night'' GROUP BY 1, 2;';

INSERT INTO migration VALUES (4, '2026-11-23T00:00:00Z', 'poise');
PRAGMA application_id = 1347373395;
PRAGMA user_version = 4;
