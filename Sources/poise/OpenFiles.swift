import ArgumentParser
import Files
import Foundation

/// Whether a command may open the files that it needs, found out before anything is begun: several
/// parts of the system's libraries end the program where they cannot open one.
enum OpenFiles {
  /// What a soft limit below it is raised to, as far as the hard one allows.
  private static let wanted = 256

  /// - Throws: `Failure` where too few files may be opened.
  static func check(for command: some ParsableCommand) throws {
    OpenFileLimit.raise(to: wanted)
    let needed = count(for: command)
    guard !OpenFileLimit.hasRoom(for: needed) else { return }
    throw Failure(
      "too few open files are allowed: the limit is \(OpenFileLimit.now.soft) (ulimit -n), and "
        + "'poise \(type(of: command)._commandName)' opens about \(needed) besides those that are "
        + "open already; raise it, for example with 'ulimit -n \(wanted)'",
      code: Failure.cannotWrite)
  }

  /// Files that a command has open at a time.
  private static func count(for command: some ParsableCommand) -> Int {
    // Each thread that decodes has a picture open.
    let decoding = ProcessInfo.processInfo.activeProcessorCount
    return switch command {
    // Pipes, a log and what waits for a child's end, beside the store, its journal and the caches.
    case is SweepCommand: 22 + decoding
    case let worker as WorkerCommand: (worker.job == nil ? 22 : 6) + decoding
    case is Check, is Plan, is DataCommand, is SlurmCommand: 4 + decoding
    // It asks other programs; Foundation's thread that waits for their end opens a pair of sockets and
    // three more once it gets a turn, which on an idle machine it may never do.
    case is Doctor: 16
    default: 4
    }
  }
}
