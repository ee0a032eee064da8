import GRDB

extension SQLiteRunStore {
  /// Version of the SQLite library that this program is linked with, such as `3.40.1`.
  public static var libraryVersion: String {
    let version = try? DatabaseQueue().read { database in
      try String.fetchOne(database, sql: "SELECT sqlite_version()")
    }
    return (version ?? nil) ?? "unknown"
  }
}
