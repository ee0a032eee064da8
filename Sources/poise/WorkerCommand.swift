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

/// Work that somebody else hands out: one chain of a frozen plan, or one job of a sweep.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Makes one chain of a frozen plan into a shard, without a store.",
    discussion: """
      A chain is a run with its stages and post-hoc runs; 'poise plan FILE --freeze plan.json' \
      numbers them. Without --index the index is the array task's: that of Slurm, PBS, Kubernetes, \
      AWS Batch or Grid Engine. The shard, checkpoints and weights go into --shard's folder, whence \
      'poise merge' takes them. The same command continues after a kill. Exit codes are those of a \
      sweep: 75 says that a checkpoint was written and the same command goes on.
      """)

  @Argument(help: ArgumentHelp("The job's file, where a sweep starts it.", visibility: .hidden))
  var job: String?
  @Flag(
    help: ArgumentHelp(
      "A sweep started it: it ends with the other end of its standard input.", visibility: .hidden))
  var supervised = false
  @Option(help: "The frozen plan.", completion: .file(extensions: ["json"])) var plan: String?
  @Option(help: "The chain, from 0; where absent, the array task's index.") var index: Int?
  @Option(help: "The folder of shards.", completion: .directory) var shard: String?
  @Flag(help: "Try runs again that failed or diverged.") var retryFailed = false
  @Flag(help: "Go on with a shard that another machine wrote and never said its end.")
  var takeOver = false
  @OptionGroup var machine: MachineOptions
  @Option(help: "Seconds between checkpoints besides the ends of epochs.")
  var checkpointEvery: Double = 120

  func validate() throws {
    if job != nil {
      guard plan == nil, shard == nil, index == nil else {
        throw ValidationError("a job of a sweep has no --plan, --index or --shard")
      }
      return
    }
    guard plan != nil, shard != nil else {
      throw ValidationError("--plan and --shard say what to make and where to write it")
    }
    if let index, index < 0 {
      throw ValidationError("--index is \(index), but chains are numbered from 0")
    }
  }

  func run() throws {
    if let job { return try make(job: job) }
    guard let plan, let shard else { return }
    try ChainWorker(
      plan: plan, index: index, folder: ShardFolder(shard), threads: machine.threadCount,
      retriesFailed: retryFailed, takesOver: takeOver, checkpointSeconds: checkpointEvery
    ).run()
  }

  /// One run in a process of its own; started by a sweep or by the worker of a chain.
  private func make(job: String) throws {
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
