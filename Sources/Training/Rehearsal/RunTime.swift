import Datasets
import Networks
import Recipes
import Strategies

/// How long a run takes, put together from measured durations. Seconds.
public struct RunTime: Hashable, Sendable {
  /// All but ``activations``: steps, evaluation after each epoch and at the end, checkpoints.
  public let own: Double
  /// Computing what is kept of a frozen trunk, by the run that comes first.
  public let activations: Double
  /// What other runs must agree in to share these activations; `nil` where none are kept.
  public let trunk: String?
  /// Bytes on the disk that these activations take.
  public let activationBytes: Int

  /// Estimates a run.
  ///
  /// - Parameters:
  ///   - times: of the run's shape.
  ///   - startup: from the start of a process to prepared data.
  ///   - checkpointSeconds: how often a checkpoint is written besides the ends of epochs.
  public init(
    of recipe: Recipe, plan: TrainingPlan, splits: DatasetSplits, times: StepTimes,
    startup: Double, checkpointSeconds: Double = 120
  ) {
    let counts = Counts(recipe, splits)
    let last = times.phases[times.phases.count - 1]
    let isKept = plan.phases.indices.map { index in
      ActivationPlan(
        part: recipe.frozenPart(in: plan.phases[index]), recipe: recipe, splits: splits, plan: plan)
    }
    var seconds = startup + times.setup + last.evaluation * counts.batches(of: counts.test)
    guard recipe.trains else {
      own = seconds + last.probe + last.evaluation * counts.batches(of: counts.validation)
      (activations, trunk, activationBytes) = (0, nil, 0)
      return
    }
    for (index, phase) in times.phases.enumerated() {
      let steps = plan.steps(ofPhase: index, of: counts.budget.steps)
      let epochs = counts.budget.epochEnds.count { steps.contains($0 - 1) }
      seconds += Double(steps.count) * phase.step
      seconds += Double(epochs) * phase.evaluation * counts.batches(of: counts.validation)
      let isNew = index == 0 || isKept[index]?.part != isKept[index - 1]?.part
      guard let kept = isKept[index], isNew else { continue }
      seconds += phase.probe
      // A part that the run trained itself is of no use to others.
      if kept.part != recipe.model.freeze { seconds += phase.activation * Double(kept.keptRecords) }
    }
    own = seconds + Self.checkpoints(times, counts, during: seconds, every: checkpointSeconds)
    let shared = recipe.model.freeze.flatMap { part in isKept.first { $0?.part == part } ?? nil }
    activations = (shared?.keptRecords).map { times.phases[0].activation * Double($0) } ?? 0
    trunk = shared.map { $0.trunkName(of: recipe) }
    activationBytes = shared?.bytes ?? 0
  }

  /// Seconds that checkpoints take: at the ends of epochs where that is cheap, else now and then, and
  /// the weights at the end.
  private static func checkpoints(
    _ times: StepTimes, _ counts: Counts, during seconds: Double, every interval: Double
  ) -> Double {
    let epochs = Double(counts.budget.epochs)
    let isCheap = RunClock.isCheap(times.checkpoint, after: seconds / epochs)
    let count = isCheap ? epochs : min(seconds / interval, epochs) + 1
    return times.checkpoint * (count + 1)
  }

  /// Sizes of a run.
  private struct Counts {
    let budget: TrainingBudget
    let batch: Int
    let validation: Int
    let test: Int

    init(_ recipe: Recipe, _ splits: DatasetSplits) {
      budget = TrainingBudget(recipe.training, trainingCount: splits.training.examples.count)
      batch = recipe.training.batch
      (validation, test) = (splits.validation.examples.count, splits.test.examples.count)
    }

    /// Batches that so many images fill; the last one may have empty places.
    func batches(of images: Int) -> Double { Double((images + batch - 1) / batch) }
  }
}

extension ActivationPlan {
  /// Equal for runs that share files of activations.
  fileprivate func trunkName(of recipe: Recipe) -> String {
    let start = recipe.model.weights?.digest ?? "seed \(recipe.seed)"
    let views = recipe.augmentation.isEmpty ? nil : recipe.model.cachedViews
    return [
      recipe.model.architecture.rawValue, recipe.model.stem.rawValue, part.rawValue, start,
      "\(recipe.training.batch)", "\(recipe.dataset.classes)",
      views.map { "\($0) views of seed \(recipe.seed)" } ?? "",
    ].joined(separator: " ")
  }
}
