import Files
import Foundation
import GRDB
import GRDBSQLite

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
  /// The system refused to read or write it, or the journal beside it, with its error number.
  case refused(String, operation: String, code: Int32)
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
    case .refused(let path, let operation, let code):
      SystemRefusal(operation, path, code: code).description
    case .other(let path, let detail):
      "'\(path)': \(detail)"
    }
  }

  /// What a database error means for the file at `path`.
  ///
  /// - Parameter code: the number that the system gave last, 0 where it is not known.
  init(_ error: DatabaseError, path: String, code: Int32 = 0) {
    let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .notADatabase(path)
    case .SQLITE_CORRUPT: self = .corrupted(path, detail: detail)
    case .SQLITE_READONLY: self = .readOnly(path)
    case .SQLITE_PERM, .SQLITE_AUTH: self = .notWritable(file: path, place: path)
    case .SQLITE_CANTOPEN: self = Self.unopened(path, code: code, detail: detail)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path, detail: detail)
    case .SQLITE_FULL: self = .full(path)
    case .SQLITE_IOERR:
      let operation = Self.operation(of: error)
      // The number is lost where other calls came after: a limit on sizes, or else a fault of the disk.
      let likely = operation == "write" && Self.limitsFileSize ? EFBIG : EIO
      self = .refused(
        path, operation: operation, code: SystemRefusal.isMachines(code) ? code : likely)
    case .SQLITE_NOMEM: self = .refused(path, operation: "find memory for", code: ENOMEM)
    default: self = .other(path, detail: detail)
    }
  }

  /// SQLite says no more than that the file or its journal could not be opened: looks for the reason.
  private static func unopened(_ path: String, code: Int32, detail: String) -> ResultsFileError {
    if SystemRefusal.isMachines(code) {
      return .refused(path, operation: "open the store or journal at", code: code)
    }
    if !OpenFileLimit.hasRoom(for: 4) {
      return .refused(path, operation: "open", code: EMFILE)
    }
    let folder = folder(of: path)
    guard access(path, F_OK) == 0 || errno == ENOENT else {
      return .refused(path, operation: "look at", code: errno)
    }
    for place in [path, folder] where access(place, W_OK) != 0 && errno != ENOENT {
      return .notWritable(file: path, place: place)
    }
    // It may be opened, and was not: a fault that was over a moment later.
    return .refused(path, operation: "open the store or journal at", code: EIO)
  }

  /// Whether this process may not write files of any size.
  private static var limitsFileSize: Bool {
    var limit = rlimit()
    #if canImport(Glibc)
      let found = getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #else
      let found = getrlimit(RLIMIT_FSIZE, &limit)
    #endif
    return found == 0 && limit.rlim_cur < rlim_t(1) << 60
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func operation(of error: DatabaseError) -> String {
    switch error.extendedResultCode {
    case .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_FSTAT: "read"
    case .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC: "bring to the disk"
    case .SQLITE_IOERR_LOCK, .SQLITE_IOERR_RDLOCK, .SQLITE_IOERR_UNLOCK: "lock"
    case .SQLITE_IOERR_DELETE, .SQLITE_IOERR_TRUNCATE: "remove or empty the journal of"
    default: "write"
    }
  }
}

extension ResultsFileError: SystemRefusing {
  public var refusal: SystemRefusal? {
    switch self {
    case .full(let path): SystemRefusal("write", path, code: ENOSPC)
    case .refused(let path, let operation, let code) where SystemRefusal.isMachines(code):
      SystemRefusal(operation, path, code: code)
    default: nil
    }
  }
}

extension DatabaseQueue {
  /// The number that the system gave when it last refused something to this connection.
  var lastSystemError: Int32 {
    unsafeReentrantRead { database in
      database.sqliteConnection.map { sqlite3_system_errno($0) } ?? 0
    }
  }
}
