import Datasets
import Files
import Foundation
import Metrics
import Networks
import Results
import Strategies

extension Trainer {
  /// Evaluates the main learner.
  var evaluator: SplitEvaluator { evaluator(of: learner) }

  /// Evaluates one of the learners.
  func evaluator(of learner: Learner) -> SplitEvaluator {
    let names = data.catalogue.examples
    return SplitEvaluator(
      model: learner.model, loader: loader, trunk: learner.trunk,
      classCount: data.splits.census.classCount, groups: data.groups,
      exampleID: { names[$0].id }, progressed: progressed)
  }

  /// Validates, remembers the best weights, reports the epoch.
  ///
  /// - Returns: why the run diverged, or `nil`.
  func endEpoch(_ report: (TrainingEvent) -> Void) -> String? {
    let epoch = state.epochs.count + 1
    let start = monotonicSeconds()
    var validated = Validated()
    if !data.splits.validation.examples.isEmpty {
      guard let figures = validate(epoch: epoch) else {
        return "a logit of the validation images is no finite number"
      }
      validated = figures
    }
    let lastFactor = learningRateFactor(atStep: state.step - 1)
    let record = EpochRecord(
      epoch: epoch, imagesSeen: state.step * recipe.training.batch,
      trainLoss: state.epochImages > 0 ? state.epochLoss / Double(state.epochImages) : nil,
      validation: validated.headline,
      learningRate: recipe.training.optimizer.learningRate * lastFactor,
      imagesPerSecond: state.epochSeconds > 0
        ? Double(state.epochImages) / state.epochSeconds : nil,
      seconds: state.epochSeconds + monotonicSeconds() - start, finishedAt: Timestamp.now(),
      isBest: validated.isBest)
    state.epochs.append(record)
    (state.epochLoss, state.epochImages, state.epochSeconds) = (0, 0, 0)
    report(.epoch(record))
    return nil
  }

  /// What an epoch's record says of validation; without validation images, nothing.
  private struct Validated {
    var headline: HeadlineMetrics?
    var isBest = false
  }

  /// Validates the learners, each of which keeps its weights where they are its best of the last
  /// phase; samplers hear of each class's recall.
  ///
  /// - Returns: `nil` where some logit is no finite number.
  private func validate(epoch: Int) -> Validated? {
    let examples = data.splits.validation.examples
    let both = fallback?.evaluate(examples, by: nil)
    let outcome = both?.image ?? evaluator.evaluate(examples)
    if outcome.hasNonFinite || both?.text.hasNonFinite == true { return nil }
    let evaluation = outcome.evaluation
    let recall = Array(
      evaluation.classes.prefix(data.splits.census.classCount).map(\.recall))
    state.feedback = state.feedback?.followed(by: recall) ?? ValidationFeedback(recall: recall)
    var validated = Validated(headline: (both?.combined.evaluation ?? evaluation).headline)
    guard isInLastPhase else { return validated }
    func noteBest(_ learner: Learner, _ evaluation: Evaluation) -> Bool {
      learner.noteBest(
        epoch: epoch, value: recipe.training.selectBy.value(of: evaluation.headline),
        validation: evaluation)
    }
    if let textLearner, let both { _ = noteBest(textLearner, both.text.evaluation) }
    validated.isBest = noteBest(learner, evaluation)
    return validated
  }

  /// Tests once, with the best weights, and writes them down.
  ///
  /// - Throws: `Learner.Divergence` where a weight, or what it makes of a test image, is no finite
  ///   number; nothing is written then.
  func finish() throws -> RunResult {
    for learner in learners { try learner.restoreBest() }
    try checkWeights()
    let start = monotonicSeconds()
    let both = fallback.map(test)
    let test =
      both?.test.combined
      ?? evaluator.evaluate(
        data.splits.test.examples, keepsPredictions: recipe.storesPredictions)
    state.seconds += monotonicSeconds() - start
    try check(test, "test")
    if let both { try check(both) }
    let digest = try writeWeights()
    var result = RunResult(
      bestEpoch: learner.best?.epoch ?? state.epochs.last?.epoch,
      imagesSeen: state.step * recipe.training.batch, steps: state.step,
      validation: both?.validation.combined.evaluation ?? learner.best?.validation,
      test: test.evaluation, predictions: test.predictions,
      classMass: classMass(),
      lossReduction: plan.phases[plan.phases.count - 1].loss.reduction.rawValue,
      kernels: model.kernelNames, notes: resultNotes(both), seconds: state.seconds,
      imagesPerSecond: imagesPerSecond, peakMemoryMB: peakMemoryMB(), weightsDigest: digest,
      weightsPath: folder.weights)
    (result.guesses, result.firstTestImage) = (test.guesses, data.firstTestImage)
    result.figures = loader.texts.map {
      figures(of: $0).merging(both.map(figures(of:)) ?? [:]) { $1 }
    }
    return result
  }

