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
  @Option(
    help: "Only runs in this state: \(RunStatus.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: .list(RunStatus.allCases.map(\.rawValue)), transform: Choice.read)
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

  @OptionGroup var chosen: RunOption
  @Option(help: "table, markdown, csv or json.") var format: ReportFormat = .table

  func run() throws {
    let opened = try chosen.store.open()
    let details = try chosen.details(in: opened)
    let id = details.summary.id
    let sheet = RunSheet(
      details.summary, epochs: try opened.epochs(of: id), mass: details.classMass,
      confusion: try opened.confusionMatrix(of: id, split: "test"),
      configuration: details.description.configuration, environment: details.environment)
    Terminal.show(sheet.render(format, style: Terminal.style()))
  }
}
