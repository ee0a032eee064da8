import ArgumentParser
import Datasets
import Experiments
import Foundation
import Reports
import Sweeps
import Training

/// What is in an experiment's data.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Shows the classes of an experiment's data: counts per split, imbalance, groups.",
    discussion: """
      Decodes every image once, into a cache that sweeps share, and lists what had to be set \
      aside, each with its reason.
      """)

  @OptionGroup var source: ExperimentOptions
  @OptionGroup var machine: MachineOptions
  @Option(help: "The store whose working folder holds the decoded pixels.")
  var results = "results.sqlite"
  @Option(
    help: """
      Write the ids of every split to train.txt, validation.txt and test.txt in this folder, one a \
      line as split.test.lists reads them; of folds and stages, to a folder each in it.
      """)
  var ids: String?
  @Flag(help: "Write CSV.") var csv = false
  @Flag(help: "Write JSON.") var json = false
  @Flag(help: "List the groups of identical pictures instead.") var duplicates = false
  @Flag(help: "List the pairs of nearly identical pictures instead.") var near = false

  func validate() throws {
    if csv, json { throw ValidationError("choose one of --csv and --json") }
    if duplicates, near { throw ValidationError("choose one of --duplicates and --near") }
  }

  func run() throws {
    let experiment = try source.experiment(store: results)
    let work = try WorkFolder(store: results)
    let stages = try source.prepare(experiment, work: work, threads: machine.threadCount)
    for (dataset, data) in zip(experiment.datasets, stages) {
      if duplicates || near {
        let list = near ? try nearPairs(in: data, cache: work.cache) : duplicates(in: data)
        try Terminal.show(list.render(csv ? .csv : json ? .json : .table, style: Terminal.style()))
      } else {
        try show(experiment, dataset, data)
      }
    }
    if let ids { try IDFolder(ids).write(experiment, stages) }
  }

  private func show(
    _ experiment: Experiment, _ dataset: DatasetConfiguration, _ data: PreparedData
  ) throws {
    let summary = data.summary
    var table = DatasetTable(data.record(named: summary.name))
    if data.folds.count > 1 { addFolds(of: data, to: &table) }
    table.facts = facts(summary, data)
    table.notes =
      summary.notes + examples(of: summary)
      + SweepPlan.activationNotes(experiment, classes: dataset.classes, data: data)
    try Terminal.show(table.render(csv ? .csv : json ? .json : .table, style: Terminal.style()))
  }

  /// What every fold has of each class.
  private func addFolds(of data: PreparedData, to table: inout DatasetTable) {
    let folds = data.folds.map { DatasetSummary(of: $0, examples: 0).classes }
    let places = Dictionary(uniqueKeysWithValues: folds[0].map { ($0.name, $0.index) })
    for row in table.rows.indices {
      guard let place = places[table.rows[row].name] else { continue }
      table.rows[row].folds = folds.map {
        DatasetTable.FoldCounts(
          train: $0[place].train, validation: $0[place].validation, test: $0[place].test)
      }
    }
  }

  private func facts(_ summary: DatasetSummary, _ data: PreparedData) -> [(String, String)] {
    var facts = [
      ("root", summary.root),
      ("usable images", "\(summary.usableCount)"),
      (
        "split",
        "\(summary.trainCount) train, \(summary.validationCount) validation, "
          + "\(summary.testCount) test"
          + (data.folds.count > 1
            ? " (train and validation: means over \(data.folds.count) folds; test: each once)" : "")
      ),
      ("digest", String(data.digest.prefix(16))),
    ]
    if summary.droppedByLongTail > 0 {
      facts.append(("left out by the long tail", "\(summary.droppedByLongTail)"))
    }
    for repair in summary.repairs {
      let lines = repair.lines.prefix(5).map(String.init).joined(separator: ", ")
      let more = repair.lines.count > 5 ? ", …" : ""
      facts.append(
        ("rows with \(repair.repair.rawValue)", "\(repair.lines.count) (lines \(lines)\(more))"))
    }
    return facts
  }

  /// For each reason of quarantine the first few rows, so that they can be looked at.
  private func examples(of summary: DatasetSummary) -> [String] {
    summary.quarantine.map { reason in
      let first = reason.examples.prefix(3).map { "\($0.id) (\($0.detail))" }
      return "\(reason.reason.rawValue): \(reason.count), such as \(first.joined(separator: "; "))"
    }
  }
}
