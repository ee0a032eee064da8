import Networks
import Recipes

extension Recipe {
  /// Whether the network starts from the stage before: then it starts from nothing else. A post-hoc
  /// method takes the whole network from a run of its own stage instead.
  var continuesStage: Bool { stage?.earlier.isEmpty == false && trains }

  /// Gives a network the weights that `model.weights` names, where the recipe starts from a file.
  ///
  /// - Parameter classes: names of the seen classes, in the order of the logits.
  /// - Returns: what is worth noting of it; nothing where there is no such file.
  func loadWeights(into model: ImageClassifier, classes: [String]) throws -> [String] {
    guard let weights = self.model.weights, !continuesStage else { return [] }
    return try PretrainedWeights(weights).load(
      into: model, classes: classes, head: weights.head)
  }

  /// Gives a network the trunk that the stage before ended with; the head keeps its initial weights.
  ///
  /// - Returns: what is worth noting of it; nothing where there is no stage before.
  func carryTrunk(from base: BaseRun?, into model: ImageClassifier) throws -> [String] {
    guard continuesStage, let stage else { return [] }
    guard let base, let before = self.base else {
      throw TrainingError(
        "stage \(stage.name) starts from the run of stage \(stage.earlier.last!.name), and none was "
          + "named; run it by a sweep of its file")
    }
    let trained = try TrainedModel(recipe: before, weightsAt: base.weights, digest: base.digest)
    try trained.load(into: model, only: .trunk)
    return [
      "stage \(stage.name): the trunk is that of run \(base.name) (\(base.configHash.prefix(12)), "
        + "SHA-256 \(base.digest.prefix(12))…); the head starts anew"
    ]
  }
}
