extension Schema {
  /// Migration 3: what was counted of the classes, and runs that stand for others.
  static let realisedMass = """
    ALTER TABLE class_mass ADD COLUMN drawn REAL;     -- share of all draws of the run, counted
    ALTER TABLE class_mass ADD COLUMN realised REAL;  -- share of the weight in all losses, counted

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

    ALTER TABLE run ADD COLUMN equals_run INTEGER REFERENCES run ON DELETE CASCADE;
      -- the run that this one is the same as, and whose figures are its own: it was not made

    """

  /// Migration 2: what only some runs measure.
  static let figureTable = """
    CREATE TABLE figure (                    -- what only some runs measure
      run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
      name   TEXT NOT NULL,                  -- such as fallback.threshold
      value  REAL NOT NULL,
      PRIMARY KEY (run_id, name)
    ) STRICT, WITHOUT ROWID;

    """

  /// Migration 1, first half: sweeps, data sets, runs and attempts.
  static let firstTables = """
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
      error TEXT, prune_reason TEXT,
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

    """

  /// Migration 1, second half: what runs measured.
  static let resultTables = """
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
      effective   REAL,                      -- sampled * weight, summing to 1
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

    """
}
