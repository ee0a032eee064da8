import Datasets
import Kernels
import Networks
import Recipes
import Strategies
import Tensors

/// The memory and the room on the disk that a run needs, known before it starts. Bytes.
public struct RunMemory: Hashable, Sendable {
  /// What the networks keep of a batch, and scratch memory.
  public let workspace: Int
  /// Weights, gradients, the optimiser's moments, the best epoch's copy, and folded weights.
  public let weights: Int
  /// Targets of a batch, and images before they were mixed.
  public let batch: Int
  /// Decoded pixels of the data set, which all runs map from one file.
  public let pixels: Int
  /// The two checkpoints that a run keeps while it works.
  public let checkpoints: Int
  /// The tested weights, which stay when it is done.
  public let kept: Int

  /// What nothing but the run itself can have: all but the pixels, which the system may drop and
  /// read again.
  public var own: Int { workspace + weights + batch }

  /// Plans a run's networks and adds up what they and the trainer keep.
  ///
  /// - Throws: `TrainingError` where the network cannot take such images or such a batch, and what
  ///   reading the data's texts throws.
  public init(of recipe: Recipe, plan: TrainingPlan, data: PreparedData, threads: Int) throws {
    let vocabulary = try recipe.texts(of: data.splits)?.vocabulary.count ?? 0
    let classes = data.splits.census.classCount
    func network(_ configuration: ModelConfiguration) throws -> NetworkMemory {
      do throws(ShapeError) {
        return try NetworkMemory(
          of: configuration, classes: classes, height: recipe.image.height,
          width: recipe.image.width, batch: recipe.training.batch, threads: threads,
          vocabulary: vocabulary)
      } catch {
        throw TrainingError("the network cannot take these images: \(error)")
      }
    }
    let main = recipe.model.fitted(to: plan.head)
    var all = [try network(main)]
    if main.text?.variant == .fallback {
      var text = main
      text.text?.variant = .text
      text.freeze = nil
      all.append(try network(text))
    }
    let moments = recipe.training.optimizer.momentCount
    let number = MemoryLayout<Float>.stride
    workspace = all.reduce(0) { $0 + $1.workspaceBytes }
    weights = all.reduce(0) {
      $0 + number * (2 * $1.weightCount + (1 + moments) * $1.trainedCount + $1.changingCount)
    }
    let mixes = plan.phases.contains { $0.mixing != nil }
    let image = recipe.image.height * recipe.image.width * 3
    batch = number * recipe.training.batch * (classes + (mixes ? image : 0))
    pixels = data.catalogue.examples.count * image
    checkpoints = all.reduce(0) {
      $0 + 2 * number * (2 * $1.changingCount + moments * $1.trainedCount)
    }
    kept = all.reduce(0) { $0 + number * $1.weightCount }
  }
}
