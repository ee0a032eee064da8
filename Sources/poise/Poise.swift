import ArgumentParser
import Foundation
import Sweeps

/// The command. Only this target parses arguments, prints results and decides exit codes.
@main
struct Poise: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poise",
    abstract: "Compares class-imbalance strategies for image classification.",
    discussion: """
      Experiments are declared in YAML files; a sweep trains every strategy with every seed and \
      writes per-class metrics to results.sqlite; a report puts the strategies side by side.

        poise check Experiments/my.yaml     finds every mistake before the night
        poise plan Experiments/my.yaml      lists the runs and their budget
        poise sweep Experiments/my.yaml     trains what is not finished yet
        poise report                        compares, class by class

      Results go to standard output, progress to standard error. Exit codes: 0 all done, 1 a bug \
      of ours, 2 some runs failed or diverged, now or earlier, 64 wrong usage, 65 bad experiment \
      file or data, or a damaged store, 66 missing file, data, weights, store, sweep or run, 73 cannot write, 75 stopped with work left (run the same command again), 130 and 143 \
      ended by a second interrupt.
      """,
    version: Build.description,
    subcommands: [
      Check.self, Plan.self, SweepCommand.self, ReportCommand.self, PlotCommand.self, Runs.self,
      Show.self, Diff.self,
      TagCommand.self, NoteCommand.self, VerifyCommand.self,
      PredictCommand.self, ExportCommand.self, DataCommand.self, CacheCommand.self,
      StrategiesCommand.self, Doctor.self, WorkerCommand.self, MergeCommand.self,
      WatchCommand.self, SlurmCommand.self,
    ])

  static func main() {
    // A file that reaches the limit on sizes shows as a failed write.
    signal(SIGXFSZ, SIG_IGN)
    do {
      AddressSpace.restartWithinLimits()
      try AddressSpace.requireSome()
      try Terminal.checkCSV()
      if let problem = CommandName.problem(in: Array(CommandLine.arguments.dropFirst())) {
        throw problem
      }
      var command = try parseAsRoot()
      try OpenFiles.check(for: command)
      try command.run()
    } catch let failure as Failure {
      Terminal.complain(failure.message)
      Foundation.exit(failure.code)
    } catch let error where Failure.isUsage(error) {
      leave(with: error)
    } catch {
      let failure = Failure(error)
      Terminal.complain(failure.message)
      Foundation.exit(failure.code)
    }
  }

  /// Prints help, versions and what is wrong with the command line, and ends.
  private static func leave(with error: any Error) -> Never {
    let (text, code) = (fullMessage(for: error), exitCode(for: error))
    guard code == .success else {
      if !text.isEmpty { Terminal.complain(text) }
      exit(withError: code)
    }
    do throws(Failure) {
      if !text.isEmpty { try Terminal.show(text) }
    } catch {
      Terminal.complain(error.message)
      Foundation.exit(error.code)
    }
    Foundation.exit(0)
  }
}
