import Foundation
import TestSupport
import Testing

/// `poise check` as a person meets it the evening before.
@Suite struct CheckCommandTests {
  private func check(
    _ tiny: TinyExperiment, _ changes: String..., options: [String] = []
  ) throws -> PoiseProcess.Output {
    let words = ["check", "tiny.yaml"] + changes.flatMap { ["--set", $0] } + options
    let process = PoiseProcess(words, in: tiny.path)
    try process.start()
    return try process.finish()
  }

  @Test func `one table of strategies, runs, seconds a step, time and memory`() throws {
    let tiny = try TinyExperiment()
    let output = try check(tiny)
    #expect(output.status == 0, "\(output.standardError)")
    let lines = output.standardOutput.split(separator: "\n").map(String.init)
    #expect(lines[0] == "tiny.yaml: ok, 4 runs (2 strategies × seeds)")
    let header = lines[1].split(separator: " ", omittingEmptySubsequences: true)
    #expect(header.joined(separator: " ") == "strategies runs image, batch s/step time memory")
    #expect(lines[2].hasPrefix("baseline, class-balanced-sampling  4     8×8, 8 "), "\(lines)")
    #expect(lines[3].hasPrefix("about ") && lines[3].contains(" for 4 runs"), "\(lines)")
    #expect(!FileManager.default.fileExists(atPath: tiny.folder.path(of: "results.sqlite")))
    // Measured once for this machine and build.
    let kept = try PoiseProcess.run("cache", "list", in: tiny.path).standardOutput
    #expect(kept.contains("measurements-") && kept.contains("1 files"), "\(kept)")
    let plan = try PoiseProcess.run("plan", "tiny.yaml", "--csv", in: tiny.path)
    let rows = plan.standardOutput.split(separator: "\r\n")
    #expect(rows[0].hasSuffix(",config_hash,group_hash,seconds,memory_mb,equals,state"))
    let cells = rows[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(Int(cells[cells.count - 4]) != nil && (Int(cells[cells.count - 3]) ?? 0) > 0)
  }

  @Test func `without data nothing is read but the file`() throws {
    let tiny = try TinyExperiment()
    let output = try check(tiny, "dataset.root=nowhere", options: ["--no-data"])
    #expect(output.status == 0, "\(output.standardError)")
    #expect(output.standardOutput == "tiny.yaml: ok, 4 runs (2 strategies × seeds)\n")
    #expect(!FileManager.default.fileExists(atPath: tiny.folder.path(of: ".poise")))
  }

  @Test func `a network that cannot take its batch is refused by every command`() throws {
    let tiny = try TinyExperiment()
    let changes = ["model.architecture=resnet18", "model.stem=imagenet", "training.batch=1"]
    for command in ["check", "plan", "sweep"] {
      let process = PoiseProcess(
        [command, "tiny.yaml"] + changes.flatMap { ["--set", $0] }, in: tiny.path)
      try process.start()
      let output = try process.finish()
      #expect(output.status == 65, "\(command): \(output.standardError)")
      #expect(output.standardError.contains("needs at least two numbers per channel"))
      #expect(output.standardError.contains("--set training.batch=1: error: "), "\(output)")
    }
  }

  @Test func `memory that no machine has is an error, and the time is told all the same`() throws {
    let tiny = try TinyExperiment()
    let output = try check(tiny, "training.batch=65536", "image.size=64")
    #expect(output.status == 65, "\(output.standardError)")
    #expect(output.standardError.contains("a run needs "), "\(output.standardError)")
    #expect(output.standardError.contains("use a smaller training.batch"))
    #expect(output.standardOutput.contains("tiny.yaml: not ok, 4 runs"))
    #expect(output.standardError.contains("was put together from"), "\(output.standardError)")
  }

  @Test func `methods that choose on validation need validation images`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}", "tau-normalization: {}"])
    let changes = ["split={test: 0.3, validation: 0}"]
    let output = try check(tiny, changes[0], options: ["--no-data"])
    #expect(output.status == 65)
    #expect(
      output.standardError.contains(
        "tiny.yaml:21:3: error: strategies.tau-normalization chooses its tau on validation"),
      "\(output.standardError)")
  }

  @Test func `a sweep says what it will take, and a limit that is too low is a warning`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    let sweep = try PoiseProcess.run(
      "sweep", "tiny.yaml", "--set", "seeds=[1]", "--set", "training.epochs=100000", "--set",
      "limits.night=1s", in: tiny.path)
    #expect(sweep.status == 75, "\(sweep.standardError)")
    #expect(
      sweep.standardError.contains("--set limits.night=1s: warning: limits.night is 1 s, and"))
    #expect(sweep.standardError.contains("\nabout "), "\(sweep.standardError)")
  }
}