  /// All that a reader of the result should know, in the order of its happening.
  private func resultNotes(_ both: FallbackOutcomes?) -> [String] {
    var all =
      notes.noticed + plan.notes + headNotes + notes.start + phaseNotes + notes.postHoc
      + (learner.trunk?.notes ?? [])
    if let texts = loader.texts { all.append(texts.note) }
    if let both { all.append(note(on: both)) }
    if learner.best == nil, plan.change == nil {
      all.append(
        "no validation figure named \(recipe.training.selectBy.rawValue): "
          + "the last epoch's weights were tested")
    }
    return all
  }
}

// Numbers that are not finite. A loss or gradient shows them as a rule; a last update, or weights that
// were loaded, are seen by no loss, and a ReLU takes a weight that is no number for 0.
extension Trainer {
  /// Checks the weights that will be tested.
  private func checkWeights() throws(Learner.Divergence) {
    for tensor in learners.flatMap({ $0.model.torchTensors() }) {
      let wrong = tensor.values.count { !$0.isFinite }
      if wrong > 0 {
        throw Learner.Divergence(
          reason: "\(wrong) of \(tensor.values.count) weights of '\(tensor.name)' are no finite "
            + "numbers")
      }
    }
  }

  /// Checks both models of a fallback, whichever of them is asked.
  private func check(_ both: FallbackOutcomes) throws(Learner.Divergence) {
    for (outcome, split) in [(both.validation, "validation"), (both.test, "test")] {
      for part in [outcome.image, outcome.text] { try check(part, split) }
    }
  }

  /// Checks what the tested weights make of a split.
  func check(_ outcome: SplitEvaluator.Outcome, _ split: String) throws(Learner.Divergence) {
    guard outcome.hasNonFinite else { return }
    let wrong = outcome.guesses.count { $0.classIndex == nil }
    throw Learner.Divergence(
      reason: "a logit of \(wrong) of \(outcome.guesses.count) \(split) images is no finite number")
  }
}

extension Trainer {
  /// What the strategy promised each class, and what was counted.
  private func classMass() -> Results.ClassMass {
    let masses = plan.effectiveMass(for: data.splits.census)
    // The last phase is the one that the tested weights come from.
    let last = measured(masses[masses.count - 1])
    var mass = Results.ClassMass(
      sampled: last.sampled, weights: last.weights, effective: last.effective)
    // A post-hoc method draws nothing: what was drawn stands with the run that it reuses.
    guard plan.change == nil, let ledger = state.masses else { return mass }
    (mass.drawn, mass.realised) = (ledger.drawn, ledger.realised)
    mass.phases = ledger.beside(masses)
    return mass
  }

  /// The masses of the last phase; where its sampler changes, with the draws that really happened.
  private func measured(_ promised: Strategies.ClassMass) -> Strategies.ClassMass {
    guard plan.phases[plan.phases.count - 1].sampler.changes, let drawn = state.drawn else {
      return promised
    }
    let total = Double(max(drawn.reduce(0, +), 1))
    return Strategies.ClassMass(
      sampled: drawn.map { Double($0) / total }, weights: promised.weights)
  }

  /// Says where the strategy's head took the place of the experiment's.
  private var headNotes: [String] {
    guard let head = plan.head else { return [] }
    if let scale = head.cosineScale, scale != recipe.model.cosineScale {
      return ["the last layer is a cosine classifier of scale \(scale), as the loss requires"]
    }
    if head.cosineScale == nil, recipe.model.cosineScale != nil {
      return ["the last layer is linear, as the loss requires"]
    }
    return []
  }
}

/// The most memory this process ever held, in MB; `nil` where the system does not say.
func peakMemoryMB() -> Double? {
  var usage = rusage()
  #if canImport(Glibc)
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
    return Double(usage.ru_maxrss) / 1024
  #else
    guard getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
    return Double(usage.ru_maxrss) / (1024 * 1024)
  #endif
}
