import Recipes
import Results
import Strategies

// Strategies that reuse a finished run need that run in the same file.
extension ExperimentReader {
  /// Tells which reused runs no strategy of the file makes, with the lines to add.
  func checkBases(_ recipes: [Recipe], places: [String: Place]) {
    let made = Set(recipes.map { $0.canonicalJSON(includingSeed: true) })
    var seen: Set<String> = []
    for recipe in recipes {
      guard let base = recipe.base, !made.contains(base.canonicalJSON(includingSeed: true)),
        seen.insert(recipe.runGroup).inserted
      else { continue }
      let settings = recipe.overrides.isEmpty ? "" : " and the same overrides"
      problems.add(
        places[recipe.label] ?? root.place(of: "strategies"),
        "strategies.\(recipe.label) reuses the run of \(base.strategy.name), and no strategy of "
          + "this file is that one with the same settings",
        hint:
          "add below strategies: '\(base.strategy.name): \(Self.parameters(of: base))'\(settings)")
    }
  }

  /// As they would stand in a file; all of them, so that it is the same strategy for sure.
  private static func parameters(of recipe: Recipe) -> String {
    let type = type(of: recipe.strategy.strategy)
    let usual = type.init().storedParameters
    let changed = recipe.strategy.strategy.storedParameters.filter { usual[$0.key] != $0.value }
    let name = changed.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return "{" + name.joined(separator: ", ") + "}"
  }
}

extension Recipe {
  fileprivate var runGroup: String { "\(label) \(variant)" }
}
