import Foundation
import TestSupport
import Testing

/// One store under several names, and places where none can be.
@Suite struct StoreNameTests {
  private func files(in folder: String) throws -> Set<String> {
    Set(
      try FileManager.default.contentsOfDirectory(atPath: folder).filter {
        !$0.hasSuffix(".out") && !$0.hasSuffix(".err")
      })
  }

  @Test
  func
    `a sweep under another name is refused while the first lives, and goes on when it is killed`()
    throws
  {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: SweepCommandTests.endless)
    let other = tiny.folder.path(of: "elsewhere")
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
    let link = other + "/linked.sqlite"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "../results.sqlite")
    let first = PoiseProcess(["sweep", "tiny.yaml", "--checkpoint-every", "0.2"], in: tiny.path)
    try first.start()
    try tiny.waitForFirstEpoch()
    for name in [link, "elsewhere/../results.sqlite", tiny.folder.path(of: "results.sqlite")] {
      let second = try PoiseProcess.run("sweep", "tiny.yaml", "--results", name, in: tiny.path)
      #expect(second.status == 73, "\(name): \(second.standardError)")
      #expect(
        second.standardError.contains("another sweep (process \(first.process.processIdentifier))"))
    }
    #expect(try files(in: other) == ["linked.sqlite"], "its work lies beside the file itself")
    #expect(try tiny.query("SELECT count(*) FROM attempt") == "1\n")
    kill(first.process.processIdentifier, SIGKILL)
    _ = try first.finish()
    let before = try tiny.query("SELECT max(epoch) FROM epoch")
    let next = PoiseProcess(
      ["sweep", "tiny.yaml", "--results", link, "--checkpoint-every", "0.2"], in: tiny.path)
    try next.start()
    for _ in 0..<600 where try tiny.query("SELECT count(*) FROM attempt") != "2\n" {
      usleep(100_000)
    }
    kill(next.process.processIdentifier, SIGTERM)
    let output = try next.finish()
    #expect(output.status == 75, "\(output.standardError)")
    #expect(
      try tiny.query("SELECT from_epoch > 0 FROM attempt WHERE number = 2") == "1\n", "\(before)")
  }

  /// The lock file of another name tells a second sweep nothing: the store itself does.
  @Test func `the store names its owner, whatever the lock files say`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: SweepCommandTests.endless)
    let first = PoiseProcess(["sweep", "tiny.yaml"], in: tiny.path)
    try first.start()
    try tiny.waitForFirstEpoch()
    try FileManager.default.removeItem(atPath: tiny.folder.path(of: ".poise/results/sweep.lock"))
    let second = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(second.status == 73, "\(second.standardError)")
    #expect(second.standardError.contains("process \(first.process.processIdentifier) on "))
    #expect(try tiny.query("SELECT count(*) FROM attempt") == "1\n")
    kill(first.process.processIdentifier, SIGKILL)
    _ = try first.finish()
  }

  @Test func `runs that an earlier version began beside a link go on there`() throws {
    let whole = try TinyExperiment(strategies: ["baseline: {}"], epochs: 2)
    #expect(try PoiseProcess.run("sweep", "tiny.yaml", in: whole.path).status == 0)
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 2)
    let other = tiny.folder.path(of: "elsewhere")
    // As it was left: the run's folder beside the link, under the link's name.
    let former = other + "/.poise/linked/runs"
    try FileManager.default.createDirectory(atPath: former, withIntermediateDirectories: true)
    let runs = whole.folder.path(of: ".poise/results/runs")
    for name in try FileManager.default.contentsOfDirectory(atPath: runs) {
      try FileManager.default.copyItem(atPath: "\(runs)/\(name)", toPath: "\(former)/\(name)")
    }
    let link = other + "/linked.sqlite"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "../results.sqlite")
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", "--results", link, in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    #expect(try tiny.query(SweepCommandTests.essence) == whole.query(SweepCommandTests.essence))
    // They were taken from where they were: nothing was trained, so no folder was made.
    #expect(!FileManager.default.fileExists(atPath: tiny.folder.path(of: ".poise/results/runs")))
  }

  @Test(arguments: ["sweep", "check", "plan", "data"])
  func `a place where no store can be is refused before anything is made`(command: String) throws {
    let tiny = try TinyExperiment(epochs: 1)
    let pipe = tiny.folder.path(of: "pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    try FileManager.default.createDirectory(
      atPath: tiny.folder.path(of: "folder"), withIntermediateDirectories: false)
    let before = try files(in: tiny.path)
    for (place, words, status) in [
      ("/dev/null", "is a device", 65), ("pipe", "is a pipe", 65), ("folder", "is a folder", 65),
      ("new/", "no folder 'new'", 73), ("no/such/results.sqlite", "no folder 'no/such'", 73),
      ("", "empty name", 65),
    ] as [(String, String, Int32)] {
      let output = try PoiseProcess.run(command, "tiny.yaml", "--results", place, in: tiny.path)
      #expect(output.standardError.contains(words), "\(place): \(output.standardError)")
      #expect(output.status == status, "\(place): \(output.standardError)")
    }
    #expect(try files(in: tiny.path) == before)
    #expect(!FileManager.default.fileExists(atPath: "/dev/.poise"))
  }

  @Test func `TERM is heeded while somebody has the store locked`() throws {
    let tiny = try TinyExperiment(epochs: 1)
    #expect(try PoiseProcess.run("sweep", "tiny.yaml", "--dry-run", in: tiny.path).status == 0)
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    holder.arguments = ["sqlite3", tiny.folder.path(of: "results.sqlite")]
    let input = Pipe()
    holder.standardInput = input
    try holder.run()
    input.fileHandleForWriting.write(
      Data(
        "BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS x (y);\n.shell touch \(tiny.path)/held\n".utf8)
    )
    for _ in 0..<100 where !FileManager.default.fileExists(atPath: tiny.folder.path(of: "held")) {
      usleep(50_000)
    }
    let sweep = PoiseProcess(["sweep", "tiny.yaml"], in: tiny.path)
    try sweep.start()
    Thread.sleep(forTimeInterval: 3)
    #expect(sweep.process.isRunning, "it waits for the lock")
    let start = ContinuousClock.now
    kill(sweep.process.processIdentifier, SIGTERM)
    let output = try sweep.finish()
    #expect(output.status == 75, "\(output.standardError)")
    // It would wait for ten minutes.
    #expect(ContinuousClock.now - start < .seconds(120))
    input.fileHandleForWriting.write(Data("ROLLBACK;\n".utf8))
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
    #expect(try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path).status == 0)
  }
}
