#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file that is read in pieces from any place: for files that others may change meanwhile,
/// and for files too large to hold.
final class RegularFile: Sendable {
  /// The file, as it was named.
  let path: String
  /// Bytes when it was opened.
  let size: Int
  private let descriptor: Int32

  /// Opens the file at `path`. A file without content is an error.
  ///
  /// - Throws: where it cannot be opened, is no regular file, or is empty.
  init(path: String) throws(FileError) {
    self.path = path
    // Without O_NONBLOCK, opening a pipe would wait for ever.
    descriptor = uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    var info = stat()
    size = descriptor >= 0 && fstat(descriptor, &info) == 0 ? Int(info.st_size) : -1
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    guard size >= 0 else { throw FileError("look at", path, code: errno) }
    guard info.st_mode & S_IFMT == S_IFREG else {
      throw FileError(
        "read", path, reason: "it is no regular file",
        advice: "name a file, not a folder or device")
    }
    guard size > 0 else {
      throw FileError(
        "read", path, reason: "the file is empty", advice: "remove it, or fetch or make it again")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Fills `room` from the byte at `offset` on; returns how many bytes there were.
  func read(
    into room: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) throws(FileError) -> Int {
    var count = 0
    while count < room.count {
      let got = uninterrupted {
        pread(
          descriptor, room.baseAddress! + count, min(room.count - count, 1 << 30),
          off_t(offset + count))
      }
      guard got >= 0 else { throw FileError("read", path, code: errno) }
      if got == 0 { break }
      count += got
    }
    return count
  }
}
