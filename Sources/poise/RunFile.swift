import Experiments
import Foundation
import Recipes
import Results
import ResultsSQLite

/// The experiment file that makes a stored run again.
struct RunFile {
  private let run: RunSummary
  private let hash: String
  private let own: Recipe
  private let recipe: Recipe
  private let store: String

  /// The file of a run, or of the last run of its stages, which makes this one on the way.
  init(_ details: RunDetails, in opened: SQLiteRunStore, _ store: String) throws {
    (run, hash, self.store) = (details.summary, details.description.configHash, store)
    own = try Self.recipe(of: details)
    recipe = try own.stage == nil ? own : Self.lastStage(of: own, run, in: opened)
  }

  /// The file's text.
  ///
  /// - Throws: where the text, read again, would not make this very run.
  func text() throws -> String {
    let text: String
    do {
      text = try RecipeFile(recipe).text()
    } catch let failure as RecipeFile.Failure {
      throw Failure("run \(run.id) (\(run.name)): \(failure)", code: Failure.missingInput)
    }
    try check(text)
    let head = """
      # Run \(run.id) (\(run.name)) of \(store), every setting as it was.
      # Fingerprint \(hash), of these settings and of the data.

      """
    return head + text.trimmingCharacters(in: .newlines)
  }

  /// Reads the text as a sweep would and looks for the run in it. What is missing on this machine,
  /// such as a file of weights, is told and no error.
  private func check(_ text: String) throws {
    let path = NSTemporaryDirectory() + "poise-\(ProcessInfo.processInfo.processIdentifier).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let wanted = own.canonicalJSON(includingSeed: true)
    let recipes: [Recipe]
    switch Result(catching: { () throws(ExperimentProblems) in try ExperimentFile.read(path: path) }
    ) {
    case .success(let experiment): recipes = experiment.recipes
    case .failure(let found):
      guard found.problems.allSatisfy(\.isMissing) else { throw found }
      return Terminal.complain(each: found.problems.map { "not checked: \($0.message)" })
    }
    guard recipes.contains(where: { $0.canonicalJSON(includingSeed: true) == wanted }) else {
      throw Failure(
        "run \(run.id) (\(run.name)) has settings that no experiment file of this version can say; "
          + "column config of table run has them as JSON", code: Failure.badInput)
    }
  }

  static func recipe(of details: RunDetails) throws -> Recipe {
    do {
      return try JSONDecoder().decode(
        Recipe.self, from: Data(details.description.configuration.utf8))
    } catch {
      throw Failure(
        "run \(details.summary.id) (\(details.summary.name)): its stored settings cannot be read by "
          + "this version; column config of table run has them as JSON", code: Failure.badInput)
    }
  }

  /// The recipe of the same strategy, variant and seed whose stage comes last.
  private static func lastStage(
    of recipe: Recipe, _ run: RunSummary, in opened: SQLiteRunStore
  ) throws -> Recipe {
    var last = recipe
    for other in try opened.listedRuns(ofSweep: run.sweep)
    where other.strategy == run.strategy && other.variant == run.variant && other.seed == run.seed {
      guard let details = try opened.run(other.id), let later = try? Self.recipe(of: details),
        let stage = later.stage, stage.earlier.count > last.stage?.earlier.count ?? 0,
        stage.earlier.contains(where: { $0.name == recipe.stage?.name })
      else { continue }
      last = later
    }
    return last
  }
}
