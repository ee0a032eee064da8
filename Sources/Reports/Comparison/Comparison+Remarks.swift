import Results

extension Comparison {
  /// All that must be known before the figures are believed, the widest first.
  ///
  /// - Parameter dash: between the ends of a range.
  func remarks(dash: String) -> [Remark] {
    context + own + missingRemarks + unfinished.map { Remark(.unfinished, Self.sentence(on: $0)) }
      + seedRemarks + budget(dash: dash).remarks
  }

  /// What strategies want a reader to know beyond that: grids of τ, masked words, lists of classes.
  var notes: [String] {
    strategies.flatMap { strategy in strategy.notes.map { "\(strategy.name): \($0)" } }
  }

  private var missingRemarks: [Remark] {
    strategies.filter { !$0.missing.isEmpty }.map { strategy in
      let missing = strategy.missing.map(\.description).joined(separator: ", ")
      let count = strategy.runs.count
      let what =
        count == 0 ? "no finished run" : "means over \(count) of \(replicas.count) seeds"
      return Remark(.missing, "\(strategy.name): \(what) (missing: \(missing)).")
    }
  }

  /// A difference is over the seeds that both have, and stands beside means over all seeds of each.
  private var seedRemarks: [Remark] {
    strategies.compactMap { strategy in
      guard let pair = strategy.differences[metric], let reference = strategy.reference else {
        return nil
      }
      let count = pair.replicas.count
      guard count < strategy.runs.count || count < reference.seeds else { return nil }
      let list = pair.replicas.map(\.description).joined(separator: ", ")
      let figures = Figures(TextStyle(unicode: false))
      return Remark(
        .seeds,
        "\(strategy.name): Δ over the \(Figures.count(count, "shared seed", "shared seeds")) (\(list)), "
          + "\(figures.value(pair.ownMean, of: metric)) against "
          + "\(figures.value(pair.baselineMean, of: metric)) of \(reference.name); the means beside it are "
          + "over \(strategy.runs.count) and \(reference.seeds) seeds.")
    }
  }

  /// Runs of older versions count as done although their test shows numbers that are not finite: an
  /// image with such a logit has no guess, and the test no loss.
  static func numberRemarks(on runs: [RunSummary]) -> [Remark] {
    let wrong = runs.filter { run in
      guard run.equals == nil, counts(run), let headline = run.headline, headline.loss == nil
      else { return false }
      return run.classes.reduce(0) { $0 + $1.predicted } < headline.images
    }
    guard !wrong.isEmpty else { return [] }
    let names = wrong.prefix(8).map { "\($0.name) (run \($0.id))" }.joined(separator: ", ")
    let more = wrong.count > 8 ? " and \(wrong.count - 8) more" : ""
    return [
      Remark(
        .numbers,
        "Figures of \(names)\(more) are of a network that diverged: the test has no finite loss.")
    ]
  }

  private static func sentence(on run: UnfinishedRun) -> String {
    let epochs = "\(run.epochsDone) of \(run.epochsPlanned) epochs"
    let what =
      switch run.status {
      case .queued: "is queued"
      case .running: "is running, \(epochs) done"
      case .done: "is done but has no test figures"
      case .failed: "failed after \(epochs)"
      case .diverged: "diverged after \(epochs)"
      case .cancelled: "was cancelled after \(epochs)"
      case .lost: "was lost after \(epochs)"
      }
    let replica = Replica(seed: run.seed, fold: run.fold)
    let text = "\(run.strategy), seed \(replica) (run \(run.id)): \(what)"
    guard let error = run.error, !error.isEmpty else { return text + "." }
    let line = error.split(whereSeparator: \.isNewline).first.map(String.init) ?? error
    return "\(text): \(line.prefix(200))"
  }
}
