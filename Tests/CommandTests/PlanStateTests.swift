import Foundation
import Testing

/// Why a sweep would make a run, as `poise plan` and a dry run say it.
@Suite struct PlanStateTests {
  /// The last column of each run; of a phrase with a comma what comes after it.
  private func states(_ tiny: TinyExperiment, _ changes: String...) throws -> [String] {
    let process = PoiseProcess(
      ["plan", "tiny.yaml", "--csv"] + changes.flatMap { ["--set", $0] }, in: tiny.path)
    try process.start()
    let plan = try process.finish()
    #expect(plan.status == 0, "\(plan.standardError)")
    return plan.standardOutput.split(separator: "\r\n").dropFirst().map { line in
      String(line.split(separator: ",", omittingEmptySubsequences: false).last ?? "")
    }
  }

  @Test func `each run is new, done, failed, to be continued, or another one than before`() throws {
    let tiny = try TinyExperiment(epochs: 2)
    #expect(try states(tiny) == ["new", "new", "new", "new"])
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    #expect(try states(tiny) == ["done", "done", "done", "done"])
    _ = try tiny.query(
      """
      UPDATE run SET status = 'failed', error = 'out of luck' WHERE id = 2;
      UPDATE run SET status = 'cancelled' WHERE id = 3;
      """)
    #expect(
      try states(tiny) == [
        "done", " needs --retry-failed\"", "continue from epoch 3", "done",
      ])
    let changed = try states(tiny, "training.epochs=1")
    #expect(changed == Array(repeating: "new: training.epochs 2 → 1", count: 4))
    let dry = try PoiseProcess.run("sweep", "tiny.yaml", "--dry-run", in: tiny.path)
    #expect(dry.standardOutput.contains("failed, needs --retry-failed"), "\(dry.standardOutput)")
  }
}
