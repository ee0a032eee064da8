import Foundation
import Testing

@Suite struct SweepCommandTests {
  /// Everything that must not depend on how often a sweep was interrupted.
  static let essence = """
    SELECT r.name, r.status, r.accuracy, r.macro_f1, r.balanced_accuracy, r.ece, r.test_loss,
      r.best_epoch, r.images_seen, r.steps, r.weights_sha256 FROM run r ORDER BY r.name;
    SELECT r.name, m.* FROM class_metric m JOIN run r ON r.id = m.run_id
      ORDER BY r.name, m.split, m.class_index;
    SELECT r.name, e.epoch, e.train_loss, e.val_loss, e.val_accuracy, e.lr FROM epoch e
      JOIN run r ON r.id = e.run_id ORDER BY r.name, e.epoch;
    SELECT r.name, p.* FROM prediction p JOIN run r ON r.id = p.run_id
      ORDER BY r.name, p.example_id;
    """

  @Test func `a sweep fills the store, and a second one finds everything done`() throws {
    let tiny = try TinyExperiment()
    let first = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(first.status == 0, "\(first.standardError)")
    #expect(try tiny.query("SELECT count(*) FROM run WHERE status='done'") == "4\n")
    #expect(try tiny.query("PRAGMA integrity_check") == "ok\n")
    let essence = try tiny.query(Self.essence)
    let second = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(second.status == 0)
    #expect(second.standardError.contains("already done"))
    #expect(try tiny.query(Self.essence) == essence)
    #expect(try tiny.query("SELECT count(*) FROM attempt") == "4\n")
  }

  @Test func `seeds go breadth-first`() throws {
    let tiny = try TinyExperiment(epochs: 1)
    let plan = try PoiseProcess.run("plan", "tiny.yaml", "--csv", in: tiny.path)
    let seeds = plan.standardOutput.split(separator: "\r\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)[4]
    }
    #expect(seeds == ["1", "1", "2", "2"])
  }

  @Test func `killing the sweep and its workers at any moment changes nothing`() throws {
    let undisturbed = try TinyExperiment(epochs: 6)
    let whole = try PoiseProcess.run("sweep", "tiny.yaml", in: undisturbed.path)
    #expect(whole.status == 0, "\(whole.standardError)")
    let killed = try TinyExperiment(epochs: 6)
    var generator = SystemRandomNumberGenerator()
    for round in 0..<6 {
      let sweep = PoiseProcess(
        ["sweep", "tiny.yaml", "--checkpoint-every", "0.05"], in: killed.path)
      try sweep.start()
      Thread.sleep(forTimeInterval: Double.random(in: 0.1...1.2, using: &generator))
      if round.isMultiple(of: 2) {
        kill(sweep.process.processIdentifier, SIGKILL)
      } else {
        killChildren(of: sweep.process.processIdentifier)
        Thread.sleep(forTimeInterval: 0.05)
        kill(sweep.process.processIdentifier, SIGKILL)
      }
      _ = try sweep.finish()
      #expect(try killed.query("PRAGMA integrity_check").hasPrefix("ok"))
    }
    let last = try PoiseProcess.run("sweep", "tiny.yaml", "--retry-failed", in: killed.path)
    #expect(last.status == 0, "\(last.standardError)")
    #expect(try killed.query(Self.essence) == undisturbed.query(Self.essence))
  }

  @Test func `an interrupt writes a checkpoint and leaves with 75`() throws {
    let tiny = try TinyExperiment(epochs: 40)
    let sweep = PoiseProcess(["sweep", "tiny.yaml"], in: tiny.path)
    try sweep.start()
    Thread.sleep(forTimeInterval: 1.0)
    kill(sweep.process.processIdentifier, SIGINT)
    let output = try sweep.finish()
    #expect(output.status == 75, "\(output.standardError)")
    #expect(output.standardError.contains("same command continues"))
    #expect(try tiny.query("SELECT count(*) FROM run WHERE status='cancelled'") == "1\n")
  }

  @Test func `a diverging run does not stop the sweep`() throws {
    let tiny = try TinyExperiment(strategies: [
      "baseline: {}",
      "wild: {strategy: sqrt-sampling, overrides: {training.optimizer.learning_rate: 1.0e+30}}",
      "class-balanced-sampling: {}",
    ])
    let output = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(output.status == 2, "\(output.standardError)")
    let states = try tiny.query("SELECT strategy, status FROM run ORDER BY strategy, seed")
    #expect(
      states == """
        baseline|done
        baseline|done
        class-balanced-sampling|done
        class-balanced-sampling|done
        wild|diverged
        wild|diverged

        """)
  }

  @Test func `two sweeps on one store: the second is refused`() throws {
    let tiny = try TinyExperiment(epochs: 40)
    let first = PoiseProcess(["sweep", "tiny.yaml"], in: tiny.path)
    try first.start()
    Thread.sleep(forTimeInterval: 1.0)
    let second = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(second.status == 73)
    #expect(second.standardError.contains("another sweep"))
    kill(first.process.processIdentifier, SIGINT)
    #expect(try first.finish().status == 75)
  }

  private func killChildren(of parent: Int32) {
    let killer = Process()
    killer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    killer.arguments = ["pkill", "-KILL", "-P", "\(parent)"]
    try? killer.run()
    killer.waitUntilExit()
  }
}
