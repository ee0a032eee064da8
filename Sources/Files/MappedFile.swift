#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file's bytes in memory, read-only and shared between processes, as long as this object lives.
///
/// A file that another program shortens while it is mapped ends the process; files written
/// through ``AtomicFile`` are replaced and never shortened.
public final class MappedFile: @unchecked Sendable {
  /// The file, as it was named.
  public let path: String
  /// The content; valid as long as this object lives.
  public let bytes: UnsafeRawBufferPointer
  /// The file's size and time of change when it was opened.
  public let stamp: FileStamp

  /// How the bytes will be read.
  public enum Access: Sendable { case sequential, random, soon }

  /// Maps the file at `path`. A file without content is an error.
  ///
  /// - Throws: where the file cannot be opened or mapped, is no regular file, or is empty.
  public init(path: String) throws(FileError) {
    let (descriptor, info) = try RegularFile.open(path, to: "map")
    defer { close(descriptor) }
    let size = Int(info.st_size)
    guard size > 0 else {
      throw FileError(
        "map", path, reason: "the file is empty", advice: "remove it, or fetch or make it again")
    }
    let memory = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let memory, memory != MAP_FAILED else { throw FileError("map", path, code: errno) }
    self.path = path
    bytes = UnsafeRawBufferPointer(start: memory, count: size)
    stamp = FileStamp(info)
  }

  /// Tells the system how the bytes will be read. Only advice: failure changes nothing.
  public func advise(_ access: Access) {
    let advice =
      switch access {
      case .sequential: MADV_SEQUENTIAL
      case .random: MADV_RANDOM
      case .soon: MADV_WILLNEED
      }
    _ = madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count, Int32(advice))
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count) }
}
