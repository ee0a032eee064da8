import Datasets
import Kernels
import Metrics
import Networks
import Recipes
import Strategies
import Tensors

/// A network that learns: the model with its optimiser, what of it is frozen, and the weights of its
/// best epoch.
///
/// A learner knows how to take a step, to be put back to its best epoch, and to go into a checkpoint
/// and come out of it. Which images it sees, when, and for how long is the trainer's business. Two
/// learners touch nothing of each other: each ends with the bits that it would have alone.
final class Learner {
  /// Which of a run's learners this is.
  enum Role {
    /// The run's only model, or the image's model of a fallback.
    case main
    /// The text's model of a fallback.
    case fallbackText

    /// What its tensors are under in a checkpoint.
    var prefix: String { self == .main ? "" : "fallback/" }
  }

  /// Its best epoch so far.
  struct Best: Codable {
    var epoch: Int
    /// The figure that chose it; larger is better.
    var value: Double
    /// All figures of that epoch; `nil` where a checkpoint did not keep them.
    var validation: Evaluation?
  }

  /// Everything besides tensors that a checkpoint needs of it.
  struct State {
    var optimizerSteps: Int
    /// What the phase's loss has counted.
    var lossState: [Double]?
    var best: Best?
  }

  let model: ImageClassifier
  let role: Role
  /// What is frozen for the whole run: never changed, and so in no checkpoint.
  let frozen: FrozenPart?
  /// Fills the activations at the cut of the current phase; `nil` where nothing is frozen, and
  /// until the trainer has prepared what is.
  var trunk: FrozenTrunk?
  /// Set from outside by a post-hoc method alone, which chooses without epochs.
  var best: Best?
  private let configuration: OptimizerConfiguration
  private let pool: ThreadPool
  private var optimizer: any Optimizer
  /// What learns in a phase that trains nothing else.
  private var scales: ClassScales?
  private var lossState: [Double]?
  private var bestWeights: [NamedTensor]?

  /// A learner with a new optimiser for all of its model that is not frozen.
  init(
    _ model: ImageClassifier, role: Role, frozen: FrozenPart?,
    optimizer configuration: OptimizerConfiguration, pool: ThreadPool
  ) {
    (self.model, self.role, self.frozen) = (model, role, frozen)
    (self.configuration, self.pool) = (configuration, pool)
    optimizer = makeOptimizer(
      configuration, parameters: model.trainedParameters(above: frozen), pool: pool)
  }

  /// Another loss begins to count anew.
  func beginPhase() { lossState = nil }

  /// Another optimiser, without memory, for all parameters above a part, or for the scales alone.
  func restartOptimizer(above part: FrozenPart?, scales: ClassScales? = nil) {
    self.scales = scales
    let learned = scales.map { [$0.parameter] } ?? model.trainedParameters(above: part)
    optimizer = makeOptimizer(configuration, parameters: learned, pool: pool)
  }
}

// A step.
extension Learner {
  /// What a step needs besides the batch that stands in the model.
  struct Step {
    let loss: any ClassificationLoss
    /// batch × classes, soft.
    let targets: TensorView
    let seed: UInt64
    /// From 0.
    let number: Int
    /// The schedule's.
    let learningRateFactor: Double
  }

  /// A number of a step that is not finite; the weights are as they were before the step.
  struct Divergence: Error {
    let reason: String
  }

  /// Fills the model's inputs with augmented training examples.
  ///
  /// - Parameters:
  ///   - drawnBefore: how many images the run drew before these.
  ///   - strategy: the strategy's augmentation.
  func present(
    _ examples: [LabeledExample], drawnBefore: Int, strategy: (any Augmentation)?,
    from loader: BatchLoader
  ) {
    if let trunk {
      trunk.presentAugmented(examples, drawnBefore: drawnBefore, strategy: strategy)
    } else if let pixels = model.pixels {
      loader.loadAugmented(examples, drawnBefore: drawnBefore, strategy: strategy, into: pixels)
    }
    if let tokens = model.tokens { loader.loadTexts(examples, into: tokens) }
  }

