import Datasets
import Files
import Foundation
import Metrics
import Networks
import Results
import Strategies

extension Trainer {
  var evaluator: SplitEvaluator {
    let names = data.catalogue.examples
    return SplitEvaluator(
      model: model, loader: loader, trunk: trunk, classCount: data.splits.census.classCount,
      groups: data.groups,
      exampleID: { names[$0].id })
  }

  /// Validates, remembers the best weights, reports the epoch.
  ///
  /// - Returns: why the run diverged, or `nil`.
  func endEpoch(_ report: (TrainingEvent) -> Void) -> String? {
    let epoch = state.epochs.count + 1
    let start = monotonicSeconds()
    var validation: Evaluation?
    var combined: Evaluation?
    if !data.splits.validation.examples.isEmpty {
      let examples = data.splits.validation.examples
      let both = fallback.map { evaluate(examples, with: $0, by: nil) }
      let outcome = both?.image ?? evaluator.evaluate(examples)
      if outcome.hasNonFinite || both?.text.hasNonFinite == true {
        return "a logit of the validation images is no finite number"
      }
      validation = outcome.evaluation
      combined = both?.combined.evaluation
      if isInLastPhase {
        fallback?.noteBest(
          epoch: epoch,
          value: (both?.text.evaluation.headline).flatMap(recipe.training.selectBy.value))
      }
      let recall = Array(
        outcome.evaluation.classes.prefix(data.splits.census.classCount).map(\.recall))
      state.feedback =
        state.feedback?.followed(by: recall) ?? ValidationFeedback(recall: recall)
    }
    let isBest = noteBest(epoch: epoch, validation: validation)
    let lastFactor = learningRateFactor(atStep: state.step - 1)
    let record = EpochRecord(
      epoch: epoch, imagesSeen: state.step * recipe.training.batch,
      trainLoss: state.epochImages > 0 ? state.epochLoss / Double(state.epochImages) : nil,
      validation: (combined ?? validation)?.headline,
      learningRate: recipe.training.optimizer.learningRate * lastFactor,
      imagesPerSecond: state.epochSeconds > 0
        ? Double(state.epochImages) / state.epochSeconds : nil,
      seconds: state.epochSeconds + monotonicSeconds() - start, finishedAt: Timestamp.now(),
      isBest: isBest)
    state.epochs.append(record)
    (state.epochLoss, state.epochImages, state.epochSeconds) = (0, 0, 0)
    report(.epoch(record))
    return nil
  }

  /// Keeps a copy of the weights when the epoch is the best of the last phase so far; ties go to the
  /// earlier epoch.
  private func noteBest(epoch: Int, validation: Evaluation?) -> Bool {
    guard isInLastPhase, let validation,
      let value = recipe.training.selectBy.value(of: validation.headline)
    else { return false }
    if let best = state.best, value <= best.value { return false }
    state.best = TrainingState.Best(epoch: epoch, value: value, validation: validation)
    bestWeights = nil  // Lest there are three copies for a moment.
    bestWeights = model.snapshot(above: recipe.model.freeze)
    return true
  }

  /// Tests once, with the best weights, and writes them down.
  func finish() throws -> RunResult {
    if let bestWeights { try model.restore(bestWeights, above: recipe.model.freeze) }
    bestWeights = nil
    let start = monotonicSeconds()
    let both = try fallback.map(testFallback)
    let test =
      both?.test.combined
      ?? evaluator.evaluate(
        data.splits.test.examples, keepsPredictions: recipe.storesPredictions)
    state.seconds += monotonicSeconds() - start
    let digest = try writeWeights()
    let census = data.splits.census
    let masses = plan.effectiveMass(for: census)
    // The last phase is the one that the tested weights come from.
    let mass = measured(masses[masses.count - 1])
    var notes =
      plan.notes + headNotes + weightNotes + stageNotes + phaseNotes + postHocNotes
      + (trunk?.notes ?? [])
    if let texts { notes.append(texts.note) }
    if let fallback, let both { notes.append(note(both, fallback)) }
    if state.best == nil, plan.change == nil {
      notes.append(
        "no validation figure named \(recipe.training.selectBy.rawValue): "
          + "the last epoch's weights were tested")
    }
    var result = RunResult(
      bestEpoch: state.best?.epoch ?? state.epochs.last?.epoch,
      imagesSeen: state.step * recipe.training.batch, steps: state.step,
      validation: both?.validation.combined.evaluation ?? state.best?.validation,
      test: test.evaluation, predictions: test.predictions,
      classMass: Results.ClassMass(
        sampled: mass.sampled, weights: mass.weights, effective: mass.effective),
      lossReduction: plan.phases[plan.phases.count - 1].loss.reduction.rawValue,
      kernels: model.kernelNames, notes: notes, seconds: state.seconds,
      imagesPerSecond: imagesPerSecond, peakMemoryMB: peakMemoryMB(), weightsDigest: digest,
      weightsPath: folder.weights)
    result.figures = texts.map { figures(of: $0).merging(both.map(figures) ?? [:]) { $1 } }
    return result
  }
}

extension Trainer {
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
