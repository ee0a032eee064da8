import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An exclusive lock among processes and threads, held until ``unlock()`` or the process's end.
///
/// The lock is the system's on an open file (`flock`): a killed process leaves none behind. The
/// lock file itself stays; removing it would let two holders in. It names the last holder's pid.
/// Children do not inherit the lock. Keep the object and end with ``unlock()``, or use ``holding(_:_:)``:
/// a lock that nobody refers to any more is let go of.
public final class FileLock: Sendable {
  /// The lock file.
  public let path: String
  private let descriptor: Mutex<Int32?>

  /// Waits for the lock.
  ///
  /// - Throws: where the lock file cannot be opened or locked.
  public convenience init(waitingFor path: String) throws(FileError) {
    guard let descriptor = try FileLock.take(path, LOCK_EX) else {
      throw FileError("lock", path, code: EWOULDBLOCK)
    }
    self.init(path, descriptor)
  }

  /// Takes the lock if it is free; `nil` when somebody holds it.
  ///
  /// - Throws: where the lock file cannot be opened or locked, other than because somebody holds
  ///   it.
  public convenience init?(trying path: String) throws(FileError) {
    guard let descriptor = try FileLock.take(path, LOCK_EX | LOCK_NB) else { return nil }
    self.init(path, descriptor)
  }

  private init(_ path: String, _ descriptor: Int32) {
    self.path = path
    self.descriptor = Mutex(descriptor)
    // Only for messages, so that a full disk here is no reason to fail.
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  /// Runs `body` while holding the lock.
  ///
  /// - Throws: what `body` throws, and `FileError` where the lock file cannot be opened or locked.
  public static func holding<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    let lock = try FileLock(waitingFor: path)
    defer { lock.unlock() }
    return try body()
  }

  /// Who took the lock last, for a message; the lock may be free by now.
  public static func lastHolder(of path: String) -> pid_t? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 32)
    let count = read(descriptor, &text, text.count)
    guard count > 0 else { return nil }
    return pid_t(String(decoding: text[..<count].prefix { $0 != 10 }, as: UTF8.self))
  }

  /// Lets go of the lock; a second call does nothing.
  public func unlock() {
    descriptor.withLock { descriptor in
      // Closing the only descriptor of the open file lets go.
      if let open = descriptor { close(open) }
      descriptor = nil
    }
  }

  deinit { unlock() }

  private static func take(_ path: String, _ operation: Int32) throws(FileError) -> Int32? {
    let descriptor = uninterrupted { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw FileError("open the lock file", path, code: errno) }
    if uninterrupted({ flock(descriptor, operation) }) == 0 { return descriptor }
    let code = errno
    close(descriptor)
    if code == EWOULDBLOCK { return nil }
    throw FileError("lock", path, code: code)
  }
}