  /// Forward pass and loss of the batch that stands in the model; its logits are valid afterwards.
  ///
  /// - Throws: where the loss is no finite number.
  func measure(_ step: Step) throws(Divergence) -> Float {
    model.forward(phase: .training, step: step.number, above: trunk?.part)
    if step.loss.readsFeatures { model.dFeatures.fill(0) }
    var counted = lossState ?? step.loss.initialState
    let loss = step.loss.evaluate(
      LossBatch(
        logits: model.logits, targets: step.targets, dLogits: model.dLogits,
        features: model.features, dFeatures: model.dFeatures, seed: step.seed, step: step.number),
      state: &counted)
    guard loss.isFinite else { throw Divergence(reason: role.describe(loss: Double(loss))) }
    lossState = counted.isEmpty ? nil : counted
    return loss
  }

  /// Backward pass and update.
  ///
  /// - Precondition: ``measure(_:)`` was called for this step.
  /// - Throws: where the gradient's norm is no finite number.
  func update(_ step: Step) throws(Divergence) {
    model.backward(addsFeatureGradient: step.loss.readsFeatures)
    scales?.takeGradient()
    let norm = optimizer.gradientNorm()
    guard norm.isFinite else { throw Divergence(reason: role.describe(gradientNorm: norm)) }
    optimizer.step(learningRateFactor: step.learningRateFactor, gradientNorm: norm)
    scales?.apply()
  }
}

// The best epoch.
extension Learner {
  /// Keeps a copy of the weights when the epoch is the best so far; ties go to the earlier epoch.
  ///
  /// - Parameter value: the figure that chooses; `nil` where there is none, which is never the best.
  /// - Returns: whether it is the best.
  @discardableResult
  func noteBest(epoch: Int, value: Double?, validation: Evaluation) -> Bool {
    guard let value else { return false }
    if let best, value <= best.value { return false }
    best = Best(epoch: epoch, value: value, validation: validation)
    bestWeights = nil  // Lest there are three copies for a moment.
    bestWeights = model.snapshot(above: frozen)
    return true
  }

  /// Puts the best weights back, if there are any, and lets go of the copy.
  func restoreBest() throws {
    if let bestWeights { try model.restore(bestWeights, above: frozen) }
    bestWeights = nil
  }
}

// Checkpoints.
extension Learner {
  /// What it is besides tensors.
  var state: State { State(optimizerSteps: optimizer.steps, lossState: lossState, best: best) }

  /// Weights, running statistics, the optimiser's moments, and the best weights so far. What is
  /// frozen for the whole run is left out: the recipe says what it is.
  func tensors() -> [WrittenTensor] {
    var tensors = model.tensors(above: frozen).map { $0.written.under("model/") }
    tensors += optimizer.moments.map { $0.under("optimizer/") }
    tensors += (bestWeights ?? []).map { $0.written.under("best/") }
    return tensors.map { $0.under(role.prefix) }
  }

  /// The factors on the last layer's weights and those weights, where the phase has them, by the
  /// names that they have in a checkpoint.
  var scaleVectors: [(name: String, values: [Float])] {
    guard let scales else { return [] }
    return [("scales/frozen", scales.frozen), ("scales/values", scales.parameter.value.array)]
  }

  /// Continues from a checkpoint, in a phase that freezes a part.
  ///
  /// - Throws: `TrainingError` or `CheckpointError` where the checkpoint's tensors do not fit.
  func restore(_ checkpoint: Checkpoint, state: State, above part: FrozenPart?) throws {
    func tensors(_ folder: String) -> [NamedTensor] {
      checkpoint.tensors(under: role.prefix + folder)
    }
    try model.restore(tensors("model/"), above: frozen)
    restartOptimizer(
      above: part, scales: role == .main ? checkpoint.scales(of: model.classifier[0]) : nil)
    try optimizer.restore(
      OptimizerState(steps: state.optimizerSteps, tensors: tensors("optimizer/")))
    let saved = tensors("best/")
    bestWeights = saved.isEmpty ? nil : saved
    (lossState, best) = (state.lossState, state.best)
  }
}

extension Learner.Role {
  fileprivate func describe(loss: Double) -> String {
    switch self {
    case .main: "the loss is \(loss.isNaN ? "not a number" : "infinite")"
    case .fallbackText: "the text model's loss is no finite number"
    }
  }

  fileprivate func describe(gradientNorm norm: Double) -> String {
    switch self {
    case .main: "the gradient's norm is \(norm.isNaN ? "not a number" : "infinite")"
    case .fallbackText: "the norm of the text model's gradient is no finite number"
    }
  }
}
