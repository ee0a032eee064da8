import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One file in memory, for readers that take a path.
struct InputFile {
  /// The process's only one: a process fuzzes on one thread.
  static let shared = InputFile()

  private let path: String

  private init() {
    let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    path = "\(folder)/counterpoise-fuzz-\(getpid())"
    atexit { unlink("/dev/shm/counterpoise-fuzz-\(getpid())") }
  }

  /// The path of a file with these bytes; valid until the next call.
  func path(of bytes: [UInt8]) -> String {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { fatalError("\(path) cannot be written: \(errno)") }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      fatalError("\(path) cannot be written: \(errno)")
    }
    return path
  }
}
