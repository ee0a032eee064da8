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
    if let kind = FileKind(at: path), kind != .regular {
      throw .other(path, detail: "\(kind.sentence); name a file")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw .other(path, detail: "no permission to read it")
    }
    defer { try? file.close() }
    let start = (try? file.read(upToCount: 16)) ?? Data()
    if start.isEmpty && allowsEmpty { return }
    guard start == Data("SQLite format 3\0".utf8) else { throw .notADatabase(path) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
