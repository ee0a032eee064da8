import Datasets
import Dispatch
import Files
import Foundation
import Kernels
import Metrics
import Networks
import Randomness
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
  package let model: ImageClassifier
  let loader: BatchLoader
  var optimizer: any Optimizer
  var state: TrainingState
  var stream: OrderStream
  var bestWeights: [NamedTensor]?
  /// What the model reads beside images, if anything.
  let texts: TextTable?
  /// The text's model of a fallback; ``model`` is the image's then.
  let fallback: TextFallback?
  /// What loading `model.weights` had to say.
  let weightNotes: [String]
  /// What the stage before left to this one.
  let stageNotes: [String]
  /// What is frozen in the current phase, if anything.
  var trunk: FrozenTrunk?
  let cacheFolder: String?
  /// The finished run that this one starts from.
  let base: BaseRun?
  /// Places of the batch that a frozen trunk may use, fewer than agree: tests set it, and must not
  /// see any other bits.
  package var mostPlaces = Int.max
  /// What learns in a phase that trains nothing else.
  var scales: ClassScales?
  /// What a post-hoc method did.
  var postHocNotes: [String] = []
  /// 1 − p of each training image when it was last drawn; kept only where a sampler asks.
  var errors: [Float]?
  private let checkpointSeconds: Double
  private let targets: AlignedBuffer
  /// A copy of the batch's images, where a phase mixes them.
  private let unmixed: AlignedBuffer?

  /// Prepares model, optimiser and plan; reads no checkpoint yet.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints, weights and outcome go.
  ///   - checkpointSeconds: how often a checkpoint is written besides the ends of epochs, some of
  ///     which go without where it would take more than a hundredth of the time.
  ///   - cacheFolder: where runs share the activations of a frozen trunk; `nil` to compute them
  ///     whenever they are needed, to the same bits.
  ///   - base: the finished run that the recipe's ``Recipe/base`` asks for.
  public init(
    recipe: Recipe, data: PreparedData, folder: RunFolder, threads: Int,
    checkpointSeconds: Double = 120, cacheFolder: String? = nil,
    base: BaseRun? = nil
  ) throws {
    (self.cacheFolder, self.base) = (cacheFolder, base)
    (self.recipe, self.data, self.folder) = (recipe, data, folder)
    self.checkpointSeconds = checkpointSeconds
    let classCount = data.splits.census.classCount
    plan = try recipe.strategy.strategy.plan(for: data.splits.census)
    budget = TrainingBudget(recipe.training, trainingCount: data.splits.training.examples.count)
    pool = ThreadPool(threads: threads)
    try recipe.check(plan, splits: data.splits)
    texts = try recipe.texts(of: data.splits)
    let vocabulary = texts?.vocabulary.count ?? 0
    let configuration = recipe.model.fitted(to: plan.head)
    model = try ImageClassifier(
      configuration, classes: classCount, height: recipe.image.height, width: recipe.image.width,
      batch: recipe.training.batch, seed: recipe.seed, pool: pool, vocabulary: vocabulary)
    fallback =
      configuration.text?.variant == .fallback
      ? try TextFallback(
        configuration, recipe: recipe, classCount: classCount, vocabulary: vocabulary, pool: pool)
      : nil
    if let weights = recipe.model.weights, !recipe.continuesStage {
      weightNotes = try PretrainedWeights(weights).load(
        into: model, classes: data.splits.census.names)
    } else {
      weightNotes = []
    }
    stageNotes = try recipe.carryTrunk(from: base, into: model)
    optimizer = makeOptimizer(
      recipe.training.optimizer, parameters: model.trainedParameters(above: recipe.model.freeze),
      pool: pool)
    loader = BatchLoader(recipe: recipe, data: data, texts: texts, pool: pool)
    targets = AlignedBuffer(count: recipe.training.batch * classCount)
    let mixes = plan.phases.contains { $0.mixing != nil }
    unmixed = mixes ? AlignedBuffer(count: model.input.count) : nil
    state = TrainingState(fingerprint: recipe.configHash(datasetDigest: data.digest))
    state.texts = texts?.digest
    stream = OrderStream(
      split: data.splits.training, sampler: plan.phases[0].sampler, seed: recipe.seed, phase: 0,
      epochShare: plan.epochShare(
        ofPhase: 0, budget: budget, batch: recipe.training.batch,
        trainingCount: data.splits.training.examples.count))
    if plan.phases.contains(where: { $0.sampler.readsErrors }) {
      errors = Array(repeating: 1, count: data.splits.training.examples.count)
    }
  }

  /// Trains to the end, or until `shouldStop` says so (a checkpoint is written then).
  ///
  /// - Returns: `done`, `diverged` within one step of the first number that is none, or `cancelled`.
  public func run(
    shouldStop: () -> Bool = { false }, report: (TrainingEvent) -> Void = { _ in }
  ) throws -> RunOutcome {
    try folder.make()
    if let change = plan.change { return try reuse(change, shouldStop, report) }
    try restore()
    do {
      let outcome = try train(shouldStop, report)
      if case .cancelled = outcome { return outcome }
      removeOwnActivations()
      return outcome
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
    var clock = RunClock(checkpointSeconds: checkpointSeconds)
    while state.step < budget.steps {
      if try enterPhase(shouldStop, report) { state.seconds += clock.lap() }
      if let reason = trainStep() {
        return .diverged(step: state.step + 1, reason: reason)
      }
      state.step += 1
      state.addTraining(seconds: clock.lap())
      if state.step == budget.epochEnds[state.epochs.count] {
        if let reason = endEpoch(report) { return .diverged(step: state.step, reason: reason) }
        state.seconds += clock.lap()
        if state.step == budget.steps || clock.isCheckpointCheap {
          try save()
          state.seconds += clock.lapOfCheckpoint()
        }
      } else if clock.isCheckpointDue {
        try save()
        state.seconds += clock.lapOfCheckpoint()
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
    let examples = stream.next(batch, knowing: knowledge)
    noteDraws(examples)
    let drawnBefore = state.step * batch
    if let trunk {
      trunk.presentAugmented(
        examples, drawnBefore: drawnBefore, strategy: phase.augmentation)
    } else if let pixels = model.pixels {
      loader.loadAugmented(
        examples, drawnBefore: drawnBefore, strategy: phase.augmentation, into: pixels)
    }
    for tokens in [model.tokens, fallback?.model.tokens] {
      if let tokens { loader.loadTexts(examples, into: tokens) }
    }
    let mixes = mix(examples, phase.mixing)
    model.forward(phase: .training, step: state.step, above: trunk?.part)
    fillTargets(examples, mixes)
    if phase.loss.readsFeatures { model.dFeatures.fill(0) }
    var lossState = state.lossState ?? phase.loss.initialState
    let loss = phase.loss.evaluate(
      LossBatch(
        logits: model.logits, targets: targetView.readOnly, dLogits: model.dLogits,
        features: model.features, dFeatures: model.dFeatures, seed: recipe.seed, step: state.step),
      state: &lossState)
    guard loss.isFinite else { return "the loss is \(Self.name(of: Double(loss)))" }
    state.lossState = lossState.isEmpty ? nil : lossState
    noteErrors(examples)
    model.backward(addsFeatureGradient: phase.loss.readsFeatures)
    scales?.takeGradient()
    let norm = optimizer.gradientNorm()
    guard norm.isFinite else { return "the gradient's norm is \(Self.name(of: norm))" }
    optimizer.step(learningRateFactor: learningRateFactor(atStep: state.step), gradientNorm: norm)
    scales?.apply()
    if let reason = fallback?.trainStep(
      phase.loss, targets: targetView.readOnly, seed: recipe.seed, step: state.step,
      learningRateFactor: learningRateFactor(atStep: state.step))
    {
      return reason
    }
    state.epochLoss += Double(loss) * Double(batch)
    state.epochImages += batch
    return nil
  }

  private static func name(of value: Double) -> String {
    value.isNaN ? "not a number" : "infinite"
  }
}

extension Trainer {
  /// The stream of a phase, from its beginning or from a checkpoint's position.
  func makeStream(
    phase: Int, at position: OrderStream.Position? = nil, errors: [Float]? = nil
  ) -> OrderStream {
    let sampler = plan.phases[phase].sampler
    // A phase that begins knows what was known before; the run's first one has nothing to know.
    let start = OrderStream.Position(feedback: sampler.changes ? state.feedback : nil)
    let known = position == nil && sampler.readsErrors ? self.errors : errors
    return OrderStream(
      split: data.splits.training, sampler: sampler, seed: recipe.seed, phase: phase,
      epochShare: plan.epochShare(
        ofPhase: phase, budget: budget, batch: recipe.training.batch,
        trainingCount: data.splits.training.examples.count),
      at: position ?? start, errors: known)
  }

  /// What a sampler may know at this step.
  private var knowledge: OrderStream.Knowledge {
    let steps = plan.steps(ofPhase: state.phase, of: budget.steps)
    return OrderStream.Knowledge(
      feedback: state.feedback,
      progress: Double(state.step - steps.lowerBound) / Double(max(steps.count, 1)),
      errors: errors)
  }

  private func noteDraws(_ examples: [LabeledExample]) {
    var drawn = state.drawn ?? Array(repeating: 0, count: data.splits.census.classCount)
    for example in examples { drawn[example.classIndex] += 1 }
    state.drawn = drawn
  }

  /// Keeps 1 − p of the drawn images, by the softmax of their logits.
  private func noteErrors(_ examples: [LabeledExample]) {
    guard errors != nil else { return }
    let classCount = data.splits.census.classCount
    for (row, example) in examples.enumerated() {
      let logits = UnsafeBufferPointer(
        start: model.logits.pointer + row * classCount, count: classCount)
      let largest = Double(logits.max() ?? 0)
      let total = logits.reduce(0) { $0 + exp(Double($1) - largest) }
      let p = exp(Double(logits[example.classIndex]) - largest) / total
      errors?[stream.drawn[row]] = Float(1 - p)
    }
  }

  private var targetView: MutableTensorView {
    targets.view(.matrix(recipe.training.batch, data.splits.census.classCount))
  }

  /// Mixes the loaded images; returns how.
  private func mix(
    _ examples: [LabeledExample], _ mixing: (any BatchMixing)?
  ) -> [ExampleMix?] {
    guard let mixing, let unmixed else { return [] }
    var generator = SeededGenerator(seed: recipe.seed, purpose: .mixing, epoch: state.step)
    let mixes = mixing.mixes(
      of: examples.map(\.classIndex), height: recipe.image.height, width: recipe.image.width,
      using: &generator)
    loader.mix(model.input, by: mixes, copy: unmixed)
    return mixes
  }

  /// One-hot or mixed targets, with the experiment's label smoothing.
  private func fillTargets(_ examples: [LabeledExample], _ mixes: [ExampleMix?]) {
    let classCount = data.splits.census.classCount
    let smoothing = recipe.training.labelSmoothing
    let targets = targetView
    targets.fill(Float(smoothing / Double(classCount)))
    for (row, example) in examples.enumerated() {
      let target = targets.pointer + row * classCount
      guard let mix = mixes.isEmpty ? nil : mixes[row] else {
        target[example.classIndex] += Float(1 - smoothing)
        continue
      }
      target[example.classIndex] += Float((1 - smoothing) * mix.labelShare)
      target[examples[mix.partner].classIndex] += Float((1 - smoothing) * (1 - mix.labelShare))
    }
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

  /// The steps of a phase.
  func steps(ofPhase index: Int, of total: Int) -> Range<Int> {
    func bound(_ count: Int) -> Int {
      count == phases.count
        ? total
        : Int((phases.prefix(count).reduce(0) { $0 + $1.share } * Double(total)).rounded())
    }
    return bound(index)..<max(bound(index + 1), bound(index))
  }

  /// Share of a phase that as many draws take as there are training images; at most 1.
  func epochShare(
    ofPhase index: Int, budget: TrainingBudget, batch: Int, trainingCount: Int
  ) -> Double {
    let images = steps(ofPhase: index, of: budget.steps).count * batch
    return images > 0 ? min(Double(trainingCount) / Double(images), 1) : 1
  }
}

extension ModelConfiguration {
  /// This network with the last layer that a strategy's loss is defined for.
  func fitted(to requirement: HeadRequirement?) -> ModelConfiguration {
    guard let requirement else { return self }
    var fitted = self
    fitted.cosineScale = requirement.cosineScale
    fitted.initialBias = requirement.initialBias
    return fitted
  }
}
