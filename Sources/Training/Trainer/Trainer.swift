import Datasets
import Kernels
import Networks
import Randomness
import Recipes
import Results
import Strategies

/// Trains one recipe on prepared data: the one trainer that every strategy feeds.
///
/// It drives one ``Learner``, or two of a fallback, and holds what is not theirs: the budget, the
/// data, the strategy's plan, the stream of examples, and where the run is. The run length counts
/// images seen, so it is the same for every strategy. Validation runs after each epoch's worth of
/// images and chooses the best epoch; test is looked at once, at the end, with the best weights. A
/// run that is killed continues from its last checkpoint to the same bits.
public final class Trainer {
  let recipe: Recipe
  let data: PreparedData
  let folder: RunFolder
  let plan: TrainingPlan
  let budget: TrainingBudget
  let pool: ThreadPool
  let options: Options
  let loader: BatchLoader
  /// The run's model; the image's model of a fallback.
  let learner: Learner
  /// The text's model of a fallback, which learns beside ``learner`` from the same draws.
  let textLearner: Learner?
  var state: TrainingState
  var stream: OrderStream
  /// 1 − p of each training image when it was last drawn; kept only where a sampler asks.
  var errors: [Float]?
  var notes: Notes
  /// Called after every batch that is evaluated, besides what ``run(shouldStop:report:)`` asks and
  /// tells.
  public var progressed: () -> Void = {}
  private let memory: BatchMemory
  /// Places of the batch that a frozen trunk may use, fewer than agree: tests set it, and must not
  /// see any other bits.
  package var mostPlaces = Int.max

  /// What the run does not depend on.
  struct Options {
    let checkpointSeconds: Double
    let cacheFolder: String?
    /// The finished run that this one starts from.
    let base: BaseRun?
  }

  /// What a reader of the result should know and only the run itself can say.
  struct Notes {
    /// What loading `model.weights` had to say, and what the stage before left to this one.
    let start: [String]
    /// What a post-hoc method did.
    var postHoc: [String] = []
    /// What was set aside or fallen back to, in this attempt or an earlier one.
    var noticed: [String] = []
  }

  /// Prepares models, optimisers and plan; reads no checkpoint yet.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints, weights and outcome go.
  ///   - checkpointSeconds: how often a checkpoint is written besides the ends of epochs, some of
  ///     which go without where it would take more than a hundredth of the time.
  ///   - cacheFolder: where runs share the activations of a frozen trunk; `nil` to compute them
  ///     whenever they are needed, to the same bits.
  ///   - base: the finished run that the recipe's ``Recipe/base`` asks for.
  /// - Throws: `InvalidParameter` where the strategy has no plan for these classes, `TrainingError`
  ///   where the plan and the recipe do not go together or the base is missing, and the error of the
  ///   room that found the problem: texts, shapes, memory, or weights to start from.
  public init(
    recipe: Recipe, data: PreparedData, folder: RunFolder, threads: Int,
    checkpointSeconds: Double = 120, cacheFolder: String? = nil,
    base: BaseRun? = nil
  ) throws {
    (self.recipe, self.data, self.folder) = (recipe, data, folder)
    options = Options(checkpointSeconds: checkpointSeconds, cacheFolder: cacheFolder, base: base)
    let (census, training) = (data.splits.census, data.splits.training)
    plan = try recipe.strategy.strategy.plan(for: census)
    try OpenBLAS.requireRoom(threads: threads)
    budget = TrainingBudget(recipe.training, trainingCount: training.examples.count)
    pool = ThreadPool(threads: threads)
    try recipe.check(plan, splits: data.splits)
    let texts = try recipe.texts(of: data.splits)
    let configuration = recipe.model.fitted(to: plan.head)
    let setting = Learner.Setting(
      recipe: recipe, classCount: census.classCount, vocabulary: texts?.vocabulary.count ?? 0,
      pool: pool)
    learner = try Learner.main(configuration, setting)
    textLearner = try Learner.fallbackText(configuration, setting)
    notes = Notes(
      start: try recipe.loadWeights(into: learner.model, classes: census.names)
        + recipe.carryTrunk(from: base, into: learner.model))
    loader = BatchLoader(recipe: recipe, data: data, texts: texts, pool: pool)
    memory = BatchMemory(
      recipe.training, plan: plan, classCount: census.classCount,
      inputCount: learner.model.input.count)
    state = TrainingState(fingerprint: recipe.configHash(datasetDigest: data.digest))
    state.texts = texts?.digest
    state.masses = MassLedger(phases: plan.phases.count, classCount: census.classCount)
    stream = OrderStream(phase: 0, of: plan, recipe: recipe, split: training)
    if plan.phases.contains(where: { $0.sampler.readsErrors }) {
      errors = Array(repeating: 1, count: training.examples.count)
    }
  }

