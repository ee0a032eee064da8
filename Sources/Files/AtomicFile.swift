import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that are there whole or not at all: written under a temporary name in the same folder,
/// brought to the disk, renamed, and the folder brought to the disk. A device or a pipe is no file
/// that could be replaced: what is written goes through it.
public enum AtomicFile {
  private static let ending = ".partial"
  private static let serial = Atomic<UInt64>(0)

  /// Writes a file by means of `body`. On any error the old file stays and the temporary goes.
  ///
  /// - Parameter body: writes the content, in one or many pieces.
  /// - Throws: what `body` throws, and `FileError` where the system refuses: no room, no
  ///   permission.
  public static func write(
    to path: String, _ body: (inout FileSink) throws -> Void
  ) throws {
    if isDevice(path) { return try writeThrough(to: path, body) }
    let temporary = temporaryName(for: path)
    let descriptor = uninterrupted {
      open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else { throw FileError("create", path, code: errno) }
    do {
      do {
        var sink = FileSink(descriptor: descriptor, path: path)
        try body(&sink)
        try sink.flush()
        guard uninterrupted({ fsync(descriptor) }) == 0 else {
          throw FileError("bring to the disk", path, code: errno)
        }
      } catch {
        close(descriptor)
        throw error
      }
      // After EINTR the descriptor is closed on Linux, and the data is on the disk already.
      guard close(descriptor) == 0 || errno == EINTR else {
        throw FileError("close", path, code: errno)
      }
      guard rename(temporary, path) == 0 else { throw FileError("rename to", path, code: errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    try bringFolderToDisk(of: path)
  }

  /// Whether there is something at a path, links followed, that is neither a file nor a folder.
  private static func isDevice(_ path: String) -> Bool {
    var info = stat()
    guard uninterrupted({ stat(path, &info) }) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(info.st_mode & S_IFMT)
  }

  private static func writeThrough(
    to path: String, _ body: (inout FileSink) throws -> Void
  ) throws {
    let descriptor = uninterrupted { open(path, O_WRONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    defer { close(descriptor) }
    var sink = FileSink(descriptor: descriptor, path: path)
    try body(&sink)
    try sink.flush()
  }

  /// Writes text as UTF-8.
  ///
  /// - Throws: `FileError` where the system refuses.
  public static func write(_ text: String, to path: String) throws {
    try write(to: path) { try $0.write(text) }
  }

  /// Writes bytes.
  ///
  /// - Throws: `FileError` where the system refuses.
  public static func write(_ data: Data, to path: String) throws {
    try write(to: path) { try $0.write(data) }
  }

  /// Removes temporaries that a killed process left in `folder`: older than `seconds`, and made by
  /// a process that does not live any more on this machine.
  ///
  /// - Returns: their names.
  /// - Throws: `FileError` where the folder cannot be read or a file in it cannot be removed.
  @discardableResult
  public static func removeStaleTemporaries(
    in folder: String, olderThan seconds: Double = 3600
  ) throws -> [String] {
    let now = Date().timeIntervalSince1970
    var removed: [String] = []
    for name in try Folder.names(in: folder) {
      guard let process = process(of: name) else { continue }
      let path = folder + "/" + name
      guard let stamp = try FileStamp(of: path), now - stamp.modified >= seconds else { continue }
      if kill(process, 0) == 0 || errno == EPERM { continue }
      guard unlink(path) == 0 || errno == ENOENT else {
        throw FileError("remove", path, code: errno)
      }
      removed.append(name)
    }
    return removed
  }

  /// Checks that the disk of `folder` has room for so many bytes, before the work is done.
  ///
  /// - Throws: where there is too little room, or the folder cannot be looked at.
  public static func requireFreeSpace(_ bytes: Int, in folder: String) throws(FileError) {
    var info = statvfs()
    guard uninterrupted({ statvfs(folder, &info) }) == 0 else {
      throw FileError("look at the free space of", folder, code: errno)
    }
    let free = UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize))
    if !free.overflow && free.partialValue < UInt64(max(bytes, 0)) {
      var error = FileError("write into", folder, code: ENOSPC)
      error.reason = "\(bytes) bytes are needed and \(free.partialValue) are free on that disk"
      throw error
    }
  }

  /// `.name.pid-serial.partial` beside the file, so that the rename stays on one disk.
  private static func temporaryName(for path: String) -> String {
    let (folder, name) = split(path)
    let number = serial.add(1, ordering: .relaxed).newValue
    // A file name has at most 255 bytes; the ending must fit.
    let short = String(decoding: name.utf8.prefix(180), as: UTF8.self)
    return "\(folder)/.\(short).\(getpid())-\(number)\(ending)"
  }

  private static func process(of name: String) -> pid_t? {
    guard name.hasPrefix("."), name.hasSuffix(ending) else { return nil }
    let parts = name.dropLast(ending.count).split(separator: ".").last?.split(separator: "-") ?? []
    return parts.count == 2 && UInt64(parts[1]) != nil ? pid_t(parts[0]) : nil
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  /// Makes the names in the folder of `path` survive a loss of power.
  static func bringFolderToDisk(of path: String) throws(FileError) {
    let folder = split(path).folder
    let descriptor = uninterrupted { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError("open the folder", folder, code: errno) }
    defer { close(descriptor) }
    // Some file systems know no fsync of a folder and say so with EINVAL.
    if uninterrupted({ fsync(descriptor) }) != 0 && errno != EINVAL {
      throw FileError("bring to the disk the folder", folder, code: errno)
    }
  }
}
