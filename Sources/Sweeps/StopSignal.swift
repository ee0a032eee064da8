import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether this process was asked to stop: INT, TERM, USR1 or USR2.
///
/// While nothing can be lost, as before the first step, a signal ends the process at once, whatever it
/// waits for. From ``beginWork()`` on the handler only sets a flag; the work looks at it between steps
/// and writes a checkpoint. A second INT or TERM ends the process at once.
public enum StopSignal {
  private static let received = Atomic<Int32>(0)
  private static let canLose = Atomic<Bool>(false)

  /// Starts listening.
  ///
  /// - Parameter beforeWork: whether nothing can be lost until ``beginWork()``.
  public static func install(beforeWork: Bool = false) {
    canLose.store(!beforeWork, ordering: .relaxed)
    // The handler must find everything made: nothing may be allocated in it.
    _ = received.load(ordering: .relaxed)
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
    install(beforeWork: true)
    signal(SIGINT, SIG_IGN)
  }

  /// From now on there is something to lose: a signal is a wish to stop.
  public static func beginWork() { canLose.store(true, ordering: .relaxed) }

  /// The signal that was received, or `nil`.
  public static var number: Int32? {
    let value = received.load(ordering: .relaxed)
    return value == 0 ? nil : value
  }

  /// Does what a first TERM does: for a worker whose parent is gone.
  static func raise() {
    if !canLose.load(ordering: .relaxed) { _exit(WorkerExit.cancelled) }
    _ = received.compareExchange(expected: 0, desired: SIGTERM, ordering: .relaxed)
  }

  private static func handle(_ number: Int32) {
    if !canLose.load(ordering: .relaxed) {
      let words: StaticString = "\nstopped before any work began; the same command starts again\n"
      _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
      _exit(WorkerExit.cancelled)
    }
    if received.exchange(number, ordering: .relaxed) != 0, number == SIGINT || number == SIGTERM {
      _exit(128 + number)
    }
  }
}
