import Foundation
import Testing

/// A sweep whose runs continue one another, as a person makes it.
@Suite struct StagedSweepTests {
  private static let stages = """
    stages:
      - {name: big, classes: {top: 2}, training: {epochs: 2}}
      - {name: small, classes: {remaining: 2}, training: {epochs: 3}}

    """

  private func experiment() throws -> TinyExperiment {
    let tiny = try TinyExperiment()
    let text = TinyExperiment.text(
      strategies: ["baseline: {}", "class-balanced-sampling: {}"], epochs: 3)
    try tiny.folder.write(text + Self.stages, to: "tiny.yaml")
    return tiny
  }

  @Test func `killed between its stages or within one, a sweep goes on to the same bits`() throws {
    let undisturbed = try experiment()
    let whole = try PoiseProcess.run("sweep", "tiny.yaml", in: undisturbed.path)
    #expect(whole.status == 0, "\(whole.standardError)")
    let killed = try experiment()
    for moment in ["done, big", "begun, small", "done, small", "begun, big"] {
      let sweep = PoiseProcess(
        ["sweep", "tiny.yaml", "--checkpoint-every", "0.05"], in: killed.path)
      try sweep.start()
      try killed.wait(for: moment, while: sweep.process)
      kill(sweep.process.processIdentifier, SIGKILL)
      _ = try sweep.finish()
      #expect(try killed.query("PRAGMA integrity_check").hasPrefix("ok"))
    }
    let last = try PoiseProcess.run("sweep", "tiny.yaml", "--retry-failed", in: killed.path)
    #expect(last.status == 0, "\(last.standardError)")
    #expect(
      try killed.query(SweepCommandTests.essence) == undisturbed.query(SweepCommandTests.essence))
    #expect(try killed.query("SELECT count(*) FROM run WHERE status = 'done'") == "8\n")
  }

  @Test func `stages are told by the report, by the store's notes and by a query`() throws {
    let tiny = try experiment()
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    let report = try PoiseProcess.run("report", in: tiny.path).standardOutput
    for words in [
      "stripes, stage big", "stripes, stage small", "all stages together",
      "as the network of its own stage", "images seen by a run", "Equal budgets",
    ] { #expect(report.contains(words), "\(words) in \(report)") }
    let carried = try tiny.query(
      "SELECT r.name, n.text FROM note n JOIN run r ON r.id = n.run_id "
        + "WHERE n.text LIKE '%the trunk is that of run%' ORDER BY r.id")
    let lines = carried.split(separator: "\n")
    #expect(lines.count == 4, "\(carried)")
    #expect(lines[0].hasPrefix("baseline-small-s1|") && lines[0].contains("run baseline-big-s1 ("))
    try queries(tiny)
  }

  /// The queries that Experiments/README.md shows, on the store as it is.
  private func queries(_ tiny: TinyExperiment) throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Experiments/README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let blocks = text.components(separatedBy: "```sql\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    #expect(blocks.count == 2)
    let classes = try tiny.query(blocks[0]).split(separator: "\n").map {
      $0.split(separator: "|", omittingEmptySubsequences: false)
    }
    #expect(classes.map { $0[1] } == ["0", "1", "2", "3"])
    #expect(classes.map { $0[2] } == ["8", "8", "8", "8"])
    #expect(classes.map { $0[0].hasSuffix("stage big") } == [true, true, false, false])
    let together = try tiny.query(blocks[1]).split(separator: "\n").map {
      $0.split(separator: "|", omittingEmptySubsequences: false)
    }
    #expect(together.map { $0[0] } == ["baseline", "class-balanced-sampling"])
    #expect(together.allSatisfy { $0[2] == "4" && $0[3] == "32" })
    // Every class has as many test images, so that both averages are one number.
    let mean = classes.compactMap { Double($0[3]) }.reduce(0, +) / 4
    for column in [4, 6] {
      let value = try #require(Double(together[0][column]))
      #expect(abs(value - mean) < 1e-3)
    }
  }

  @Test func `any finished run can be started from, and says which one it was`() throws {
    let tiny = try experiment()
    let sweep = try PoiseProcess.run(
      "sweep", "tiny.yaml", "--only", "strategy=baseline", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    let text = TinyExperiment.text(strategies: ["baseline: {}"], epochs: 1)
      .replacing("name: tiny", with: "name: tuned")
    func check(_ run: String, _ command: String = "check") throws -> PoiseProcess.Output {
      try tiny.folder.write(
        text.replacing("stem: small}", with: "stem: small, weights: \"run:\(run)\"}"),
        to: "tuned.yaml")
      return try PoiseProcess.run(command, "tuned.yaml", in: tiny.path)
    }
    let hash = try tiny.query("SELECT config_hash FROM run WHERE name = 'baseline-big-s1'").prefix(
      64)
    for name in ["1", "baseline-big-s1", String(hash.prefix(10))] {
      let output = try check(name)
      #expect(output.status == 0, "\(output.standardError)")
    }
    let unknown = try check("baseline-huge-s1")
    #expect(unknown.status == 66)
    #expect(unknown.standardError.contains("tuned.yaml:12:"), "\(unknown.standardError)")
    #expect(unknown.standardError.contains("has no run 'baseline-huge-s1'"))
    let tuned = try check("baseline-big-s1", "sweep")
    #expect(tuned.status == 0, "\(tuned.standardError)")
    let notes = try tiny.query(
      "SELECT n.text FROM note n JOIN run r ON r.id = n.run_id JOIN sweep s ON s.id = r.sweep_id "
        + "WHERE s.name = 'tuned' AND r.seed = 1 AND n.text LIKE 'weights:%' ORDER BY n.number")
    #expect(
      notes.contains(
        "starts from run baseline-big-s1 (fingerprint \(hash.prefix(12)), strategy baseline, seed 1)"
      ),
      "\(notes)")
    #expect(notes.contains("the head was replaced and starts anew: the file has fc.weight [2, 64]"))
    // The same name in two sweeps, then weights that are gone.
    let again = try check("baseline-s1")
    #expect(again.status == 0, "\(again.standardError)")
    try FileManager.default.removeItem(atPath: tiny.folder.path(of: ".poise"))
    let gone = try check("baseline-big-s1")
    #expect(
      gone.status == 66 && gone.standardError.contains("were not kept"), "\(gone.standardError)")
  }

  @Test func `a name that several runs have is refused with all of them`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    for name in ["tiny", "other"] {
      let text = TinyExperiment.text(strategies: ["baseline: {}"], epochs: 1)
        .replacing("name: tiny", with: "name: \(name)")
      try tiny.folder.write(text, to: "tiny.yaml")
      #expect(try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path).status == 0)
    }
    let text = try String(contentsOfFile: tiny.folder.path(of: "tiny.yaml"), encoding: .utf8)
    try tiny.folder.write(
      text.replacing("stem: small}", with: "stem: small, weights: \"run:baseline-s1\"}"),
      to: "tuned.yaml")
    let output = try PoiseProcess.run("check", "tuned.yaml", in: tiny.path)
    #expect(output.status == 65)
    #expect(
      output.standardError.contains("1 (tiny baseline-s1), 3 (other baseline-s1)"),
      "\(output.standardError)")
  }
}

extension TinyExperiment {
  /// Waits for the first run of a stage to be done or begun; at most until the sweep's end.
  fileprivate func wait(for moment: String, while process: Process) throws {
    let parts = moment.components(separatedBy: ", ")
    let condition =
      parts[0] == "done" ? "status = 'done'" : "status IN ('running', 'done') AND epochs_done > 0"
    let sql = "SELECT count(*) FROM run WHERE name LIKE '%-\(parts[1])-s%' AND \(condition)"
    let before =
      FileManager.default.fileExists(atPath: folder.path(of: "results.sqlite"))
      ? try query(sql) : ""
    for _ in 0..<3_000 where process.isRunning {
      if FileManager.default.fileExists(atPath: folder.path(of: "results.sqlite")),
        let count = try? query(sql), !count.isEmpty, count != "0\n", count != before
      {
        return
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }
}
