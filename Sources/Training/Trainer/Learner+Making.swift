import Kernels
import Networks
import Recipes
import Strategies
import Tensors

extension Learner {
  /// What the models of one run have in common.
  struct Setting {
    let recipe: Recipe
    /// Seen classes: logits of an example.
    let classCount: Int
    /// Words of the texts; 0 where none are read.
    let vocabulary: Int
    let pool: ThreadPool

    /// - Throws: `TrainingError` where the network cannot take such images or such a batch.
    func classifier(_ configuration: ModelConfiguration) throws -> ImageClassifier {
      do throws(ShapeError) {
        return try ImageClassifier(
          configuration, classes: classCount, height: recipe.image.height,
          width: recipe.image.width, batch: recipe.training.batch, seed: recipe.seed, pool: pool,
          vocabulary: vocabulary)
      } catch {
        throw TrainingError("the network cannot take these images: \(error)")
      }
    }
  }

  /// The learner of a run, with the weights that its seed gives it.
  static func main(_ configuration: ModelConfiguration, _ setting: Setting) throws -> Learner {
    Learner(
      try setting.classifier(configuration), role: .main, frozen: setting.recipe.model.freeze,
      optimizer: setting.recipe.training.optimizer, pool: setting.pool)
  }

  /// The second learner of a fallback, which reads the text alone; `nil` where there is none.
  ///
  /// It learns from the same draws, with the same loss, schedule and steps as the image's model:
  /// budgets are equal.
  static func fallbackText(
    _ configuration: ModelConfiguration, _ setting: Setting
  ) throws -> Learner? {
    guard configuration.text?.variant == .fallback else { return nil }
    var configuration = configuration
    configuration.text?.variant = .text
    return Learner(
      try setting.classifier(configuration), role: .fallbackText, frozen: nil,
      optimizer: setting.recipe.training.optimizer, pool: setting.pool)
  }
}

extension ModelConfiguration {
  /// This network with the last layer that a strategy's loss is defined for.
  public func fitted(to requirement: HeadRequirement?) -> ModelConfiguration {
    guard let requirement else { return self }
    var fitted = self
    fitted.cosineScale = requirement.cosineScale
    fitted.initialBias = requirement.initialBias
    return fitted
  }
}
