import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ResultsFile {
  /// Says in our words what SQLite would say in one code.
  static func checkWritable(_ path: String) throws(ResultsFileError) {
    guard !path.isEmpty else { throw .noName }
    let folder = Self.folder(of: path)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { throw .missingFolder(file: path, folder: folder) }
    if let names = try namesOfFile(path) {
      guard names == 1 else { throw .linked(path, names: names) }
      try checkReadable(path, allowsEmpty: true)
      guard access(path, W_OK) == 0 else { throw .notWritable(file: path, place: path) }
    } else if path.hasSuffix("/") {
      throw .isDirectory(String(path.dropLast()))
    }
    guard access(folder, W_OK) == 0 else { throw .notWritable(file: path, place: folder) }
  }

  /// Throws for what is no database at all. Comes before this process has a connection to the file: the
  /// system drops a process's locks on a file when any descriptor of it is closed.
  static func checkReadable(_ path: String, allowsEmpty: Bool = false) throws(ResultsFileError) {
    // Opening a pipe would wait for somebody to write to it.
    guard try namesOfFile(path) != nil else { throw path.isEmpty ? .noName : .missing(path) }
    let start: [UInt8]
    do throws(FileError) {
      start = try WholeFile.start(of: path, count: 16)
    } catch {
      throw Self.unreadable(path, error)
    }
    if start.isEmpty && allowsEmpty { return }
    // A writer that was killed amid its first entries leaves a start that its journal takes back.
    if hasJournal(path) { return }
    guard !start.isEmpty else { throw .empty(path) }
    guard start == Array("SQLite format 3\0".utf8) else { throw .notADatabase(path) }
  }

  private static func unreadable(_ path: String, _ error: FileError) -> ResultsFileError {
    switch error.code {
    case EACCES?, EPERM?: .other(path, detail: "no permission to read it")
    case let code?: .refused(path, operation: error.operation, code: code)
    case nil: .other(path, detail: error.reason)
    }
  }

  /// Whether there is a journal beside a file that may have to be rolled back.
  private static func hasJournal(_ path: String) -> Bool {
    guard let stamp = try? FileStamp(of: path + "-journal") else { return false }
    return stamp.size > 0
  }

  /// How many names a file has; `nil` where there is nothing.
  private static func namesOfFile(_ path: String) throws(ResultsFileError) -> Int? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    switch info.st_mode & S_IFMT {
    case S_IFREG: return Int(info.st_nlink)
    case S_IFDIR: throw .isDirectory(path)
    case S_IFIFO: throw .notAFile(path, kind: "a pipe")
    case S_IFSOCK: throw .notAFile(path, kind: "a socket")
    default: throw .notAFile(path, kind: "a device")
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
