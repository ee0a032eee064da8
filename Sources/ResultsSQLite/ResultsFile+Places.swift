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
    let folder = Self.folder(of: path)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { throw .missingFolder(file: path, folder: folder) }
    if FileManager.default.fileExists(atPath: path) {
      try checkReadable(path, allowsEmpty: true)
      guard access(path, W_OK) == 0 else { throw .notWritable(file: path, place: path) }
    }
    guard access(folder, W_OK) == 0 else { throw .notWritable(file: path, place: folder) }
  }

  /// Throws for what is no database at all.
  static func checkReadable(_ path: String, allowsEmpty: Bool = false) throws(ResultsFileError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .missing(path)
    }
    guard !isDirectory.boolValue else { throw .isDirectory(path) }
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

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
