import ArgumentParser
import Experiments
import Files
import Foundation
import ResultsSQLite
import Sweeps
import Training

/// Finds what will not work before anything starts.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Finds what will not work before the night: mistakes in the file, data, memory, hours.",
    discussion: """
      Prints each problem as file:line:column. Reads the data's lists, divides them as a sweep would, \
      decodes a sample of 64 pictures, plans every network's memory, and trains a few steps of each \
      distinct network to estimate hours. Measured steps are kept in .poise/cache. --no-data reads \
      and measures nothing but the experiment file and its weights.

      Exit code 65 if anything is wrong, 66 if all that is wrong is that something is missing. \
      Estimates over a limit are warnings.
      """)

  @Argument(
    help: "Experiment files or folders with them.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: "Change a key, such as training.epochs=2. Repeatable.")
  var changes: [String] = []

  @Flag(help: "Look at no data and measure nothing.") var noData = false
  @Flag(
    help: """
      Print each file as one text: with what it extends, the environment and --set put into it.
      """)
  var resolved = false
  @OptionGroup var machine: MachineOptions
  @Option(
    help: "The store with the runs that 'model.weights: run:…' names, beside which a sweep works.")
  var results = "results.sqlite"

  func run() throws {
    var problems: [Problem] = []
    for file in try files.flatMap(Self.expand) {
      do {
        let experiment = try ExperimentFile.read(
          path: file, overrides: try Change.parse(changes),
          environment: ProcessInfo.processInfo.environment,
          weightsOfRun: RunWeights(store: results).file)
        if resolved { try tell(file) } else { problems += try look(at: experiment) }
      } catch let error as ExperimentProblems {
        problems += error.problems
        Terminal.complain("\(error)")
      }
    }
    guard !problems.isEmpty else { return }
    throw Failure(
      "\(problems.count) problem\(problems.count == 1 ? "" : "s")",
      code: problems.allSatisfy(\.isMissing) ? Failure.missingInput : Failure.badInput)
  }

  /// Prints a file that was found to be right as one text.
  private func tell(_ file: String) throws {
    let text = try ExperimentFile.resolved(
      path: file, overrides: try Change.parse(changes),
      environment: ProcessInfo.processInfo.environment)
    try Terminal.tell("# \(file), resolved\n" + text.trimmingCharacters(in: .newlines))
  }

  /// Looks at an experiment's data and what its runs will take.
  ///
  /// - Returns: the errors, which are told.
  /// - Throws: `ExperimentProblems` where nothing more can be found out.
  private func look(at experiment: Experiment) throws -> [Problem] {
    var forecast: SweepForecast?
    var found: [Problem] = []
    var notes: [String] = []
    if !noData {
      let look = try DataLook(experiment, store: results, threads: machine.threadCount)
      forecast = look.forecast
      found = look.problems
      notes = look.notes
    }
    let errors = found.filter { $0.severity == .error }
    let count = Set(experiment.recipes.map { $0.label + $0.variant }).count
    let stages = experiment.datasets.count > 1 ? " × \(experiment.datasets.count) stages" : ""
    try Terminal.tell(
      "\(experiment.file): \(errors.isEmpty ? "ok" : "not ok"), \(experiment.recipes.count) runs "
        + "(\(count) strategies × seeds\(stages))")
    if let forecast { try Terminal.tell(ForecastTable(forecast).text) }
    Terminal.complain(each: (found + experiment.warnings).map(\.description))
    Terminal.complain(each: notes.map { "note: \($0)" })
    return errors
  }

  /// A file as it is; a folder as the YAML files directly in it, by name.
  private static func expand(_ path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return [path] }
    let files = try Folder.names(in: path).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
    guard !files.isEmpty else {
      throw Failure(
        "\(path): the folder has no file that ends in .yaml or .yml", code: Failure.missingInput)
    }
    return files.map { path + "/" + $0 }
  }
}

/// What can be known of an experiment on its data without decoding all of it.
private struct DataLook {
  let forecast: SweepForecast
  let problems: [Problem]
  let notes: [String]

  /// Seconds for all measurements together.
  private static let measuring = 45.0

  /// - Throws: `ExperimentProblems` where the data cannot be read, or strategies have no plan on it.
  init(_ experiment: Experiment, store: String, threads: Int) throws {
    try SQLiteRunStore.checkPlace(store)
    let path = WorkFolder.path(ofStore: store)
    let cache = WorkFolder.cache(ofStore: store)
    let recipe = experiment.recipes[0]
    let samples: [SampledData]
    do {
      samples = try experiment.datasets.map { dataset in
        try SampledData(
          dataset: dataset, split: recipe.split, image: recipe.image, cacheFolder: cache,
          threads: threads)
      }
    } catch {
      throw experiment.located(error)
    }
    let folds = experiment.splits.dropFirst().map { PreparedData(samples[0].data, fold: $0) }
    let plan = try SweepPlan(experiment, data: samples.map(\.data) + folds, workFolder: path)
    let limits = MachineLimits.current()
    var meter: StepMeter? = StepMeter(
      folder: cache, threads: threads, machine: limits, seconds: Self.measuring)
    forecast = try SweepForecast(
      of: plan, ForecastBasis(samples),
      in: SweepForecast.Setting(
        machine: limits, freeDisk: MachineLimits.freeBytes(at: cache), threads: threads),
      meter: &meter, isOpen: { $0.equals == nil })
    problems =
      forecast.problems
      + experiment.problems(of: samples[0], limit: recipe.dataset.quarantineLimit)
    notes = plan.notes + plan.dataRemarks
  }
}
