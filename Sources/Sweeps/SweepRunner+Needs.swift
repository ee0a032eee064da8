import Foundation
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
    guard let needed = plan.neededRun(of: run) else { return .ready(nil) }
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
    let folder = RunFolder(try maker(of: needed).folder)
    let reading = try FinishedRun.read(in: folder, of: needed.description.configHash)
    if case .damaged(let damage) = reading {
      return .fails(
        "it needs the weights of \(name), and \(damage); remove that run from the store and make it "
          + "again")
    }
    guard FileManager.default.fileExists(atPath: folder.weights),
      case .whole(let finished) = reading,
      case .done(let result) = finished.outcome
    else {
      return .fails(
        "it needs the weights of \(name), and \(folder.weights) is gone; put the run's folder back, "
          + "or remove that run from the store and make it again")
    }
    if let id = found?.id, let problem = try mismatch(result.weightsDigest, of: id, name) {
      return .fails(problem)
    }
    return .ready(
      BaseRun(
        name: name, configHash: needed.description.configHash, weights: folder.weights,
        digest: result.weightsDigest))
  }

  /// Why weights that lie in a folder are not those that the store knows; `nil` where they are.
  private func mismatch(_ digest: String, of id: RunID, _ name: String) throws -> String? {
    do {
      let made = try store.equal(of: id) ?? id
      guard let known = try store.weightsDigest(of: made), known != digest else { return nil }
      return "it needs the weights of \(name), whose folder has those with SHA-256 "
        + "\(digest.prefix(16))… where the store knows \(known.prefix(16))…; put the right folder back, "
        + "or remove that run from the store and make it again"
    } catch RunStoreError.damaged(_, let detail) {
      return "it needs the weights of \(name), and the store cannot be believed: \(detail); "
        + "'poise verify' says what to do"
    }
  }
}
