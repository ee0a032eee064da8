import ArgumentParser
import Reports
import Results
import ResultsSQLite

/// One line a run.
struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the runs of a sweep with their states and headline figures.")

  @OptionGroup var store: StoreOptions
  @Flag(help: "The runs of all sweeps.") var all = false
  @Option(help: "Only runs in this state, such as done, failed, diverged.")
  var status: RunStatus?
  @Option(help: "table, markdown, csv or json.") var format: ReportFormat = .table

  func run() throws {
    let opened = try store.open()
    let names = all ? try opened.sweeps().map(\.name) : [try store.sweep(in: opened).name]
    var runs = try names.flatMap { try opened.summaries(ofSweep: $0) }
    if let status { runs.removeAll { $0.status != status } }
    Terminal.show(RunTable(runs).render(format, style: Terminal.style()))
  }
}

/// Everything about one run.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows one run: figures, classes, learning curve, class mass, configuration.")

  @Argument(help: "The run's number, or its name in the sweep.") var name: String
  @OptionGroup var store: StoreOptions
  @Option(help: "table, markdown, csv or json.") var format: ReportFormat = .table

  func run() throws {
    let opened = try store.open()
    let sweep = try store.sweep(in: opened)
    let summaries = try opened.summaries(ofSweep: sweep.name)
    guard let id = Int64(name) ?? summaries.first(where: { $0.name == name })?.id else {
      throw Failure(
        "sweep \(sweep.name) has no run named '\(name)'; 'poise runs' lists them",
        code: Failure.missingInput)
    }
    guard let details = try opened.run(id) else {
      throw Failure("\(store.results) has no run \(id)", code: Failure.missingInput)
    }
    let sheet = RunSheet(
      details.summary, epochs: try opened.epochs(of: id), mass: details.classMass,
      confusion: try opened.confusionMatrix(of: id, split: "test"),
      configuration: details.description.configuration, environment: details.environment)
    Terminal.show(sheet.render(format, style: Terminal.style()))
  }
}

extension RunStatus: ExpressibleByArgument {}
