import Foundation
import TestSupport
import Testing

/// A plan that is frozen, made chain by chain as on machines that share a folder, and merged.
@Suite struct ShardTests {
  private static let stages = """
    stages:
      - {name: big, classes: {top: 2}, training: {epochs: 2}}
      - {name: small, classes: {remaining: 2}, training: {epochs: 2}}

    """

  /// Two strategies with two seeds in two stages: four chains of two runs.
  private func staged() throws -> TinyExperiment {
    let tiny = try TinyExperiment()
    let text = TinyExperiment.text(
      strategies: ["baseline: {}", "class-balanced-sampling: {}"], epochs: 2)
    try tiny.folder.write(text + Self.stages, to: "tiny.yaml")
    return tiny
  }

  private func freeze(_ tiny: TinyExperiment) throws {
    let frozen = try PoiseProcess.run("plan", "tiny.yaml", "--freeze", "plan.json", in: tiny.path)
    #expect(frozen.status == 0, "\(frozen.standardError)")
  }

  private func worker(
    _ tiny: TinyExperiment, index: Int? = nil, environment: [String: String] = [:]
  ) throws -> PoiseProcess.Output {
    let process = PoiseProcess(
      ["worker", "--plan", "plan.json", "--shard", "shards"]
        + (index.map { ["--index", "\($0)"] } ?? []), in: tiny.path, environment: environment)
    try process.start()
    return try process.finish()
  }

  private func merge(_ tiny: TinyExperiment) throws -> PoiseProcess.Output {
    try PoiseProcess.run("merge", "shards", "--results", "merged.sqlite", in: tiny.path)
  }

  @Test func `chains made apart and merged in any order are a local sweep to the last bit`() throws
  {
    let tiny = try staged()
    let local = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(local.status == 0, "\(local.standardError)")
    try freeze(tiny)
    // The plan says what the runs are: the file may go.
    try FileManager.default.removeItem(atPath: tiny.folder.path(of: "tiny.yaml"))
    #expect(try worker(tiny, index: 3).status == 0)
    let first = try merge(tiny)
    #expect(first.status == 75, "\(first.standardError)")
    #expect(first.standardOutput.contains("1 read, 3 missing"), "\(first.standardOutput)")
    #expect(first.standardOutput.contains("6 queued, 2 done of 8 runs"), "\(first.standardOutput)")
    #expect(try worker(tiny, environment: ["SLURM_ARRAY_TASK_ID": "0"]).status == 0)
    #expect(try worker(tiny, environment: ["SGE_TASK_ID": "2"]).status == 0)
    #expect(try worker(tiny, environment: ["JOB_COMPLETION_INDEX": "2"]).status == 0)
    let last = try merge(tiny)
    #expect(last.status == 0, "\(last.standardOutput) \(last.standardError)")
    let essence = try tiny.query(SweepCommandTests.essence, store: "merged.sqlite")
    #expect(try essence == tiny.query(SweepCommandTests.essence))
    let names = "SELECT group_concat(name) FROM (SELECT name FROM run ORDER BY id)"
    #expect(try tiny.query(names, store: "merged.sqlite") == tiny.query(names))
    let verified = try PoiseProcess.run("verify", "--results", "merged.sqlite", in: tiny.path)
    #expect(verified.status == 0, "\(verified.standardOutput)")
    let dump = try tiny.query(".dump", store: "merged.sqlite")
    let again = try merge(tiny)
    #expect(again.standardOutput.contains("4 unchanged since the last merge"))
    func lasting(_ dump: String) -> [Substring] {
      dump.split(separator: "\n").filter { line in
        !["recipe ", "\"recipe\"", "row_digest", "owner"].contains { line.contains("INTO \($0)") }
      }
    }
    #expect(try lasting(tiny.query(".dump", store: "merged.sqlite")) == lasting(dump))
  }

  @Test func `a killed worker goes on, and its attempts are kept`() throws {
    let tiny = try TinyExperiment(epochs: 40)
    try freeze(tiny)
    let killed = PoiseProcess(
      [
        "worker", "--plan", "plan.json", "--shard", "shards", "--index", "0",
        "--checkpoint-every", "0.05",
      ], in: tiny.path)
    try killed.start()
    let shard = "shards/chain-00000.sqlite"
    var turns = 0
    while turns < 3_000, try tiny.query("SELECT count(*) > 2 FROM epoch", store: shard) != "1\n" {
      turns += 1
      Thread.sleep(forTimeInterval: 0.05)
    }
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try killed.finish()
    let early = try merge(tiny)
    #expect(early.status == 75, "\(early.standardError)")
    #expect(early.standardOutput.contains("4 queued of 4 runs"), "\(early.standardOutput)")
    #expect(early.standardError.contains("baseline-s1 is running, epoch"), "\(early.standardError)")
    #expect(try worker(tiny, index: 0).status == 0)
    #expect(try merge(tiny).standardOutput.contains("3 queued, 1 done of 4 runs"))
    #expect(
      try tiny.query(
        "SELECT number, outcome, from_epoch > 0 FROM attempt ORDER BY number",
        store: "merged.sqlite") == "1|lost|0\n2|done|1\n")
  }

  @Test func `other data, other plans and damage are refused with a sentence`() throws {
    let tiny = try TinyExperiment(epochs: 1)
    try freeze(tiny)
    let far = try worker(tiny, index: 4)
    #expect(far.status == 65)
    #expect(far.standardError.contains("no chain 4: it has 4, numbered from 0 to 3"))
    #expect(try worker(tiny).standardError.contains("SLURM_ARRAY_TASK_ID"))
    #expect(try worker(tiny, index: 1).status == 0)
    #expect(try worker(tiny, index: 2).status == 0)
    let shard = tiny.folder.path(of: "shards/chain-00001.sqlite")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: shard))
    bytes.replaceSubrange(2_000..., with: Data(repeating: 7, count: bytes.count - 2_000))
    try bytes.write(to: URL(fileURLWithPath: shard))
    let damaged = try merge(tiny)
    #expect(damaged.status == 65)
    #expect(
      damaged.standardError.contains("chain-00001.sqlite: left out"), "\(damaged.standardError)")
    #expect(damaged.standardOutput.contains("3 queued, 1 done"), "\(damaged.standardOutput)")
    try SyntheticImages(trainCounts: [61, 30, 12, 6], testCounts: [8, 8, 8, 8])
      .write(to: tiny.path)
    let other = try worker(tiny, index: 0)
    #expect(other.status == 65)
    #expect(other.standardError.contains("are not those of the plan"), "\(other.standardError)")
    try freeze(tiny)
    #expect(try worker(tiny, index: 0).standardError.contains("the shards of another plan"))
    let plan = URL(fileURLWithPath: tiny.folder.path(of: "plan.json"))
    let text = try String(contentsOf: plan, encoding: .utf8)
    try text.replacing("\"seed\":2", with: "\"seed\":3").write(
      to: plan, atomically: true, encoding: .utf8)
    #expect(try worker(tiny, index: 0).standardError.contains("its checksum is not that"))
  }

  @Test func `a sweep of a frozen plan makes the runs of its file`() throws {
    let tiny = try TinyExperiment(epochs: 1)
    try freeze(tiny)
    let sweep = try PoiseProcess.run("sweep", "--plan", "plan.json", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    let again = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(again.standardError.contains("0 done, 4 skipped"), "\(again.standardError)")
    let changed = try PoiseProcess.run(
      "sweep", "--plan", "plan.json", "--set", "training.epochs=2", in: tiny.path)
    #expect(changed.status == 64)
  }
}
