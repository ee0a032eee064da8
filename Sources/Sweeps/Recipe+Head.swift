import Datasets
import Networks
import Recipes
import Strategies
import Training

// What becomes of the classifier in a file of weights, once the data's classes are known.
extension Recipe {
  /// Refuses a choice of `model.weights.head` that this network or these classes do not allow.
  ///
  /// - Parameter heads: of the files of weights, by digest.
  /// - Throws: `TrainingError` with what does not go together.
  func checkHead(_ heads: [String: StoredHead], plan: TrainingPlan, classes: [String]) throws {
    guard let source = model.weights, let choice = source.head, let head = heads[source.digest]
    else { return }
    if let obstacle = head.obstacle(
      to: choice, for: model.fitted(to: plan.head), classes: classes)
    {
      throw TrainingError(obstacle)
    }
  }

  /// This recipe with what it says of the head written out, where saying nothing once meant
  /// something else: its runs are then other runs than those of that time.
  func decidingHead(_ heads: [String: StoredHead], census: ClassCensus) -> Recipe {
    guard let source = model.weights, source.head == nil, let head = heads[source.digest],
      let plan = try? strategy.strategy.plan(for: census),
      let choice = head.choice(for: model.fitted(to: plan.head), classes: census.names)
    else { return self }
    var decided = self
    decided.model.weights?.head = choice
    return decided
  }
}

extension [Recipe] {
  /// Sentences on files of weights whose classifier is not used, because nothing says which class each
  /// of its rows is; one a file.
  ///
  /// - Parameter decided: what becomes of a recipe's head.
  func droppedHeads(_ decided: (Recipe) -> Recipe) -> [String] {
    var files: [String] = []
    for recipe in self {
      guard let source = recipe.model.weights, source.head == nil, !files.contains(source.path),
        decided(recipe).model.weights?.head == .drop
      else { continue }
      files.append(source.path)
    }
    return files.map {
      "the classifier of \($0) is not used and starts anew, because the file does not say which class "
        + "each of its rows is; if you know it, write model: {weights: {file: …, head: [names in the "
        + "order of the rows]}}, or head: drop"
    }
  }
}
