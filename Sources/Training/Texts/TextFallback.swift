import Datasets
import Kernels
import Metrics
import Networks
import Recipes
import Strategies
import Tensors

/// The text's model of a fallback: a network, an optimiser and a best epoch of its own.
///
/// It learns from the same draws, with the same loss, schedule and steps as the image's model, and
/// neither touches the other: each ends with the bits that it would have alone. Budgets are equal.
final class TextFallback {
  let model: ImageClassifier
  private let optimizer: any Optimizer
  private(set) var state = State()
  private(set) var bestWeights: [NamedTensor]?

  /// What a checkpoint needs of it besides tensors.
  struct State: Codable {
    var optimizerSteps = 0
    var bestEpoch: Int?
    var bestValue: Double?
    /// What the phase's loss has counted.
    var lossState: [Double]?
  }

  init(
    _ configuration: ModelConfiguration, recipe: Recipe, classCount: Int, vocabulary: Int,
    pool: ThreadPool
  ) throws {
    var configuration = configuration
    configuration.text?.variant = .text
    model = try ImageClassifier(
      configuration, classes: classCount, height: recipe.image.height, width: recipe.image.width,
      batch: recipe.training.batch, seed: recipe.seed, pool: pool, vocabulary: vocabulary)
    optimizer = makeOptimizer(recipe.training.optimizer, parameters: model.parameters, pool: pool)
  }

  /// One step; the words stand in the model already.
  ///
  /// - Returns: why it diverged, or `nil`.
  func trainStep(
    _ loss: any ClassificationLoss, targets: TensorView, seed: UInt64, step: Int,
    learningRateFactor: Double
  ) -> String? {
    model.forward(phase: .training, step: step)
    if loss.readsFeatures { model.dFeatures.fill(0) }
    var lossState = state.lossState ?? loss.initialState
    let value = loss.evaluate(
      LossBatch(
        logits: model.logits, targets: targets, dLogits: model.dLogits, features: model.features,
        dFeatures: model.dFeatures, seed: seed, step: step),
      state: &lossState)
    guard value.isFinite else { return "the text model's loss is no finite number" }
    state.lossState = lossState.isEmpty ? nil : lossState
    model.backward(addsFeatureGradient: loss.readsFeatures)
    let norm = optimizer.gradientNorm()
    guard norm.isFinite else { return "the norm of the text model's gradient is no finite number" }
    optimizer.step(learningRateFactor: learningRateFactor, gradientNorm: norm)
    return nil
  }

  /// Another loss begins to count anew.
  func enterPhase() { state.lossState = nil }

  /// Keeps a copy of the weights when the epoch is the best so far; ties go to the earlier epoch.
  func noteBest(epoch: Int, value: Double?) {
    guard let value, state.bestValue.map({ value > $0 }) ?? true else { return }
    (state.bestEpoch, state.bestValue) = (epoch, value)
    bestWeights = nil  // Lest there are three copies for a moment.
    bestWeights = model.snapshot(above: nil)
  }

  /// Puts the best weights back, if there are any.
  func restoreBest() throws {
    if let bestWeights { try model.restore(bestWeights, above: nil) }
  }

  /// All that a checkpoint holds of it.
  func tensors() -> [WrittenTensor] {
    state.optimizerSteps = optimizer.steps
    return model.tensors(above: nil).map { $0.written.under("model/") }
      + optimizer.moments.map { $0.under("optimizer/") }
      + (bestWeights ?? []).map { $0.written.under("best/") }
  }

  /// Continues from a checkpoint.
  func restore(_ checkpoint: Checkpoint, state saved: State) throws {
    try model.restore(checkpoint.tensors(under: "fallback/model/"), above: nil)
    try optimizer.restore(
      OptimizerState(
        steps: saved.optimizerSteps, tensors: checkpoint.tensors(under: "fallback/optimizer/")))
    let best = checkpoint.tensors(under: "fallback/best/")
    bestWeights = best.isEmpty ? nil : best
    state = saved
  }
}
