extension Schema {
  /// Migration 4: what lets one run, or one sweep, be read without reading all others.
  ///
  /// SQLite's statistics (`ANALYZE`) are not kept in a file: plans must be good without them, in every
  /// version of SQLite and however small the store was when they were made.
  package static let storeIndices = """
    CREATE INDEX run_place ON run (sweep_id, strategy, seed, fold, variant);
    CREATE INDEX run_name ON run (name, sweep_id);
    CREATE INDEX run_dataset ON run (dataset_id, sweep_id);
    CREATE INDEX run_equal ON run (equals_run) WHERE equals_run IS NOT NULL;
    CREATE INDEX run_running ON run (status) WHERE status = 'running';
    CREATE INDEX test_image_leak ON test_image (dataset_id, leak, true_class);

    """
}
