import ArgumentParser
import Experiments
import Foundation
import Recipes
import Reports
import Results
import ResultsSQLite
import Training

/// Which run of which store.
struct RunOption: ParsableArguments {
  @Argument(help: "The run's number, or its name in the sweep.") var name: String
  @OptionGroup var store: StoreOptions

  /// The run as the store knows it.
  func details(in opened: SQLiteRunStore) throws -> RunDetails {
    try store.details(ofRun: name, in: opened)
  }

  /// The network that a finished run was tested with.
  func model(of details: RunDetails) throws -> TrainedModel {
    let run = details.summary
    guard run.status == .done else {
      throw Failure(
        "run \(run.id) (\(run.name)) is \(run.status.rawValue); only a run that is done has weights",
        code: Failure.missingInput)
    }
    return try TrainedModel(of: details, inStoreAt: store.results)
  }
}

extension StoreOptions {
  /// A run of a store by its number, or by its name in the sweep.
  func details(ofRun name: String, in opened: SQLiteRunStore) throws -> RunDetails {
    let sweep = try sweep(in: opened)
    let named = try opened.runs(named: name, inSweep: sweep.name)
    guard named.count < 2 else {
      throw Failure(
        "\(named.count) runs are named '\(name)', with other settings or data: "
          + "\(named.map(String.init).joined(separator: ", ")); give a number",
        code: Failure.badInput)
    }
    guard let id = Int64(name) ?? named.first else {
      try tell(opened.damages)
      throw Failure(
        "sweep \(sweep.name) has no run named '\(name)'; "
          + (Suggestion.nearest(to: name, among: try opened.runNames(ofSweep: sweep.name)).map {
            "did you mean '\($0)'? "
          } ?? "") + "'poise runs' lists them",
        code: Failure.missingInput)
    }
    guard let details = try opened.run(id) else {
      throw Failure("\(results) has no run \(id)", code: Failure.missingInput)
    }
    return details
  }
}

extension TrainedModel {
  /// The network of a finished run, wherever its weights are now.
  init(of details: RunDetails, inStoreAt store: String) throws {
    let run = details.summary
    if let equal = run.equals {
      throw Failure(
        "run \(run.id) (\(run.name)) was not made: it is the same as run \(equal.id) (\(equal.name)), "
          + "which has the weights", code: Failure.missingInput)
    }
    let recipe = try JSONDecoder().decode(
      Recipe.self, from: Data(details.description.configuration.utf8))
    // A store that was moved together with its working folder is found by where it is now.
    let folder = WorkFolder.run(
      run.name, configHash: details.description.configHash, ofStore: store)
    let stored = details.weightsPath.map(StorePlace(ofStore: store).absolute)
    let places = [stored, RunFolder(folder).weights].compactMap(\.self)
    guard let path = places.first(where: FileManager.default.fileExists) else {
      throw Failure(
        "the weights of run \(run.id) (\(run.name)) were not kept: there is no "
          + "\(places.joined(separator: " and no ")); a sweep with another --results makes the "
          + "run again, to the same bits on the same machine", code: Failure.missingInput)
    }
    try self.init(recipe: recipe, weightsAt: path, digest: details.weightsDigest)
  }
}
