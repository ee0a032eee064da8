import Datasets
import Networks
import Recipes
import Results
import Strategies

// A post-hoc method trains nothing: it changes the classifier of a finished run.
extension Trainer {
  /// Loads the run that is reused, chooses the change's parameter on validation, tests once.
  func reuse(
    _ change: any ClassifierChange, _ shouldStop: () -> Bool, _ report: (TrainingEvent) -> Void
  ) throws -> RunOutcome {
    let base = try loadBase()
    let start = monotonicSeconds()
    // The images were seen by the run that is reused, and its last phase says what is frozen.
    (state.step, state.phase) = (budget.steps, plan.phases.count - 1)
    _ = try enterPhase(shouldStop, report)
    let classifier = model.linearClassifier
    let means = change.readsClassMeans ? classMeans() : []
    notes.postHoc = [
      "reuses run \(base.name) (\(base.configHash.prefix(12))) and trains nothing: its images seen "
        + "are that run's"
    ]
    if let choice = try choose(change, classifier, means, shouldStop) {
      model.linearClassifier = change.changed(classifier, at: choice.value, means: means)
      learner.best = choice.best
      notes.postHoc += choice.notes
    } else {
      guard !shouldStop() else { return .cancelled(reason: "stopped before a value was chosen") }
      let value = change.candidates[0]
      model.linearClassifier = change.changed(classifier, at: value, means: means)
      if let name = change.parameter { notes.postHoc.append("\(name) is \(value)") }
    }
    state.seconds += monotonicSeconds() - start
    var result = try finish()
    result.bestEpoch = nil
    return .done(result)
  }

  private func loadBase() throws -> BaseRun {
    guard let base = options.base, let hash = recipe.base?.configHash(datasetDigest: data.digest)
    else {
      throw TrainingError(
        "\(recipe.strategy.name) reuses a finished run, and none was named; run it by a sweep whose "
          + "file has that run too")
    }
    guard base.configHash == hash else {
      throw TrainingError(
        "\(recipe.strategy.name) needs the run \(hash.prefix(12)), but was given "
          + "\(base.configHash.prefix(12)) (\(base.name))")
    }
    let trained = try TrainedModel(
      recipe: recipe, weightsAt: base.weights, digest: base.digest)
    guard trained.classes == data.splits.census.names else {
      throw TrainingError("the classes of run \(base.name) are others, or in another order")
    }
    try trained.load(into: model)
    return base
  }

  /// The best value with what is noted of it.
  private struct Choice {
    var value: Double
    var best: Learner.Best
    var notes: [String]
  }

  /// Evaluates every candidate on validation; ties go to the smaller value.
  ///
  /// - Returns: `nil` where no figure could be had, or where the run was stopped.
  /// - Throws: `Learner.Divergence` where no candidate makes finite numbers of all images.
  private func choose(
    _ change: any ClassifierChange, _ classifier: LinearClassifier, _ means: [[Double]?],
    _ shouldStop: () -> Bool
  ) throws(Learner.Divergence) -> Choice? {
    let examples = data.splits.validation.examples
    guard !examples.isEmpty else { return nil }
    let part = recipe.model.architecture.lastPart
    let activations = evaluator.activations(of: examples, at: part)
    var choice: Choice?
    var figures: [String] = []
    var worst: SplitEvaluator.Outcome?
    var isAnyFinite = false
    for value in change.candidates {
      if shouldStop() { return nil }
      model.linearClassifier = change.changed(classifier, at: value, means: means)
      let outcome = evaluator.evaluate(examples, from: activations, at: part)
      let figure = recipe.training.selectBy.value(of: outcome.evaluation.headline)
      if outcome.hasNonFinite { worst = outcome } else { isAnyFinite = true }
      guard let figure, !outcome.hasNonFinite else { continue }
      figures.append("\(value): \((figure * 1e4).rounded() / 1e4)")
      if let best = choice?.best, figure <= best.value { continue }
      let best = Learner.Best(epoch: 0, value: figure, validation: outcome.evaluation)
      choice = Choice(value: value, best: best, notes: [])
    }
    if let worst, !isAnyFinite { try check(worst, "validation") }
    if let name = change.parameter, let value = choice?.value, change.candidates.count > 1 {
      choice?.notes = [
        "\(name) \(value) was chosen on validation by \(recipe.training.selectBy.rawValue) ("
          + figures.joined(separator: ", ") + ")"
      ]
    } else if let name = change.parameter, let value = choice?.value {
      choice?.notes = ["\(name) is \(value)"]
    }
    return choice
  }

  /// Mean of what the last layer reads over each class's training images, without augmentation.
  private func classMeans() -> [[Double]?] {
    let census = data.splits.census
    let width = model.linearClassifier.features
    var sums = census.counts.map { _ in [Double](repeating: 0, count: width) }
    // A frozen trunk's files know validation and test images only without augmentation.
    var plain = evaluator
    plain.trunk = nil
    plain.forEachFeature(data.splits.training.examples) { example, features in
      for (index, value) in features.enumerated() {
        sums[example.classIndex][index] += Double(value)
      }
    }
    return zip(sums, census.counts).map { sum, count in
      count > 0 ? sum.map { $0 / Double(count) } : nil
    }
  }
}

extension ImageClassifier {
  /// The last layer's weights and bias.
  ///
  /// - Precondition: it is linear.
  var linearClassifier: LinearClassifier {
    get { LinearClassifier(weights: classifier[0].value.array, bias: classifier[1].value.array) }
    set {
      classifier[0].setTorchValues(newValue.weights)
      classifier[1].setTorchValues(newValue.bias)
    }
  }
}
