import GRDB

extension Schema {
  /// Migration 4: digests by which damage is found.
  package static let runDigests = """
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

    """

  /// The number of the migration that brings the digests.
  static let digestMigration = 4

  /// Migration 4, second half: the digests of what is there already. They say nothing of what had
  /// happened to it before.
  static func fillDigests(_ database: Database) throws {
    let book = DigestBook(database, origin: .found)
    for kind in DigestOwner.Kind.allCases {
      for owner in try kind.owners(in: database) {
        try book.renew(owner)
        if kind == .sweep { try book.count(runsOf: owner.id) }
      }
    }
    try book.close()
  }
}
