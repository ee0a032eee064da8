import ArgumentParser
import Experiments
import Foundation

/// Finds the mistakes of experiment files before anything starts.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds every mistake in experiment files; starts nothing, reads no image.",
    discussion: "Prints each problem as file:line:column. Exit code 65 if there is any.")

  @Argument(
    help: "Experiment files or folders with them.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: "Change a key, such as training.epochs=2. Repeatable.")
  var changes: [String] = []

  @Option(help: "The store with the runs that 'model.weights: run:…' names.")
  var results = "results.sqlite"

  func run() throws {
    var problems = 0
    for file in try files.flatMap(Self.expand) {
      do {
        let experiment = try ExperimentFile.read(
          path: file, overrides: try Change.parse(changes),
          environment: ProcessInfo.processInfo.environment,
          weightsOfRun: RunWeights(store: results).file)
        let strategies = Set(experiment.recipes.map { $0.label + $0.variant }).count
        let stages = experiment.datasets.count > 1 ? " × \(experiment.datasets.count) stages" : ""
        Terminal.show(
          "\(file): ok, \(experiment.recipes.count) runs (\(strategies) strategies × seeds\(stages))"
        )
        for warning in experiment.warnings { Terminal.complain("\(warning)") }
      } catch let error as ExperimentProblems {
        problems += error.problems.count
        Terminal.complain("\(error)")
      }
    }
    if problems > 0 {
      throw Failure("\(problems) problem\(problems == 1 ? "" : "s")", code: Failure.badInput)
    }
  }

  /// A file as it is; a folder as the YAML files directly in it, by name.
  private static func expand(_ path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return [path] }
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map {
      path + "/" + $0
    }
  }
}
