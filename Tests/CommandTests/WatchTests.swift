import Foundation
import Testing

/// What a watch says of a sweep, from its store and from shards.
@Suite struct WatchTests {
  @Test func `a store is watched until its sweep is done`() throws {
    let tiny = try TinyExperiment(epochs: 6)
    let none = try PoiseProcess.run("watch", in: tiny.path)
    #expect(none.status == 66)
    let sweep = PoiseProcess(["sweep", "tiny.yaml"], in: tiny.path)
    try sweep.start()
    try tiny.waitForFirstEpoch()
    let once = try PoiseProcess.run("watch", in: tiny.path)
    #expect(once.status == 0, "\(once.standardError)")
    #expect(once.standardOutput.hasPrefix("tiny: 4 runs, "), "\(once.standardOutput)")
    let waited = try PoiseProcess.run("watch", "--until", "done", "--every", "0.2", in: tiny.path)
    #expect(waited.status == 0, "\(waited.standardError)")
    #expect(waited.standardOutput.hasSuffix("tiny: 4 runs, 4 done\n"), "\(waited.standardOutput)")
    #expect(try sweep.finish().status == 0)
  }

  @Test func `shards are watched, and those that nobody has begun are queued`() throws {
    let tiny = try TinyExperiment(epochs: 1)
    _ = try PoiseProcess.run("plan", "tiny.yaml", "--freeze", "plan.json", in: tiny.path)
    let worker = try PoiseProcess.run(
      "worker", "--plan", "plan.json", "--shard", "shards", "--index", "1", in: tiny.path)
    #expect(worker.status == 0, "\(worker.standardError)")
    let seen = try PoiseProcess.run("watch", "shards", in: tiny.path)
    #expect(
      seen.standardOutput == "tiny: 4 runs, 3 queued, 1 done; nothing is at work\n",
      "\(seen.standardError)")
    // A run that was left at work by a machine that is gone: nothing of it moves any more.
    _ = try tiny.query(
      """
      UPDATE run SET status = 'running', heartbeat_at = '2020-01-01T00:00:00Z';
      """, store: "shards/chain-00001.sqlite")
    let silent = try PoiseProcess.run("watch", "shards", in: tiny.path).standardOutput
    #expect(silent.contains("no sign of life for "), "\(silent)")
    #expect(silent.contains("epoch 1 of 1"), "\(silent)")
    #expect(silent.contains("nothing is at work"), "\(silent)")
  }
}
