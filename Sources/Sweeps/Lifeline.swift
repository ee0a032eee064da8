import CProcess
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What ends a worker when its parent is gone: standard input, a pipe whose other end only the parent
/// holds. The system closes it however the parent ended.
///
/// A thread of its own waits for that, so that a worker which hangs or computes without end leaves, too.
/// (Linux's `PR_SET_PDEATHSIG` alone would not do: it follows the parent's thread, and is set too late
/// where the parent ended before.) A worker that was stopped has no thread that waits: the system is asked
/// to continue it when the parent ends, which does nothing to one that runs.
public enum Lifeline {
  /// Seconds that a worker may take for its last checkpoint.
  static let grace = 120

  /// Begins to watch. The worker is asked to stop when the line is cut, and ended after a while.
  public static func watch() {
    process_continue_at_end_of_parent()
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count > 0 || (count < 0 && errno == EINTR) { continue }
        break
      }
      StopSignal.raise()
      // A machine that is suspended meanwhile gives its worker the same time.
      for _ in 0..<grace { usleep(1_000_000) }
      _exit(WorkerExit.cancelled)
    }
  }
}