  /// Keeps a sentence on what was set aside before the run began, for whoever reads its result.
  public func note(_ notice: String) { notes.noticed.append(notice) }

  /// The network of ``learner``.
  package var model: ImageClassifier { learner.model }

  /// One, or two of a fallback.
  var learners: [Learner] { [learner, textLearner].compactMap(\.self) }

  /// Trains to the end, or until `shouldStop` says so (a checkpoint is written then).
  ///
  /// - Parameters:
  ///   - shouldStop: asked after every step, and while activations of a frozen trunk are computed.
  ///   - report: hears what happens, on the caller's thread.
  /// - Returns: `done`, `cancelled`, or `diverged`: within one step of the first loss or gradient that
  ///   is not finite, after the first validation with such a logit, or at the end, where a weight to
  ///   be tested or a logit of the test images is none.
  /// - Throws: `TrainingError` where the checkpoint is another run's or the base does not fit,
  ///   `CheckpointError` where its tensors do not, and `FileError` where the folder cannot be used.
  public func run(
    shouldStop: () -> Bool = { false }, report: (TrainingEvent) -> Void = { _ in }
  ) throws -> RunOutcome {
    try folder.make()
    do {
      if let change = plan.change { return try reuse(change, shouldStop, report) }
      try restore(report)
      let outcome = try train(shouldStop, report)
      if case .cancelled = outcome { return outcome }
      removeOwnActivations()
      return outcome
    } catch let error as Learner.Divergence {
      removeOwnActivations()
      return .diverged(step: state.step, reason: error.reason)
    } catch is ActivationCache.Interrupted where plan.change == nil {
      try save()
      return .cancelled(reason: "stopped while activations of the frozen trunk were computed")
    }
  }

  private func train(
    _ shouldStop: () -> Bool, _ report: (TrainingEvent) -> Void
  ) throws -> RunOutcome {
    report(.started(step: state.step, totalSteps: budget.steps))
    for epoch in state.epochs { report(.epoch(epoch)) }
    var clock = RunClock(checkpointSeconds: options.checkpointSeconds)
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

  /// Draws a batch and lets every learner take a step on it.
  ///
  /// - Returns: why the run diverged, or `nil`. The learner that diverged keeps its weights as they
  ///   were.
  func trainStep() -> String? {
    let phaseIndex = state.phase
    let phase = plan.phases[phaseIndex]
    let batch = recipe.training.batch
    let examples = stream.next(batch, knowing: knowledge)
    noteDraws(examples)
    for learner in learners {
      learner.present(
        examples, drawnBefore: state.step * batch, strategy: phase.augmentation, from: loader)
    }
    var generator = SeededGenerator(seed: recipe.seed, purpose: .mixing, epoch: state.step)
    let mixes = memory.mix(
      examples, by: phase.mixing, in: model.input, loader: loader, using: &generator)
    memory.fillTargets(examples, mixes)
    state.masses?.add(
      examples.map(\.classIndex), mixes: mixes, loss: phase.loss,
      smoothing: recipe.training.labelSmoothing, inPhase: phaseIndex)
    let step = Learner.Step(
      loss: phase.loss, targets: memory.targets, seed: recipe.seed, number: state.step,
      learningRateFactor: learningRateFactor(atStep: state.step))
    do throws(Learner.Divergence) {
      let loss = try learner.measure(step)
      noteErrors(examples)
      try learner.update(step)
      if let textLearner {
        _ = try textLearner.measure(step)
        try textLearner.update(step)
      }
      state.epochLoss += Double(loss) * Double(batch)
    } catch {
      return error.reason
    }
    state.epochImages += batch
    return nil
  }
}
