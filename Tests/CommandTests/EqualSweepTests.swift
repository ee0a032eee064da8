import Foundation
import Testing

/// What a user sees of strategies that train the same.
@Suite struct EqualSweepTests {
  private func tiny() throws -> TinyExperiment {
    try TinyExperiment(
      strategies: ["baseline: {}", "inverse-weights: {}", "max-ratio-weights: {}"], epochs: 1)
  }

  @Test func `one of two is run, and every command says so`() throws {
    let tiny = try tiny()
    let check = try PoiseProcess.run("check", "tiny.yaml", in: tiny.path)
    #expect(check.status == 0)
    #expect(
      check.standardError.contains(
        "warning: strategies.max-ratio-weights trains the same as strategies.inverse-weights"))
    let plan = try PoiseProcess.run("plan", "tiny.yaml", in: tiny.path)
    #expect(plan.standardOutput.contains("2 of them the same as others and not run"))

    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    #expect(sweep.standardError.contains("the same as inverse-weights-s1 on these data; not run"))
    #expect(sweep.standardError.contains("4 done, 2 the same as others"))
    #expect(
      try tiny.query("SELECT strategy, seed, equals_strategy FROM v_equal ORDER BY seed")
        == "max-ratio-weights|1|inverse-weights\nmax-ratio-weights|2|inverse-weights\n")

    let report = try PoiseProcess.run("report", "--format", "markdown", in: tiny.path)
    #expect(
      report.standardOutput.contains(
        "max-ratio-weights: the same as inverse-weights on these data; not run (seeds 1, 2)"))
    let show = try PoiseProcess.run(
      "show", "max-ratio-weights-s1", in: tiny.path)
    #expect(show.standardOutput.contains("inverse-weights-s1"))
    let export = try PoiseProcess.run(
      "export", "max-ratio-weights-s1", "w.safetensors",
      in: tiny.path)
    #expect(export.status == 66)
    #expect(export.standardError.contains("was not made: it is the same as run"))
    let again = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(again.status == 0 && again.standardError.contains("0 done, 6 skipped"))
  }

  @Test func `--keep-equal runs both, to the same bits`() throws {
    let tiny = try tiny()
    _ = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", "--keep-equal", in: tiny.path)
    #expect(sweep.status == 0 && sweep.standardError.contains("2 done"), "\(sweep.standardError)")
    #expect(try tiny.query("SELECT count(*) FROM v_equal") == "0\n")
    #expect(
      try tiny.query(
        "SELECT count(*), count(DISTINCT weights_sha256) FROM run WHERE strategy <> 'baseline'")
        == "4|2\n")
    #expect(
      try tiny.query(
        """
        SELECT count(*) FROM v_class_mass WHERE drawn IS NULL OR realised IS NULL;
        SELECT count(DISTINCT phase), sum(draws) > 0 FROM v_phase_mass;
        """) == "0\n1|1\n")
  }

  @Test func `two ways to compensate are refused before anything starts, with the place`() throws {
    let tiny = try TinyExperiment(
      strategies: [
        "baseline: {}", "bs: {strategy: balanced-softmax, class_weights: inverse-weights}",
      ], epochs: 1)
    for command in ["check", "plan", "sweep"] {
      let refused = try PoiseProcess.run(command, "tiny.yaml", in: tiny.path)
      #expect(refused.status == 65)
      #expect(refused.standardError.contains("tiny.yaml:21:3: error: strategies.bs undoes"))
    }
  }
}
