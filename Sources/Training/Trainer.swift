import Dispatch
import Files
import Foundation
import Kernels
import Metrics
import Networks
import Recipes
import Results
import Strategies
import Tensors

/// Trains one recipe on prepared data: the one trainer that every strategy feeds.
///
/// The run length counts images seen, so it is the same for every strategy. Validation runs after
/// each epoch's worth of images and chooses the best epoch; test is looked at once, at the end,
/// with the best weights. A run that is killed continues from its last checkpoint to the same bits.
public final class Trainer {
  let recipe: Recipe
  let data: PreparedData
  let folder: RunFolder
  let plan: TrainingPlan
  let budget: TrainingBudget
  let pool: ThreadPool
  let model: ImageClassifier
  let loader: BatchLoader
  var optimizer: any Optimizer
  var state: TrainingState
  var stream: OrderStream
  var bestWeights: [NamedTensor]?
  /// What loading `model.weights` had to say.
  let weightNotes: [String]
  /// What is frozen in the current phase, if anything.
  var trunk: FrozenTrunk?
  private let cacheFolder: String?
  /// Places of the batch that a frozen trunk may use, fewer than agree: tests set it, and must not
  /// see any other bits.
  package var mostPlaces = Int.max
  private let checkpointSeconds: Double
  private let targets: AlignedBuffer

  /// Prepares model, optimiser and plan; reads no checkpoint yet.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints, weights and outcome go.
  ///   - checkpointSeconds: how often a checkpoint is written besides the ends of epochs.
  ///   - cacheFolder: where runs share the activations of a frozen trunk; `nil` to compute them
  ///     whenever they are needed, to the same bits.
  public init(
    recipe: Recipe, data: PreparedData, folder: RunFolder, threads: Int,
    checkpointSeconds: Double = 120, cacheFolder: String? = nil
  ) throws {
    self.cacheFolder = cacheFolder
    (self.recipe, self.data, self.folder) = (recipe, data, folder)
    self.checkpointSeconds = checkpointSeconds
    let classCount = data.splits.census.classCount
    plan = try recipe.strategy.strategy.plan(for: data.splits.census)
    budget = TrainingBudget(recipe.training, trainingCount: data.splits.training.examples.count)
    pool = ThreadPool(threads: threads)
    model = try ImageClassifier(
      recipe.model, classes: classCount, height: recipe.image.height, width: recipe.image.width,
      batch: recipe.training.batch, seed: recipe.seed, pool: pool)
    if let weights = recipe.model.weights {
      weightNotes = try PretrainedWeights(weights).load(
        into: model, classes: data.splits.census.names)
    } else {
      weightNotes = []
    }
    optimizer = makeOptimizer(
      recipe.training.optimizer, parameters: model.trainedParameters(above: recipe.model.freeze),
      pool: pool)
    loader = BatchLoader(recipe: recipe, data: data, pool: pool)
    targets = AlignedBuffer(count: recipe.training.batch * classCount)
    state = TrainingState(fingerprint: recipe.configHash(datasetDigest: data.digest))
    stream = OrderStream(
      split: data.splits.training, sampler: plan.phases[0].sampler, seed: recipe.seed, phase: 0)
  }

  /// Trains to the end, or until `shouldStop` says so (a checkpoint is written then).
  ///
  /// - Returns: `done`, `diverged` within one step of the first number that is none, or `cancelled`.
  public func run(
    shouldStop: () -> Bool = { false }, report: (TrainingEvent) -> Void = { _ in }
  ) throws -> RunOutcome {
    try folder.make()
    try restore()
    do {
      return try train(shouldStop, report)
    } catch is ActivationCache.Interrupted {
      try save()
      return .cancelled(reason: "stopped while activations of the frozen trunk were computed")
    }
  }

  private func train(
    _ shouldStop: () -> Bool, _ report: (TrainingEvent) -> Void
  ) throws -> RunOutcome {
    report(.started(step: state.step, totalSteps: budget.steps))
    for epoch in state.epochs { report(.epoch(epoch)) }
    var clock = Stopwatch(checkpointSeconds: checkpointSeconds)
    while state.step < budget.steps {
      if try enterPhase(shouldStop, report) { clock.skip(&state) }
      if let reason = trainStep() {
        return .diverged(step: state.step + 1, reason: reason)
      }
      state.step += 1
      clock.lap(&state)
      if state.step == budget.epochEnds[state.epochs.count] {
        if let reason = endEpoch(report) { return .diverged(step: state.step, reason: reason) }
        clock.skip(&state)
        try save()
        clock.skip(&state)
      } else if clock.isCheckpointDue {
        try save()
        clock.skip(&state)
      }
      if clock.isReportDue {
        report(
          .progress(
            step: state.step, totalSteps: budget.steps, imagesPerSecond: imagesPerSecond ?? 0))
      }
      if state.step < budget.steps, shouldStop() {
        try save()
        return .cancelled(reason: "stopped after step \(state.step) of \(budget.steps)")
      }
    }
    // A run that was cut off between its last step and its end has prepared nothing yet.
    _ = try enterPhase(shouldStop, report)
    return .done(try finish())
  }

