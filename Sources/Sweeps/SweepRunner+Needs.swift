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
    let folder = RunFolder(try maker(of: needed).folder)
    if case .damaged(let damage) = try FinishedRun.read(in: folder) {
      return .fails(
        "it needs the weights of \(name), and \(damage); remove that run from the store and make it "
          + "again")
    }
    guard FileManager.default.fileExists(atPath: folder.weights),
      case .whole(let finished) = try FinishedRun.read(in: folder),
      case .done(let result) = finished.outcome
    else {
      return .fails(
        "it needs the weights of \(name), and \(folder.weights) is gone; put the run's folder back, "
          + "or remove that run from the store and make it again")
    }
    return .ready(
      BaseRun(
        name: name, configHash: needed.description.configHash, weights: folder.weights,
        digest: result.weightsDigest))
  }
}
