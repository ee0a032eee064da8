import ArgumentParser
import Experiments
import Files
import Foundation
import Training

/// The experiment file with what the command line changes in it.
struct ExperimentOptions: ParsableArguments {
  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: "Change a key, such as training.epochs=2 or dataset.root=/data. Repeatable.")
  var changes: [String] = []

  @Option(
    parsing: .singleValue,
    help: """
      Only these runs, such as strategy=focal, seed=1 or fold=2, and the runs that they start from. \
      Repeatable: of several strategies, variants, seeds or folds any, and one of each that is given.
      """)
  var only: [String] = []

  /// Reads and checks the file; `store` has the runs whose weights it may start from.
  func experiment(store: String) throws -> Experiment {
    let experiment = try ExperimentFile.read(
      path: file, overrides: try Change.parse(changes),
      environment: ProcessInfo.processInfo.environment,
      weightsOfRun: RunWeights(store: store).file)
    let conditions = try only.map { text in
      guard let condition = RunCondition(text) else {
        throw ValidationError("--only \(text): " + Self.advice(onCondition: text))
      }
      return condition
    }
    do throws(NoRunIsLeft) {
      return try experiment.restricted(to: conditions)
    } catch {
      let condition = "\(error.condition.subject.rawValue)=\(error.condition.value)"
      throw ValidationError("--only \(condition): \(error)")
    }
  }

  /// What a condition looks like, or which subject was probably meant.
  private static func advice(onCondition text: String) -> String {
    let known = RunCondition.Subject.allCases.map(\.rawValue)
    let subject = text.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
    let near = known.contains(subject) ? nil : Suggestion.nearest(to: subject, among: known)
    return "expected " + known.map { "\($0)=…" }.joined(separator: ", ")
      + (near.map { "; did you mean '\($0)'?" } ?? "")
  }

  /// Catalogue, pixels and splits of each of the experiment's data sets, or of each of its folds.
  ///
  /// - Throws: `ExperimentProblems` for what is wrong with the data, and `FileError` where the pixels
  ///   cannot be kept.
  func prepare(
    _ experiment: Experiment, work: WorkFolder, threads: Int
  ) throws -> [PreparedData] {
    try experiment.prepared(work: work, threads: threads)
  }
}

extension Experiment {
  /// Catalogue, pixels and splits of each of the data sets, or of each of the folds.
  ///
  /// - Throws: as ``ExperimentOptions/prepare(_:work:threads:)``.
  func prepared(work: WorkFolder, threads: Int) throws -> [PreparedData] {
    let (recipe, splits) = (recipes[0], splits)
    let stages: [PreparedData]
    do {
      stages = try datasets.map { dataset in
        let bar = ProgressBar(label: "decoding images")
        defer { bar.finish() }
        return try PreparedData(
          dataset: dataset, split: splits[0], image: recipe.image, cacheFolder: work.cache,
          threads: threads, progress: { done, total in bar.update(done: done, total: total) })
      }
    } catch {
      throw located(error)
    }
    return stages + splits.dropFirst().map { PreparedData(stages[0], fold: $0) }
  }
}

/// How much of the machine may be used.
struct MachineOptions: ParsableArguments {
  @Option(help: "Compute threads; the results do not depend on it. Default: all processors.")
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads is \(threads), but must be at least 1")
    }
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// What `--set key=value` says.
enum Change {
  /// Splits every change at its first `=`.
  static func parse(_ changes: [String]) throws -> [(key: String, value: String)] {
    try changes.map { change in
      let parts = change.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw ValidationError("--set \(change): expected key=value, such as training.epochs=2")
      }
      return (key: String(parts[0]), value: String(parts[1]))
    }
  }
}
