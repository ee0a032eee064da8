#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many files a process may have open, and how large a file may grow.
public enum OpenFileLimit {
  /// The limit on open files now: the soft one, which counts, and the hard one, up to which a process
  /// may raise it itself.
  public static var now: (soft: Int, hard: Int) {
    let limit = of(RLIMIT_NOFILE)
    return (whole(limit.rlim_cur), whole(limit.rlim_max))
  }

  /// Raises the soft limit where it is below `count` and the hard one allows it.
  public static func raise(to count: Int) {
    var limit = of(RLIMIT_NOFILE)
    guard limit.rlim_cur < rlim_t(count) else { return }
    limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
    // Where it cannot be raised, it stays, and whoever needs files finds out how many there are.
    #if canImport(Glibc)
      _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      _ = setrlimit(RLIMIT_NOFILE, &limit)
    #endif
  }

  /// Whether so many more files can be opened now.
  public static func hasRoom(for count: Int) -> Bool {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    while opened.count < count {
      let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
      // Only a limit counts: where there is no such device, nothing was found out.
      guard descriptor >= 0 else { return errno != EMFILE && errno != ENFILE }
      opened.append(descriptor)
    }
    return true
  }

  /// The limit on a file's size, for a message.
  static var fileSizeText: String {
    let limit = of(RLIMIT_FSIZE).rlim_cur
    return limit == rlim_t.max ? "that of the file system" : "\(limit) bytes"
  }

  #if canImport(Glibc)
    private typealias Resource = __rlimit_resource
  #else
    private typealias Resource = Int32
  #endif

  private static func of(_ resource: Resource) -> rlimit {
    var limit = rlimit()
    // A call that only asks, with a resource that every system knows: it does not fail.
    #if canImport(Glibc)
      _ = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    #else
      _ = getrlimit(resource, &limit)
    #endif
    return limit
  }

  private static func whole(_ value: rlim_t) -> Int { Int(clamping: value) }
}
