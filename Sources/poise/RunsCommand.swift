import ArgumentParser
import Reports
import Results
import ResultsSQLite

/// The runs of a store: a list, and what is done to them.
struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the runs of a sweep; archives or removes runs.",
    subcommands: [RunsList.self, RunsArchive.self, RunsRemove.self],
    defaultSubcommand: RunsList.self)
}

/// One line a run.
struct RunsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the runs of a sweep with their states and headline figures.",
    discussion: "What `poise runs` alone does.")

  @OptionGroup var store: StoreOptions
  @Flag(help: "The runs of all sweeps.") var all = false
  @Option(
    help: "Only runs in this state: \(RunStatus.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: .list(RunStatus.allCases.map(\.rawValue)), transform: Choice.read)
  var status: RunStatus?
  @Option(help: "Only runs with this tag.") var tag: String?
  @Option(help: "Only runs of this recipe; the beginning of its name is enough.")
  var recipe: String?
  @Flag(help: "Archived runs as well.") var archived = false
  @Option(help: "table, markdown, csv or json.") var format: ListFormat = .table

  func run() throws {
    let opened = try store.open()
    let names = all ? try opened.sweeps().map(\.name) : [try store.sweep(in: opened).name]
    let runs = try names.flatMap { name in
      try opened.listedRuns(ofSweep: name)
    }
    let members = try recipe.map { try opened.runs(ofRecipe: $0.lowercased()) }
    let chosen = runs.filter { run in
      (status ?? run.status) == run.status && (tag.map(run.tags.contains) ?? true)
        && (members?.contains(run.id) ?? true)
    }
    let shown = chosen.filter { archived || !$0.isArchived }
    try Terminal.show(RunTable(shown).render(format, style: Terminal.style()))
    let hidden = chosen.count - shown.count
    if hidden > 0 {
      Terminal.complain("\(hidden) archived run\(hidden == 1 ? "" : "s") not shown; --archived")
    }
    try store.tell(opened.damages)
  }
}

/// Everything about one run.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows one run: figures, classes, learning curve, class mass, configuration.",
    discussion: """
      --config writes the experiment file that makes this run again, with every setting and under \
      the same fingerprint: poise show 12 --config > again.yaml.
      """)

  @OptionGroup var chosen: RunOption
  @Option(help: "table, markdown, csv or json.") var format: ListFormat = .table
  @Flag(help: "The experiment file that makes the run again, in YAML.") var config = false

  func run() throws {
    let opened = try chosen.store.open()
    let details = try chosen.details(in: opened)
    let id = details.summary.id
    if config {
      return try Terminal.tell(RunFile(details, in: opened, chosen.store.results).text())
    }
    var sheet = RunSheet(
      details.summary, epochs: try opened.epochs(of: id), mass: details.classMass,
      confusion: try opened.confusionMatrix(of: id, split: "test"),
      configuration: details.description.configuration, environment: details.environment)
    sheet.dataRemarks = details.description.dataset.remarks
    try Terminal.show(sheet.render(format, style: Terminal.style()))
    // What people say of the run may be damaged; then it is shown all the same.
    try chosen.store.tell(opened.damages)
  }
}
