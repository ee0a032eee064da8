import Recipes
import Results
import Strategies

// Strategies that reuse a finished run need that run in the same file.
extension ExperimentReader {
  /// Tells which reused runs no strategy of the file makes, with the lines to add.
  func checkBases(_ recipes: [Recipe], places: [String: Place]) {
    let bases = recipes.map(\.base)
    guard bases.contains(where: { $0 != nil }) else { return }
    let texts = RecipeTexts(.run)
    let made = Set(recipes.map(texts.knownText))
    var seen: Set<String> = []
    for (recipe, base) in zip(recipes, bases) {
      guard let base, !made.contains(texts.knownText(of: base)),
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
