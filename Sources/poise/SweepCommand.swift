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
      Ctrl-C writes a checkpoint and leaves with exit code 75, as does a full or failing disk; the \
      same command continues.
      """)

  @OptionGroup var source: ExperimentOptions
  @OptionGroup var machine: MachineOptions
  @Option(help: "The store.") var results = "results.sqlite"
  @Flag(help: "List what would be done, and stop.") var dryRun = false
  @Flag(name: .customLong("plan"), help: "FILE is a plan that 'poise plan --freeze' wrote.")
  var isFrozen = false
  @Flag(help: "Try runs again that failed or diverged in an earlier sweep.") var retryFailed =
    false
  @Flag(help: "Stop at the first run that fails.") var failFast = false
  @Flag(help: "Run strategies that train the same on these data each for itself.")
  var keepEqual = false
  @Flag(help: "Go on with a store whose last sweep was on another machine and never said its end.")
  var takeOver = false
  @Option(
    help: "Write a page for a browser to this file, again after every run.",
    completion: .file(extensions: ["html"]))
  var live: String?
  @Option(help: "Seconds between checkpoints besides the ends of epochs.")
  var checkpointEvery: Double = 120

  func validate() throws {
    if isFrozen, !source.changes.isEmpty || !source.only.isEmpty {
      throw ValidationError(
        "--set and --only cannot change a frozen plan; give them to 'poise plan'")
    }
  }

  func run() throws {
    // Until runs begin, a signal ends the process whatever it waits for: all that it makes is whole or
    // not there.
    StopSignal.install(beforeWork: true)
    do {
      try sweep()
    } catch {
      // Before the first run as in its midst: a disk is full or fails, and nobody else is at fault.
      guard !dryRun, let refusal = SystemRefusal(of: error), SystemRefusal.isDisks(refusal.code)
      else { throw error }
      throw Failure(
        "stopped before the first run: \(refusal). Nothing is lost; the same command starts again, "
          + "and 'poise cache clear' removes what can be made again",
        code: Failure.stoppedWithWorkLeft)
    }
  }

  private func sweep() throws {
    let work: WorkFolder
    let data: [PreparedData]
    var plan: SweepPlan
    if isFrozen {
      let frozen = try FrozenPlan.read(path: source.file).plan
      work = try WorkFolder(store: results)
      plan = frozen.plan(workFolder: work.path)
      data = try plan.experiment.prepared(work: work, threads: machine.threadCount)
      try plan.require(data)
    } else {
      let experiment = try source.experiment(store: results)
      work = try WorkFolder(store: results)
      data = try source.prepare(experiment, work: work, threads: machine.threadCount)
      plan = try SweepPlan(experiment, data: data, workFolder: work.path)
    }
    let experiment = plan.experiment
    if keepEqual { plan.keepEqualRuns() }
    work.findFormerFolders(of: &plan)
    let done = try Forecasting.done(of: plan, inStoreAt: results)
    let forecast = try Forecasting.forecast(
      plan, data: data, work: work, threads: machine.threadCount, seconds: Self.measuring
    ) { $0.equals == nil && !done.contains($0.description.configHash) }
    if dryRun { return try Terminal.tell(PlanListing(plan, forecast, store: results).text) }
    Terminal.complain(each: (forecast.problems + experiment.warnings).map(\.description))
    guard forecast.errors.isEmpty else { throw ExitCode(Failure.badInput) }
    Terminal.complain(each: plan.notes.map { "note: \($0)" })
    Terminal.complain(each: plan.dataRemarks.map { "data: \($0)" })
    if !plan.dataRemarks.isEmpty {
      Terminal.complain("data: 'poise data \(source.file)' shows more of it")
    }
    if let total = ForecastTable(forecast).total { Terminal.complain(total) }
    // Comes before the store is brought up to date: a sweep of an earlier version may be writing to it.
    let locks = try work.lock(store: results)
    defer { for lock in locks { lock.unlock() } }
    let store = try SQLiteRunStore(path: results, shouldStop: { StopSignal.number != nil })
    let environment = EnvironmentProbe.record(threads: machine.threadCount)
    StopSignal.beginWork()
    try store.claim(lock: locks[0].path, takingOver: takeOver)
    defer { try? store.release() }
    try store.examine(sweep: experiment.name)
    for damage in store.damages {
      Terminal.complain("damaged: \(StoreOptions.sentence(on: damage))")
    }
    let page = LivePage.path(live: live, of: experiment, results: results).map {
      LivePage($0, store: store, sweep: experiment.name, baseline: experiment.baseline)
    }
    let progress = ProgressPrinter(results: results, page: page)
    let runner = SweepRunner(
      plan, store: store, environment: environment,
      options: SweepRunner.Options(
        workerCommand: [Build.program, "worker", "--supervised"], cacheFolder: work.cache,
        threads: machine.threadCount, retriesFailed: retryFailed, stopsAtFirstFailure: failFast,
        checkpointSeconds: checkpointEvery),
      observer: progress)
    let summary = try runner.run(shouldStop: { StopSignal.number != nil })
    progress.close(summary)
    if summary.left > 0 { throw ExitCode(Failure.stoppedWithWorkLeft) }
    if !summary.standingFailures.isEmpty { throw ExitCode(Failure.someRunsFailed) }
    if !store.damages.isEmpty {
      Terminal.complain(
        "the runs are done, but \(results) is damaged: 'poise verify --results \(results)' says what is "
          + "sound and what to do")
      throw ExitCode(Failure.badInput)
    }
  }

  /// Seconds that measuring steps may take before the first run.
  private static let measuring = 6.0
}
