#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file's size and time of change: cheap to ask for, and different when the file was changed.
public struct FileStamp: Codable, Hashable, Sendable {
  /// Bytes.
  public var size: Int
  /// Time of change: whole seconds since 1970.
  public var seconds: Int
  /// Time of change: the nanoseconds beside ``seconds``.
  public var nanoseconds: Int

  /// The stamp of the file at `path` (links are followed); `nil` when there is none.
  ///
  /// - Throws: where the file is there, or may be, and cannot be looked at.
  public init?(of path: String) throws(FileError) {
    var info = stat()
    guard uninterrupted({ stat(path, &info) }) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw FileError("look at", path, code: errno)
    }
    self.init(info)
  }

  init(_ info: stat) {
    size = Int(info.st_size)
    #if canImport(Darwin)
      let time = info.st_mtimespec
    #else
      let time = info.st_mtim
    #endif
    (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec)
  }

  /// Time of change in seconds since 1970.
  public var modified: Double { Double(seconds) + Double(nanoseconds) * 1e-9 }
}

/// Folders.
public enum Folder {
  /// The names in a folder, sorted, without those that are not UTF-8.
  ///
  /// - Throws: where the folder cannot be read.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw FileError("list the folder", path, code: errno) }
    defer { closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(folder) {
      withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee))
        {
          guard let name = String(validatingCString: $0), name != ".", name != ".." else { return }
          names.append(name)
        }
      }
      errno = 0
    }
    guard errno == 0 else { throw FileError("list the folder", path, code: errno) }
    return names.sorted()
  }

  /// Makes a folder and the folders above it where they are absent, each brought to the disk, so that
  /// no loss of power takes it away with all that was brought to the disk inside.
  ///
  /// - Throws: where a folder cannot be made, or something else has its name.
  public static func create(_ path: String) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return try AtomicFile.bringFolderToDisk(of: path) }
    let code = errno
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try create(String(path[..<slash]))
      if mkdir(path, 0o777) == 0 { return try AtomicFile.bringFolderToDisk(of: path) }
      if errno == EEXIST { return }
      throw FileError("create the folder", path, code: errno)
    }
    var info = stat()
    if code == EEXIST, stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR { return }
    throw FileError("create the folder", path, code: code)
  }
}
