import Metrics

extension InMemoryRunStore.Run {
  /// Ends the open attempt, if there is one.
  mutating func close(as outcome: AttemptOutcome, at now: String, _ cause: RunOutcome? = nil) {
    guard let last = attempts.indices.last, attempts[last].record.outcome == nil else { return }
    attempts[last].record.outcome = outcome
    attempts[last].record.finishedAt = now
    attempts[last].record.error = cause?.errorText
    if case .failed(_, let exitCode, let signal)? = cause {
      attempts[last].record.exitCode = exitCode
      attempts[last].record.signal = signal
    }
  }

  var bestEpoch: Int? { result?.bestEpoch ?? epochs.last(where: \.isBest)?.epoch }

  func summary(id: RunID) -> RunSummary {
    var summary = RunSummary(
      id: id, sweep: description.sweep, dataset: description.dataset.name, name: description.name,
      strategy: description.strategy, variant: description.variant, seed: description.seed,
      status: status, groupHash: description.groupHash, headline: result?.test?.headline,
      classes: result?.test?.classes ?? [],
      classRecords: description.dataset.classes.sorted { $0.index < $1.index },
      imagesSeen: result?.imagesSeen ?? epochs.last?.imagesSeen,
      imagesPlanned: description.imagesPlanned, epochsDone: epochs.last?.epoch ?? 0,
      epochsPlanned: description.epochsPlanned, bestEpoch: bestEpoch,
      seconds: result?.seconds ?? (epochs.isEmpty ? nil : epochs.map(\.seconds).reduce(0, +)),
      error: error, overrides: description.overrides,
      notes: result?.notes ?? equalNote.map { [$0] } ?? [])
    (summary.figures, summary.steps) = (result?.figures, result?.steps)
    summary.stage = RunStage(configuration: description.configuration)
    summary.fold = description.fold
    (summary.tags, summary.comments) =
      (Set(description.tags).sorted(), description.remark.map { [$0] } ?? [])
    if let images = description.dataset.testImages, images.allSatisfy({ $0.isLeaked != nil }) {
      summary.leakedImages = images.count { $0.isLeaked == true }
      if summary.leakedImages != 0, let guesses = result?.guesses, let test = result?.test {
        summary.withoutLeaks = LeakFigures(
          images: images, guesses: guesses, from: result?.firstTestImage ?? 0,
          modelClasses: test.confusion.classCount)
      }
    }
    return summary
  }

  func details(id: RunID) -> RunDetails {
    var details = RunDetails(
      summary: summary(id: id), description: description,
      uid: Fingerprint.uid(sweep: description.sweep, configHash: description.configHash))
    (details.startedAt, details.finishedAt, details.heartbeatAt) =
      (startedAt, finishedAt, heartbeatAt)
    details.environment = environment
    details.validation = epochs.first { $0.epoch == bestEpoch }?.validation
    guard let result else { return details }
    details.classMass = result.classMass
    details.steps = result.steps
    details.lossReduction = result.lossReduction
    details.kernels = result.kernels
    details.figures = result.figures ?? [:]
    details.imagesPerSecond = result.imagesPerSecond
    details.peakMemoryMB = result.peakMemoryMB
    details.weightsDigest = result.weightsDigest
    details.weightsPath = result.weightsPath
    return details
  }
}
