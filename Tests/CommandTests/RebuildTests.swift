import Foundation
import TestSupport
import Testing

/// What happens to a sweep when its program is replaced, and to workers whose parent is gone.
@Suite struct RebuildTests {
  enum Change: CaseIterable { case replaced, removed, halfWritten }

  @Test(arguments: Change.allCases)
  func `a sweep outlives its program's file, to the same bits`(change: Change) throws {
    let undisturbed = try TinyExperiment(epochs: 3)
    #expect(try PoiseProcess.run("sweep", "tiny.yaml", in: undisturbed.path).status == 0)
    let tiny = try TinyExperiment(epochs: 3)
    let program = tiny.folder.path(of: "poise-copy")
    try FileManager.default.copyItem(atPath: PoiseProcess.executable.path, toPath: program)
    let sweep = PoiseProcess(["sweep", "tiny.yaml"], in: tiny.path)
    sweep.process.executableURL = URL(fileURLWithPath: program)
    try sweep.start()
    try tiny.waitForFirstEpoch()
    // As a linker does: a running program cannot be written to, so another file takes its name.
    try FileManager.default.removeItem(atPath: program)
    switch change {
    case .removed: break
    case .replaced: try tiny.folder.write("#!/bin/sh\nexit 9\n", to: "poise-copy")
    case .halfWritten:
      let bytes = try Data(contentsOf: PoiseProcess.executable)
      try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: program))
    }
    if change != .removed { chmod(program, 0o755) }
    let output = try sweep.finish()
    #expect(output.status == 0, "\(output.standardError)")
    let essence = SweepCommandTests.essence
    #expect(try tiny.query(essence) == undisturbed.query(essence))
    #expect(try tiny.query("SELECT count(*) FROM attempt") == "4\n")
  }

  @Test func `a worker refuses a sweep's job of another build, and replays it by hand`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    #expect(try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path).status == 0)
    let runs = tiny.folder.path(of: ".poise/results/runs")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: runs).first)
    let path = "\(runs)/\(name)/job.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = text.replacing(/"build":"[^"]*"/, with: "\"build\":\"0.0.1 (commit 1234)\"")
    #expect(changed != text)
    try changed.write(toFile: path, atomically: true, encoding: .utf8)
    let worker = PoiseProcess(["worker", "--supervised", path], in: tiny.path)
    let lifeline = Pipe()
    worker.process.standardInput = lifeline
    try worker.start()
    let refused = try worker.finish()
    #expect(refused.status == 65)
    #expect(refused.standardError.contains("0.0.1 (commit 1234)"), "\(refused.standardError)")
    #expect(try PoiseProcess.run("worker", path, in: tiny.path).status == 0)
    withExtendedLifetime(lifeline) {}
  }

  @Test func `a worker whose parent is killed writes a checkpoint and leaves`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: SweepCommandTests.endless)
    let sweep = PoiseProcess(["sweep", "tiny.yaml", "--checkpoint-every", "3600"], in: tiny.path)
    try sweep.start()
    try tiny.waitForFirstEpoch()
    let worker = try #require(
      Int32(try tiny.query("SELECT pid FROM attempt").dropLast()))
    kill(sweep.process.processIdentifier, SIGKILL)
    _ = try sweep.finish()
    for _ in 0..<300 where kill(worker, 0) == 0 { usleep(100_000) }
    #expect(kill(worker, 0) != 0, "it is gone")
    let runs = tiny.folder.path(of: ".poise/results/runs")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: runs).first)
    #expect(FileManager.default.fileExists(atPath: "\(runs)/\(name)/current.checkpoint"))
  }

  /// 150 to 350 MB were the sizes at which OpenBLAS's threads, or the system's, spun without end.
  @Test(arguments: [200, 300])
  func `little address space is a clear failure, or enough`(megabytes: Int) throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let program = PoiseProcess.executable.path
    process.arguments = [
      "-c",
      "ulimit -v \(megabytes * 1024); timeout -s KILL 100 '\(program)' sweep tiny.yaml --threads 1 2>err",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: tiny.path)
    try process.run()
    process.waitUntilExit()
    let words = try String(contentsOfFile: tiny.folder.path(of: "err"), encoding: .utf8)
    #expect(process.terminationStatus == 65, "\(words)")
    #expect(words.contains("more address space"), "\(words)")
  }
}
