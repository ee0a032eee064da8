import Networks
import Recipes
import Strategies

extension Recipe {
  /// Gives a network the trunk that the stage before ended with; the head keeps its initial weights.
  ///
  /// - Returns: what is worth noting of it; nothing where there is no stage before, or where a
  ///   post-hoc method takes the whole network from a run of this stage.
  func carryTrunk(from base: BaseRun?, into model: ImageClassifier) throws -> [String] {
    guard let stage, !stage.earlier.isEmpty, !(strategy.strategy is any PostHoc) else { return [] }
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
