import GRDB

/// What is wrong with a results file, and what to do about it.
public enum ResultsFileError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(String)
  case isDirectory(String)
  case missingFolder(file: String, folder: String)
  case notWritable(file: String, place: String)
  case notADatabase(String)
  /// Nothing was written into it yet.
  case empty(String)
  /// A database of another program.
  case foreign(String)
  /// Made by a later version of this tool.
  case newer(String, version: Int, supported: Int, writtenBy: String)
  case corrupted(String, detail: String)
  /// Has triggers, of which the layout has none.
  case triggers(String, names: [String])
  case readOnly(String)
  /// Somebody kept it locked for longer than we wait.
  case locked(String, detail: String)
  case full(String)
  case other(String, detail: String)

  /// One sentence: what is wrong, and what to do.
  public var description: String {
    switch self {
    case .missing(let path):
      "no results file '\(path)'; `poise sweep` makes one, `--results` names another"
    case .isDirectory(let path):
      "'\(path)' is a folder; expected a results file such as '\(path)/results.sqlite'"
    case .missingFolder(let file, let folder):
      "cannot make '\(file)': there is no folder '\(folder)'; make it or name another place"
    case .notWritable(let file, let place):
      "cannot write '\(file)': no permission to write '\(place)'"
    case .notADatabase(let path):
      "'\(path)' is no SQLite database; expected a results file or a name that is free"
    case .empty(let path):
      """
      '\(path)' is empty: the sweep that made it was ended before its first entry; \
      the same `poise sweep` fills it
      """
    case .foreign(let path):
      "'\(path)' is a database of another program; it is left untouched, name another file"
    case .newer(let path, let version, let supported, let writtenBy):
      """
      '\(path)' has layout \(version), written by \(writtenBy); this version of poise knows \
      layouts up to \(supported); use the newer poise or another results file
      """
    case .corrupted(let path, let detail):
      """
      '\(path)' is damaged (\(detail)); keep a copy, then save what can be read with \
      `sqlite3 '\(path)' .recover | sqlite3 rescued.sqlite`
      """
    case .triggers(let path, let names):
      """
      '\(path)' has triggers that poise did not make (\(names.joined(separator: ", "))); nothing is \
      written while they could change it: drop them with `DROP TRIGGER`, or take another file
      """
    case .readOnly(let path):
      "'\(path)' is open for reading only"
    case .locked(let path, let detail):
      """
      '\(path)' was locked by another program for too long (\(detail)); close open transactions \
      and unfinished queries on it, then start again
      """
    case .full(let path):
      "no room on the disk for '\(path)'; make room, then start again: nothing is lost"
    case .other(let path, let detail):
      "'\(path)': \(detail)"
    }
  }

  /// What a database error means for the file at `path`.
  init(_ error: DatabaseError, path: String) {
    let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .notADatabase(path)
    case .SQLITE_CORRUPT: self = .corrupted(path, detail: detail)
    case .SQLITE_READONLY: self = .readOnly(path)
    case .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
      self = .notWritable(file: path, place: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path, detail: detail)
    case .SQLITE_FULL: self = .full(path)
    default: self = .other(path, detail: detail)
    }
  }
}
