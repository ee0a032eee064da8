import Foundation
import Results
import Sweeps
import Testing

/// Of strategies that train the same one is run, and the others are recorded as equal.
@Suite struct EqualRunTests {
  private static let weights =
    "{inverse-weights: {}, baseline: {}, max-ratio-weights: {}, focal: {gamma: 0}, "
    + "tau-normalization: {of: max-ratio-weights, tau: 1}}"

  private func planned(_ sweep: FakeSweep, _ name: String) -> SweepPlan.PlannedRun {
    sweep.plan.runs.first { $0.description.name == name }!
  }

  /// Makes runs as done, without any work.
  private func finish(_ names: [String], in sweep: FakeSweep) throws {
    try sweep.store.register(
      SweepRecord(name: "fake", file: "f", source: "", baseline: "baseline"))
    for run in sweep.plan.runs where names.contains(run.description.name) {
      let id = try sweep.store.enqueue(run.description)
      try sweep.store.finish(id, .done(.empty))
    }
  }

  private func equals(_ sweep: FakeSweep) throws -> [String: String] {
    try sweep.store.summaries(ofSweep: "fake").reduce(into: [:]) { all, run in
      if let equal = run.equals { all[run.name] = equal.name }
    }
  }

  @Test func `the plan puts the same behind the one that stands for it, for every seed`() throws {
    let sweep = try FakeSweep(strategies: Self.weights)
    for seed in 1...2 {
      let inverse = planned(sweep, "inverse-weights-s\(seed)").description.configHash
      #expect(planned(sweep, "max-ratio-weights-s\(seed)").equals == inverse)
      let baseline = planned(sweep, "baseline-s\(seed)")
      #expect(baseline.equals == nil)
      #expect(planned(sweep, "focal-s\(seed)").equals == baseline.description.configHash)
      #expect(planned(sweep, "tau-normalization-s\(seed)").equals == nil)
    }
    let told = sweep.plan.notes.filter { $0.contains("the same as") }
    #expect(told.count == 2)
    #expect(
      told.contains(
        "max-ratio-weights: the same as inverse-weights on these data (class weights that differ by "
          + "a constant, which the division by the batch's weights cancels; give both reduction: "
          + "mean_over_examples to tell them apart); not run (--keep-equal runs it)"))
  }

  @Test func `the baseline stands for its equals wherever it is in the file`() throws {
    let sweep = try FakeSweep(
      strategies: "{logit-adjustment: {tau: 0}, focal: {gamma: 0}, baseline: {}}")
    let names = sweep.plan.runs.map(\.description.name)
    for seed in 1...2 {
      let baseline = planned(sweep, "baseline-s\(seed)")
      #expect(baseline.equals == nil)
      for label in ["logit-adjustment", "focal"] {
        #expect(planned(sweep, "\(label)-s\(seed)").equals == baseline.description.configHash)
        #expect(
          names.firstIndex(of: "baseline-s\(seed)")! < names.firstIndex(of: "\(label)-s\(seed)")!)
      }
    }
    #expect(
      sweep.plan.notes.sorted(by: >) == [
        "logit-adjustment: the same as baseline on these data; not run (--keep-equal runs it)",
        "focal: the same as baseline on these data; not run (--keep-equal runs it)",
      ])
  }

  @Test func `one is run, the others are recorded, and a second sweep has nothing to do`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 100}", strategies: Self.weights)
    try finish(
      ["inverse-weights-s1", "inverse-weights-s2", "baseline-s1", "baseline-s2"], in: sweep)
    let summary = try sweep.run(worker: "exit 1")
    #expect(summary.equal == 4)
    #expect(
      try equals(sweep) == [
        "max-ratio-weights-s1": "inverse-weights-s1", "max-ratio-weights-s2": "inverse-weights-s2",
        "focal-s1": "baseline-s1", "focal-s2": "baseline-s2",
      ])
    // What reuses a run that stands for itself no more is given the folder of the one that was made.
    let errors = try sweep.store.summaries(ofSweep: "fake").compactMap(\.error)
    #expect(errors.contains { $0.contains("inverse-weights-s1-") && $0.contains("is gone") })
    let second = try sweep.run(worker: "exit 1")
    #expect(second.equal == 0 && second.skipped == 10)
  }

  @Test func `what is not made yet is waited for, and what failed fails its equals`() throws {
    let waiting = try FakeSweep(strategies: Self.weights)
    let stopped = try waiting.run(worker: "exit \(WorkerExit.cancelled)")
    #expect(stopped.equal == 0)
    #expect(try equals(waiting).isEmpty)
    let failing = try FakeSweep(
      limits: "{failures_in_a_row: 100, retries: 0}", strategies: Self.weights)
    let summary = try failing.run(worker: "exit 1")
    #expect(summary.failed == 10)
    let errors = try failing.store.summaries(ofSweep: "fake").compactMap(\.error)
    #expect(
      errors.contains {
        $0.hasPrefix("it is the same as inverse-weights-s1, which failed; make that run work")
      })
  }

  @Test func `runs that were made before stay, and stand for those that were not`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 100}", strategies: Self.weights)
    try finish(["max-ratio-weights-s1", "focal-s1"], in: sweep)
    _ = try sweep.run(worker: "exit 1")
    let found = try equals(sweep)
    #expect(found["inverse-weights-s1"] == "max-ratio-weights-s1")
    #expect(found["max-ratio-weights-s1"] == nil && found["focal-s1"] == nil)
    // The others are compared with the baseline: it is always run.
    #expect(found["baseline-s1"] == nil)
    #expect(
      try sweep.store.summaries(ofSweep: "fake").first { $0.name == "baseline-s1" }?.status
        == .failed)
  }

  @Test func `--keep-equal runs them all, those that were recorded too`() throws {
    var sweep = try FakeSweep(limits: "{failures_in_a_row: 100}", strategies: Self.weights)
    try finish(
      ["inverse-weights-s1", "inverse-weights-s2", "baseline-s1", "baseline-s2"], in: sweep)
    _ = try sweep.run(worker: "exit 1")
    sweep.plan.keepEqualRuns()
    #expect(sweep.plan.notes.contains { $0.hasSuffix("run all the same (--keep-equal)") })
    let summary = try sweep.run(worker: "exit \(WorkerExit.cancelled)")
    #expect(summary.equal == 0 && summary.left == 4)
    #expect(try equals(sweep).isEmpty)
  }
}
