import GRDB

/// What is wrong with a results file, and what to do about it.
public enum ResultsFileError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(String)
  case isDirectory(String)
  /// A name without a character.
  case noName
  /// Something that no file can be in the place of: a device, a pipe, a socket.
  case notAFile(String, kind: String)
  /// A file with several names in the file system.
  case linked(String, names: Int)
  case missingFolder(file: String, folder: String)
  case notWritable(file: String, place: String)
  case notADatabase(String)
  /// A database of another program.
  case foreign(String)
  /// Made by a later version of this tool.
  case newer(String, version: Int, supported: Int, writtenBy: String)
  case corrupted(String, detail: String)
  case readOnly(String)
  /// Somebody kept it locked for longer than we wait.
  case locked(String, detail: String)
  case full(String)
  /// The process was asked to stop while it waited for somebody who had the file locked.
  case stopped(String)
  case other(String, detail: String)

  /// One sentence: what is wrong, and what to do.
  public var description: String {
    switch self {
    case .missing(let path):
      "no results file '\(path)'; `poise sweep` makes one, `--results` names another"
    case .isDirectory(let path):
      "'\(path)' is a folder; expected a results file such as '\(path)/results.sqlite'"
    case .noName:
      "the results file has an empty name; expected a file such as 'results.sqlite'"
    case .notAFile(let path, let kind):
      "'\(path)' is \(kind); expected a results file or a name that is free"
    case .linked(let path, let names):
      """
      '\(path)' is one of \(names) names (hard links) of one file; SQLite keeps what a cut-off write \
      needs beside the name that was used, and would not find it under another one. Remove the other \
      names, or work on a copy (cp '\(path)' …)
      """
    case .stopped(let path):
      """
      stopped while another program had '\(path)' locked; nothing is lost, the same command continues
      """
    case .missingFolder(let file, let folder):
      "cannot make '\(file)': there is no folder '\(folder)'; make it or name another place"
    case .notWritable(let file, let place):
      "cannot write '\(file)': no permission to write '\(place)'"
    case .notADatabase(let path):
      "'\(path)' is no SQLite database; expected a results file or a name that is free"
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
