import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether this process was asked to stop: INT, TERM, USR1 or USR2.
///
/// The handler only sets a flag; the work looks at it between steps and writes a checkpoint. A
/// second INT or TERM ends the process at once.
public enum StopSignal {
  private static let received = Atomic<Int32>(0)

  /// Starts listening.
  public static func install() {
    // A process started from a dispatch thread inherits a mask that blocks them all.
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGUSR2] {
      signal(number) { StopSignal.handle($0) }
      sigaddset(&mask, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    // A reader that goes away shows as a failed write.
    signal(SIGPIPE, SIG_IGN)
  }

  /// A worker hears only its parent: Ctrl-C in the terminal reaches the parent, which asks it.
  public static func installInWorker() {
    install()
    signal(SIGINT, SIG_IGN)
  }

  /// The signal that was received, or `nil`.
  public static var number: Int32? {
    let value = received.load(ordering: .relaxed)
    return value == 0 ? nil : value
  }

  private static func handle(_ number: Int32) {
    if received.exchange(number, ordering: .relaxed) != 0, number == SIGINT || number == SIGTERM {
      _exit(128 + number)
    }
  }
}
