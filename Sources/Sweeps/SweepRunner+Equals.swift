import Results

// Runs that train the same as another one: that one is run, and the others are recorded as equal.
extension SweepRunner {
  /// What becomes of a run that another one may stand for.
  enum Equality {
    /// It is run, or was.
    case ownRun
    /// Another run stands for it.
    case stands(SweepPlan.PlannedRun, id: RunID)
    /// The other run may still end well.
    case waits(String)
    /// The other run did not end well, and this one would not either.
    case fails(String)
  }

  /// Whether a run is run, and if not, which one stands for it.
  func equality(of run: SweepPlan.PlannedRun) throws -> Equality {
    guard let chosen = run.equals.flatMap({ planned[$0] }) else {
      // What an earlier sweep made of one of its equals is not made again, unless it is compared with.
      guard run.recipe.label != plan.experiment.baseline else { return .ownRun }
      let hash = run.description.configHash
      for other in plan.runs where other.equals == hash && other.needs != hash {
        if let id = try madeID(of: other) { return .stands(other, id: id) }
      }
      return .ownRun
    }
    if let id = try madeID(of: chosen) { return .stands(chosen, id: id) }
    let (hash, name) = (chosen.description.configHash, chosen.description.name)
    let found = try store.find(sweep: plan.experiment.name, configHash: hash)
    switch found?.status {
    case .done:
      // Recorded as equal itself: the one that was made stands for both.
      guard let id = found?.id, let other = try store.equal(of: id),
        let made = try plan.runs.first(where: { try madeID(of: $0) == other })
      else { return .waits("it is the same as \(name), which is not done yet") }
      return .stands(made, id: other)
    case .failed, .diverged:
      return .fails(
        "it is the same as \(name), which \(found?.status == .failed ? "failed" : "diverged"); make "
          + "that run work, then sweep again with --retry-failed, or give --keep-equal")
    default: return .waits("it is the same as \(name), which is not done yet")
    }
  }

  /// A planned run's number in the store, if it is done and was made itself.
  private func madeID(of run: SweepPlan.PlannedRun) throws -> RunID? {
    let found = try store.find(
      sweep: plan.experiment.name, configHash: run.description.configHash)
    guard let found, found.status == .done, try store.equal(of: found.id) == nil else { return nil }
    return found.id
  }

  /// The run whose folder has the weights of a run that is done: itself, or the one that stands for it.
  func maker(of run: SweepPlan.PlannedRun) throws -> SweepPlan.PlannedRun {
    guard try madeID(of: run) == nil, case .stands(let other, _) = try equality(of: run) else {
      return run
    }
    return other
  }

  /// Where a run stands: one that was recorded as equal and is to stand for itself now is to be made.
  func standing(of run: SweepPlan.PlannedRun) throws -> RunStatus? {
    let found = try store.find(
      sweep: plan.experiment.name, configHash: run.description.configHash)
    guard let found, found.status == .done, let other = try store.equal(of: found.id) else {
      return found?.status
    }
    if case .stands(_, let id) = try equality(of: run), id == other { return .done }
    return .queued
  }

  /// Records a run as equal to another one.
  func record(
    _ run: SweepPlan.PlannedRun, id: RunID, as other: SweepPlan.PlannedRun, _ otherID: RunID
  )
    throws -> String
  {
    let text = "the same as \(other.description.name) on these data; not run"
    try store.finish(id, asEqualTo: otherID, note: "\(text): its figures are those of that run")
    return text
  }
}
