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
    let (descriptor, info) = try Self.open(path, to: "read")
    (self.descriptor, size) = (descriptor, Int(info.st_size))
    guard size > 0 else {
      throw FileError(
        "read", path, reason: "the file is empty", advice: "remove it, or fetch or make it again")
    }
  }

  deinit { close(descriptor) }

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

// Opening files that are read whole, mapped or in pieces.
extension RegularFile {
  /// A descriptor for reading with what `fstat` says of it; whoever opens closes it.
  ///
  /// - Throws: where nothing can be opened there, or it is no regular file.
  static func open(
    _ path: String, to operation: String
  ) throws(FileError) -> (descriptor: Int32, info: stat) {
    // A device may do something where it is opened, and a socket cannot be.
    if let kind = FileKind(at: path), kind != .regular { throw refusal(path, operation, kind) }
    // Without O_NONBLOCK, opening a FIFO that came meanwhile would wait for ever.
    let descriptor = uninterrupted { openFile(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError("look at", path, code: code)
    }
    let kind = FileKind(info)
    guard kind == .regular else {
      close(descriptor)
      throw refusal(path, operation, kind)
    }
    return (descriptor, info)
  }

  private static func refusal(
    _ path: String, _ operation: String, _ kind: FileKind
  ) -> FileError {
    FileError(operation, path, reason: kind.sentence, advice: kind.advice)
  }

  private static func openFile(_ path: String, _ flags: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.open(path, flags)
    #else
      Darwin.open(path, flags)
    #endif
  }
}
