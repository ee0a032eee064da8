#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file's bytes, read into memory of our own: for files that others may change meanwhile.
public enum WholeFile {
  /// All bytes of a regular file; more than `limit` are an error before anything is read.
  ///
  /// - Throws: where the file is missing, no regular file, larger than `limit`, or cannot be read.
  public static func read(path: String, limit: Int) throws(FileError) -> [UInt8] {
    let (descriptor, info) = try RegularFile.open(path, to: "read")
    defer { close(descriptor) }
    let size = Int(info.st_size)
    guard size <= limit else {
      throw FileError(
        "read", path, reason: "its \(size) bytes are more than the limit of \(limit)",
        advice: "check that this is the right file")
    }
    // All threads share one empty array, whose count would be written without a lock.
    if size == 0 { return [] }
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = uninterrupted {
          Self.read(descriptor, buffer.baseAddress! + count, min(size - count, 1 << 30))
        }
        if got < 0 { failure = FileError("read", path, code: errno) }
        // A file that became shorter meanwhile: whoever parses it will find it truncated.
        if got <= 0 { return }
        count += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// The first bytes of a regular file, at most `count`; fewer where it is shorter.
  ///
  /// - Throws: where the file is missing, no regular file, or cannot be read.
  public static func start(of path: String, count: Int) throws(FileError) -> [UInt8] {
    let (descriptor, _) = try RegularFile.open(path, to: "read")
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { buffer in
      uninterrupted { Self.read(descriptor, buffer.baseAddress!, count) }
    }
    guard got >= 0 else { throw FileError("read", path, code: errno) }
    return Array(bytes.prefix(got))
  }

  private static func read(
    _ descriptor: Int32, _ start: UnsafeMutableRawPointer, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, start, count)
    #else
      Darwin.read(descriptor, start, count)
    #endif
  }
}
