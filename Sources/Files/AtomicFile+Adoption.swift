#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension AtomicFile {
  /// Gives a file that another library wrote its name: brought to the disk, renamed, and the folder
  /// brought to the disk. What had the name before is replaced.
  ///
  /// - Parameter temporary: a file in the same folder that nobody writes any more.
  /// - Throws: where the system refuses; the temporary stays then.
  public static func adopt(_ temporary: String, as path: String) throws(FileError) {
    let descriptor = uninterrupted { open(temporary, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError("open", temporary, code: errno) }
    let synced = uninterrupted { fsync(descriptor) }
    let code = errno
    // Only read through it: closing it can lose nothing.
    close(descriptor)
    guard synced == 0 else { throw FileError("bring to the disk", temporary, code: code) }
    guard rename(temporary, path) == 0 else { throw FileError("rename to", path, code: errno) }
    try bringFolderToDisk(of: path)
  }
}
