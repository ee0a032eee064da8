import Files
import Foundation
import Results
import ResultsSQLite
import Sweeps

/// What a sweep would do with each run of a plan, and why, by what a store says.
struct PlanStandings {
  private let plan: SweepPlan
  private let store: SQLiteRunStore?
  private let names: [String: String]
  /// Runs of the same sweep that are in the store, the newest last.
  private let history: [RunDescription]

  /// Opens a store, which need not exist.
  init(_ plan: SweepPlan, store path: String) throws {
    self.plan = plan
    names = Dictionary(
      plan.runs.map { ($0.description.configHash, $0.description.name) },
      uniquingKeysWith: { first, _ in first })
    guard try FileStamp(of: path) != nil else {
      (store, history) = (nil, [])
      return
    }
    do {
      // A sweep says what is damaged; here a run stands where its row says.
      let opened = try SQLiteRunStore(readOnly: path, comparesDigests: false)
      history = try opened.descriptions(ofSweep: plan.experiment.name)
      store = opened
    } catch ResultsFileError.empty {
      // A sweep that was ended before its first entry left it.
      (store, history) = (nil, [])
    }
  }

  /// One phrase a run, in the order of the plan.
  func phrases() throws -> [String] { try plan.runs.map(phrase) }

  private func phrase(of run: SweepPlan.PlannedRun) throws -> String {
    let hash = run.description.configHash
    if let store, let found = try store.find(sweep: plan.experiment.name, configHash: hash),
      found.status != .queued, let details = try store.run(found.id)
    {
      return Self.phrase(details, now: Timestamp.secondsSince1970(of: Timestamp.now()) ?? 0)
    }
    if let other = run.equals.flatMap({ names[$0] }) { return "same as \(other), not run" }
    if let needed = run.needs, try !isDone(needed), let name = names[needed] {
      return "waits for \(name)"
    }
    return change(of: run.description) ?? "new"
  }

  private func isDone(_ hash: String) throws -> Bool {
    try store?.find(sweep: plan.experiment.name, configHash: hash)?.status == .done
  }

  /// Why a run with the same label, variant, seed and fold does not stand for this one.
  private func change(of run: RunDescription) -> String? {
    let former = history.last {
      $0.strategy == run.strategy && $0.variant == run.variant && $0.seed == run.seed
        && $0.fold == run.fold && $0.dataset.name == run.dataset.name
        && $0.configHash != run.configHash
    }
    guard let former else { return nil }
    let differences = former.shared.differences(to: run.shared)
    guard let first = differences.first else {
      return former.dataset.digest == run.dataset.digest
        ? "new: its strategy or overrides changed" : "new: the data changed"
    }
    let more = differences.count > 1 ? " and \(differences.count - 1) more" : ""
    return "new: \(first.text(arrow: "→"))\(more)"
  }

  private static func phrase(_ run: RunDetails, now: Int64) -> String {
    let epochs = run.summary.epochsDone
    switch run.summary.status {
    case .done: return run.summary.equals.map { "done, same as \($0.name)" } ?? "done"
    case .failed: return "failed, needs --retry-failed"
    case .diverged: return "diverged, needs --retry-failed"
    case .running:
      let host = run.environment.map { ", \($0.host)" } ?? ""
      let sign = run.heartbeatAt.flatMap { Timestamp.secondsSince1970(of: $0) }
      let age = sign.map { ", last sign \(Duration.text(Double(max(0, now - $0)))) ago" } ?? ""
      return "running at epoch \(epochs + 1)\(age)\(host)"
    case .queued: return "new"
    case .cancelled, .lost:
      return epochs > 0 ? "continue from epoch \(epochs + 1)" : "start again"
    }
  }
}
