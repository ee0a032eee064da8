import ArgumentParser
import Experiments
import Files
import Foundation
import Sweeps

/// Lists the runs of an experiment on its data.
struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the runs of an experiment with their budgets, hours, memory and fingerprints.",
    discussion: """
      Decodes the data, as a sweep does, and measures a few steps of each distinct network to \
      estimate hours. --no-data lists the runs that the file alone stands for, in its order; \
      budgets, hours, memory and fingerprints follow from the data.
      """)

  @OptionGroup var source: ExperimentOptions
  @OptionGroup var machine: MachineOptions
  @Option(help: "The store that says where runs stand; decoded pixels are kept beside it.")
  var results = "results.sqlite"
  @Flag(help: "Write CSV.") var csv = false
  @Flag(help: "Look at no data and measure nothing.") var noData = false
  @Option(
    help:
      "Write the plan to this file: for 'poise sweep --plan' and for workers on other machines.",
    completion: .file(extensions: ["json"]))
  var freeze: String?

  func validate() throws {
    if freeze != nil, noData {
      throw ValidationError(
        "--freeze needs the data, whose digests it writes down; leave --no-data out")
    }
  }

  func run() throws {
    let experiment = try source.experiment(store: results)
    guard !noData else { return try show(RunNames(experiment)) }
    let work = try WorkFolder(store: results)
    let data = try source.prepare(experiment, work: work, threads: machine.threadCount)
    let plan = try SweepPlan(experiment, data: data, workFolder: work.path)
    if let freeze { return try write(FrozenPlan(plan), to: freeze) }
    let listing = try PlanListing(
      plan,
      try Forecasting.forecast(
        plan, data: data, work: work, threads: machine.threadCount, seconds: 20,
        isOpen: { $0.equals == nil }), store: results)
    try show(listing)
  }

  /// Writes a frozen plan and says how it is used.
  private func write(_ plan: FrozenPlan, to path: String) throws {
    let sealed = try plan.sealed()
    try AtomicFile.write(Data(sealed.bytes), to: path)
    try Terminal.tell(
      "\(path): \(plan.runs.count) runs in \(plan.chains) chains, index 0 to \(plan.chains - 1), "
        + "plan \(sealed.digest.prefix(12))")
    Terminal.complain(each: plan.notes.map { "note: \($0)" })
  }

  private func show(_ listing: some RunListing) throws {
    if csv { try Terminal.show(listing.csv) } else { try Terminal.tell(listing.text) }
  }
}
