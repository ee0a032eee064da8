import Files
import Results
import Training

extension SweepRunner {
  /// Whether a run has what it needs of another one.
  enum Readiness {
    /// With the run it starts from, if it needs one.
    case ready(BaseRun?)
    /// The other run may still end well: later, or in another sweep.
    case waits(String)
    /// As things stand it cannot be run.
    case fails(String)
  }

  /// Looks at the run that `run` needs: is it done, and are its weights there?
  func readiness(of run: SweepPlan.PlannedRun) throws -> Readiness {
    guard let needed = run.needs.flatMap({ planned[$0] }) else { return .ready(nil) }
    let name = needed.description.name
    let found = try store.find(
      sweep: plan.experiment.name, configHash: needed.description.configHash)
    switch found?.status {
    case .done: break
    case .failed, .diverged:
      return .fails(
        "it needs the weights of \(name), which \(found?.status == .failed ? "failed" : "diverged"); "
          + "make that run work, then sweep again with --retry-failed")
    default: return .waits("it needs the weights of \(name), which is not done yet")
    }
    let maker = try maker(of: needed)
    let folder = RunFolder(maker.folder)
    let digest: String?
    do {
      digest = try weightsDigest(of: maker)
    } catch RunStoreError.damaged(_, let detail) {
      return .fails(
        "it needs the weights of \(name), and the store cannot be believed: \(detail); "
          + "'poise verify' says what to do")
    }
    guard try FileStamp(of: folder.weights) != nil, let digest else {
      return .fails(
        "it needs the weights of \(name), and \(folder.weights) is gone; put the run's folder back, "
          + "or remove that run from the store and make it again")
    }
    return .ready(
      BaseRun(
        name: name, configHash: needed.description.configHash, weights: folder.weights,
        digest: digest))
  }

  /// SHA-256 of the weights of a run that is done: as the store knows it, else as the run's folder does.
  private func weightsDigest(of run: SweepPlan.PlannedRun) throws -> String? {
    let hash = run.description.configHash
    if let found = try store.find(sweep: plan.experiment.name, configHash: hash),
      let digest = try store.weightsDigest(of: found.id)
    {
      return digest
    }
    guard case .whole(let finished) = try FinishedRun.read(in: RunFolder(run.folder), of: hash),
      case .done(let result) = finished.outcome
    else { return nil }
    return result.weightsDigest
  }
}