  /// Images per second of training steps, over all attempts.
  var imagesPerSecond: Double? {
    state.trainingSeconds > 0
      ? Double(state.step * recipe.training.batch) / state.trainingSeconds : nil
  }

  /// Draws, forwards, measures, goes back, updates.
  ///
  /// - Returns: why the run diverged, or `nil`. On divergence the weights are left as they were.
  private func trainStep() -> String? {
    let phase = plan.phases[state.phase]
    let batch = recipe.training.batch
    let examples = stream.next(batch, feedback: state.feedback)
    let drawnBefore = state.step * batch
    if let trunk {
      trunk.presentAugmented(
        examples, drawnBefore: drawnBefore, strategy: phase.augmentation)
    } else {
      loader.loadAugmented(
        examples, drawnBefore: drawnBefore, strategy: phase.augmentation, into: model.input)
    }
    model.forward(phase: .training, step: state.step, above: trunk?.part)
    let classCount = data.splits.census.classCount
    let smoothing = recipe.training.labelSmoothing
    let targets = self.targets.view(.matrix(batch, classCount))
    targets.fill(Float(smoothing / Double(classCount)))
    for (row, example) in examples.enumerated() {
      targets.pointer[row * classCount + example.classIndex] += Float(1 - smoothing)
    }
    let loss = phase.loss.evaluate(model.logits, targets: targets.readOnly, into: model.dLogits)
    guard loss.isFinite else { return "the loss is \(Self.name(of: Double(loss)))" }
    model.zeroGradients(above: trunk?.part)
    model.backward()
    let norm = optimizer.gradientNorm()
    guard norm.isFinite else { return "the gradient's norm is \(Self.name(of: norm))" }
    optimizer.step(learningRateFactor: learningRateFactor, gradientNorm: norm)
    state.epochLoss += Double(loss) * Double(batch)
    state.epochImages += batch
    return nil
  }

  private static func name(of value: Double) -> String {
    value.isNaN ? "not a number" : "infinite"
  }

  /// The schedule's factor for the step that is being done.
  var learningRateFactor: Double {
    recipe.training.schedule.factor(
      atStep: state.step, of: budget.steps, stepsPerEpoch: 1 / budget.epochsSeen(afterSteps: 1))
  }
}

extension Trainer {
  /// What is frozen in a phase of the plan.
  func frozenPart(inPhase index: Int) -> FrozenPart? { recipe.model.freeze }

  /// Moves on to the phase that the current step belongs to, with a stream of its own and, where
  /// another part is frozen, with an optimiser of its own.
  ///
  /// - Returns: whether a frozen part was prepared, once its weights are what they will stay.
  private func enterPhase(
    _ shouldStop: () -> Bool, _ report: (TrainingEvent) -> Void
  ) throws -> Bool {
    let phase = plan.phaseIndex(atStep: state.step, of: budget.steps)
    let part = frozenPart(inPhase: phase)
    if phase != state.phase {
      if part != frozenPart(inPhase: state.phase) {
        optimizer = makeOptimizer(
          recipe.training.optimizer, parameters: model.trainedParameters(above: part), pool: pool)
        trunk = nil
      }
      state.phase = phase
      stream = OrderStream(
        split: data.splits.training, sampler: plan.phases[phase].sampler, seed: recipe.seed,
        phase: phase)
    }
    guard let part, trunk == nil else { return false }
    trunk = try FrozenTrunk(
      part, model: model, loader: loader, recipe: recipe, data: data,
      plan: ActivationPlan(part: part, recipe: recipe, splits: data.splits, plan: plan),
      folder: cacheFolder, mostPlaces: mostPlaces, pool: pool, shouldStop: shouldStop,
      tell: { report(.note($0)) })
    return true
  }
}

extension TrainingPlan {
  /// The phase that step `step` (from 0) of `total` belongs to: phase i ends at the rounded share.
  func phaseIndex(atStep step: Int, of total: Int) -> Int {
    var end = 0.0
    for (index, phase) in phases.enumerated() {
      end += phase.share
      if Double(step) < (end * Double(total)).rounded() { return index }
    }
    return phases.count - 1
  }
}

/// Splits wall-clock time into training steps and the rest, and says when something is due.
private struct Stopwatch {
  private let checkpointSeconds: Double
  private var last = monotonicSeconds()
  private var lastCheckpoint = monotonicSeconds()
  private var lastReport = monotonicSeconds()

  init(checkpointSeconds: Double) { self.checkpointSeconds = checkpointSeconds }

  /// Books the time since the last call as training.
  mutating func lap(_ state: inout TrainingState) {
    let seconds = elapsed()
    state.trainingSeconds += seconds
    state.epochSeconds += seconds
    state.seconds += seconds
  }

  /// Books the time since the last call as something else; a checkpoint was written or not needed.
  mutating func skip(_ state: inout TrainingState) {
    state.seconds += elapsed()
    lastCheckpoint = last
  }

  var isCheckpointDue: Bool { last - lastCheckpoint >= checkpointSeconds }

  /// True about once a second.
  var isReportDue: Bool {
    mutating get {
      guard last - lastReport >= 1 else { return false }
      lastReport = last
      return true
    }
  }

  private mutating func elapsed() -> Double {
    let now = monotonicSeconds()
    defer { last = now }
    return now - last
  }
}
