import ArgumentParser
import Files
import Foundation
import Results
import Sweeps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One run in a process of its own; started by `poise sweep`.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Trains one job (started by 'sweep').", shouldDisplay: false)

  @Argument(help: "The job's file.") var job: String
  @Flag(help: "A sweep started it: it ends with the other end of its standard input.")
  var supervised = false

  func run() throws {
    StopSignal.installInWorker()
    if supervised { Lifeline.watch() }
    let parent = getppid()
    let outcome: RunOutcome
    do {
      outcome = try Worker.run(
        jobAt: job, isSupervised: supervised,
        shouldStop: { StopSignal.number != nil || getppid() != parent },
        emit: { line in Self.write(line + "\n") })
    } catch let refusal as SystemRefusal {
      throw Failure(refusal.description, code: WorkerExit.refused)
    }
    switch outcome {
    case .done: return
    case .cancelled: throw ExitCode(WorkerExit.cancelled)
    case .diverged, .failed: throw ExitCode(Failure.someRunsFailed)
    }
  }

  /// Writes all of the text to standard output, or says that nobody reads it any more.
  private static func write(_ text: String) -> Bool {
    var sink = FileSink(descriptor: STDOUT_FILENO, path: "standard output")
    do throws(FileError) {
      try sink.write(text)
      try sink.flush()
      return true
    } catch {
      return false
    }
  }
}
