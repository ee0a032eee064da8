extension Schema {
  /// Part of migration 4: the process that writes.
  package static let storeOwner = """
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

    """
}
