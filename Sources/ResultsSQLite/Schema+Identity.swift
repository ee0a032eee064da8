extension Schema {
  /// Migration 3: what may be compared with what.
  static let comparableRuns = """
    ALTER TABLE run ADD COLUMN fold INTEGER;  -- the test set's, from 1; NULL: divided once

    """
}
