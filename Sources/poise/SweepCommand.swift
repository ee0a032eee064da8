import ArgumentParser
import Experiments
import Files
import Foundation
import Recipes
import ResultsSQLite
import Sweeps
import Training

/// Trains every run of an experiment that is not finished yet.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Trains every run of an experiment that is not finished yet.",
    discussion: """
      Runs whose fingerprint is already in the store as done are skipped, runs that were cut off \
      continue from their checkpoints to the same bits. Seeds go breadth-first: all strategies \
      with the first seed, then the second, so that a night cut short is still a comparison. What \
      'poise check' finds is found first; an estimate over a limit is a warning. The exit code is 2 \
      while any run stands as failed or diverged, until --retry-failed makes it work. \
      Ctrl-C writes a checkpoint and leaves with exit code 75; the same command continues.
      """)

  @OptionGroup var source: ExperimentOptions
  @OptionGroup var machine: MachineOptions
  @Option(help: "The store.") var results = "results.sqlite"
  @Flag(help: "List what would be done, and stop.") var dryRun = false
  @Flag(help: "Try runs again that failed or diverged in an earlier sweep.") var retryFailed =
    false
  @Flag(help: "Stop at the first run that fails.") var failFast = false
  @Flag(help: "Run strategies that train the same on these data each for itself.")
  var keepEqual = false
  @Option(help: "Seconds between checkpoints besides the ends of epochs.")
  var checkpointEvery: Double = 120

  func run() throws {
    StopSignal.install()
    let experiment = try source.experiment(store: results)
    let work = try WorkFolder(store: results)
    let data = try source.prepare(experiment, work: work, threads: machine.threadCount)
    var plan = try SweepPlan(experiment, data: data, workFolder: work.path)
    if keepEqual { plan.keepEqualRuns() }
    let done = try Forecasting.done(of: plan, inStoreAt: results)
    let forecast = try Forecasting.forecast(
      plan, data: data, work: work, threads: machine.threadCount, seconds: Self.measuring
    ) { $0.equals == nil && !done.contains($0.description.configHash) }
    if dryRun { return Terminal.tell(PlanListing(plan, forecast).text) }
    Terminal.complain(each: (forecast.problems + experiment.warnings).map(\.description))
    guard forecast.errors.isEmpty else { throw ExitCode(Failure.badInput) }
    Terminal.complain(each: plan.notes.map { "note: \($0)" })
    Terminal.complain(each: plan.dataRemarks.map { "data: \($0)" })
    if !plan.dataRemarks.isEmpty {
      Terminal.complain("data: 'poise data \(source.file)' shows more of it")
    }
    if let total = ForecastTable(forecast).total { Terminal.complain(total) }
    let store = try SQLiteRunStore(path: results)
    guard let lock = try FileLock(trying: work.path + "/sweep.lock") else {
      throw Failure(
        "another sweep is writing to \(results); wait for it or give --results another file",
        code: Failure.cannotWrite)
    }
    defer { lock.unlock() }
    let progress = ProgressPrinter(results: results)
    let runner = SweepRunner(
      plan, store: store, environment: EnvironmentProbe.record(threads: machine.threadCount),
      options: SweepRunner.Options(
        workerCommand: [Self.executable, "worker"], cacheFolder: work.cache,
        threads: machine.threadCount, retriesFailed: retryFailed, stopsAtFirstFailure: failFast,
        checkpointSeconds: checkpointEvery),
      observer: progress)
    let summary = try runner.run(shouldStop: { StopSignal.number != nil })
    progress.close(summary)
    if summary.left > 0 { throw ExitCode(Failure.stoppedWithWorkLeft) }
    if !summary.standingFailures.isEmpty { throw ExitCode(Failure.someRunsFailed) }
  }

  /// Seconds that measuring steps may take before the first run.
  private static let measuring = 6.0

  /// This very program, however it was found.
  private static var executable: String {
    let link = "/proc/self/exe"
    if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) { return path }
    return Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}
