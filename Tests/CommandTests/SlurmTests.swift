import Foundation
import TestSupport
import Testing

/// What is handed to Slurm, whose programs are shell scripts here, and what the script of a task does.
@Suite struct SlurmTests {
  /// A sweep beside programs that write down how they were called.
  private struct Site {
    let tiny: TinyExperiment
    let environment: [String: String]

    init(epochs: Int, arraySize: Int = 1001) throws {
      tiny = try TinyExperiment(epochs: epochs)
      let folder = tiny.folder
      environment = [
        "PATH": folder.path(of: "bin") + ":/usr/local/bin:/usr/bin:/bin",
        "SLURM_ARRAY_JOB_ID": "17", "SLURM_ARRAY_TASK_ID": "0",
      ]
      try FileManager.default.createDirectory(
        atPath: folder.path(of: "bin"), withIntermediateDirectories: true)
      for (name, body) in [
        ("sbatch", "echo \"$*\" >> '\(folder.path)/calls'; echo 17"),
        ("sinfo", "echo debug; echo long"),
        (
          "scontrol",
          "echo \"scontrol $*\" >> '\(folder.path)/calls'; echo 'MaxArraySize = \(arraySize)'"
        ),
      ] {
        try folder.write("#!/bin/sh\n\(body)\n", to: "bin/\(name)")
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o755], ofItemAtPath: folder.path(of: "bin/\(name)"))
      }
    }

    func poise(_ arguments: String...) throws -> PoiseProcess.Output {
      let process = PoiseProcess(arguments, in: tiny.path, environment: environment)
      try process.start()
      return try process.finish()
    }

    var calls: String {
      (try? String(contentsOfFile: tiny.folder.path(of: "calls"), encoding: .utf8)) ?? ""
    }

    /// The script of task 0, as Slurm starts it.
    func task() throws -> Process {
      let process = Process()
      // A test may run on a thread that blocks signals, which its children inherit; Slurm blocks none.
      let unblocked = """
        import os, signal, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execv("/bin/bash", ["bash", sys.argv[1]])
        """
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "python3", "-c", unblocked, tiny.folder.path(of: "tiny-shards/slurm.sh"),
      ]
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }
  }

  @Test func `an array and a merge after it are submitted, what the site lacks is refused`() throws
  {
    let site = try Site(epochs: 1)
    let wrong = try site.poise("slurm", "tiny.yaml", "--partition", "short")
    #expect(wrong.status == 65)
    #expect(wrong.standardError.contains("no partition 'short'; it has debug, long"))
    #expect(try site.poise("slurm", "tiny.yaml", "--mem", "much").status == 64)
    let printed = try site.poise("slurm", "tiny.yaml", "--print", "--time", "04:00:00")
    #expect(printed.standardOutput.contains("#SBATCH --array=0-3\n"), "\(printed.standardError)")
    #expect(printed.standardOutput.contains("#SBATCH --time=04:00:00\n"))
    #expect(site.calls == "")
    let done = try site.poise(
      "slurm", "tiny.yaml", "--partition", "long", "--array-limit", "2", "--mem", "2G")
    #expect(done.status == 0, "\(done.standardError)")
    #expect(done.standardOutput == "17\n")
    let calls = site.calls.split(separator: "\n").filter { !$0.hasPrefix("scontrol") }
    try #require(calls.count == 2)
    #expect(calls[0].hasSuffix("tiny-shards/slurm.sh"))
    #expect(calls[1].contains("--dependency=afterany:17") && calls[1].contains("' --results '"))
    let script = try String(
      contentsOfFile: site.tiny.folder.path(of: "tiny-shards/slurm.sh"), encoding: .utf8)
    for line in ["--array=0-3%2", "--mem=2G", "--partition=long", "--requeue", "B:USR2@180"] {
      #expect(script.contains(line), "\(line)")
    }
    let small = try Site(epochs: 1, arraySize: 3).poise("slurm", "tiny.yaml")
    #expect(small.standardError.contains("at most 3 (MaxArraySize)"), "\(small.standardError)")
  }

  @Test func `a task that is near its limit is requeued, so often and no oftener`() throws {
    let site = try Site(epochs: 20_000)
    let submitted = try site.poise("slurm", "tiny.yaml", "--timeouts", "1")
    try #require(submitted.status == 0, "\(submitted.standardError)")
    let shard = "tiny-shards/chain-00000.sqlite"
    for turn in 1...3 {
      let task = try site.task()
      var looks = 0
      let begun =
        "SELECT count(*) = \(turn) AND max(r.status) = 'running' AND max(epochs_done) > 0 "
        + "FROM attempt JOIN run r ON r.id = run_id"
      while looks < 3_000, try site.tiny.query(begun, store: shard) != "1\n" {
        looks += 1
        Thread.sleep(forTimeInterval: 0.05)
      }
      // The last time it is preempted, which costs nothing.
      kill(task.processIdentifier, turn < 3 ? SIGUSR2 : SIGTERM)
      // A task that does not heed its signal must not hold up all other tests.
      for _ in 0..<1_200 where task.isRunning { Thread.sleep(forTimeInterval: 0.1) }
      if task.isRunning { kill(task.processIdentifier, SIGKILL) }
      task.waitUntilExit()
      #expect(task.terminationStatus == 75)
      let requeues = site.calls.components(separatedBy: "scontrol requeue 17_0\n").count - 1
      #expect(requeues == 1)
    }
    #expect(
      try site.tiny.query(
        "SELECT group_concat(outcome), min(from_epoch) FROM attempt", store: shard)
        == "cancelled,cancelled,cancelled|0\n")
    let going = "SELECT min(from_epoch) > 0 FROM attempt WHERE number > 1"
    #expect(try site.tiny.query(going, store: shard) == "1\n")
  }
}
