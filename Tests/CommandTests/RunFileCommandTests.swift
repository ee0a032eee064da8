import Foundation
import TestSupport
import Testing

/// A stored run as a file, two runs beside each other, and a file with what it extends.
@Suite struct RunFileCommandTests {
  private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let store = project.appendingPathComponent("results.sqlite").path

  private func poise(
    _ arguments: String..., in folder: TemporaryFolder
  ) throws
    -> PoiseProcess.Output
  {
    let process = PoiseProcess(arguments, in: folder.path)
    try process.start()
    return try process.finish()
  }

  @Test func `the file of a run makes the run again, under the same fingerprint`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    let folder = tiny.folder
    #expect(try poise("sweep", "tiny.yaml", in: folder).status == 0)
    let before = try poise("runs", "--format", "csv", in: folder).standardOutput
    let shown = try poise("show", "1", "--config", in: folder)
    #expect(shown.status == 0, "\(shown.standardError)")
    try folder.write(shown.standardOutput, to: "again.yaml")
    let again = try poise("sweep", "again.yaml", in: folder)
    #expect(again.status == 0, "\(again.standardError)")
    // The run is known, and not made a second time.
    #expect(try poise("runs", "--format", "csv", in: folder).standardOutput == before)
    #expect(try tiny.query("SELECT count(*), max(id) FROM run") == "2|2\n")
  }

  @Test func `a run of a first stage gives the file with all stages`() throws {
    let folder = try TemporaryFolder()
    let runs = try poise(
      "runs", "--sweep", "study-two-stages", "--results", Self.store, "--format", "csv", in: folder)
    let first = try #require(runs.standardOutput.split(separator: "\r\n").dropFirst().first)
    let number = String(first.prefix { $0 != "," })
    let shown = try poise("show", number, "--config", "--results", Self.store, in: folder)
    #expect(shown.status == 0, "\(shown.standardError)")
    #expect(shown.standardOutput.contains("stages:"))
  }

  @Test func `two runs differ in the keys of files, and the luck of seeds is said`() throws {
    let folder = try TemporaryFolder()
    let name = ["baseline-s1", "focal-s1", "baseline-s2"]
    func diff(_ first: String, _ second: String, _ format: String) throws -> PoiseProcess.Output {
      try poise(
        "diff", first, second, "--results", Self.store, "--sweep", "reference-fashion", "--format",
        format, in: folder)
    }
    let strategies = try diff(name[0], name[1], "csv")
    #expect(strategies.status == 0, "\(strategies.standardError)")
    #expect(strategies.standardOutput.contains("setting,strategy,baseline,focal,"))
    #expect(strategies.standardOutput.contains("setting,strategy.gamma,,"))
    #expect(strategies.standardOutput.contains("test,macro_recall,0."))
    let seeds = try diff(name[0], name[2], "table")
    #expect(seeds.standardOutput.contains("Only the seed differs"))
    #expect(seeds.standardOutput.contains("macro recall"))
    #expect(try diff(name[0], name[0], "table").standardOutput.contains("are the same"))
    let missing = try diff(name[0], "focl-s1", "table")
    #expect(missing.status == 66 && missing.standardError.contains("did you mean 'focal-s1'?"))
  }

  @Test func `a file is shown with what it extends and what the command line changes`() throws {
    let tiny = try TinyExperiment()
    let folder = tiny.folder
    try folder.write("extends: ../tiny.yaml\nname: child\n", to: "sub/child.yaml")
    let shown = try poise(
      "check", "sub/child.yaml", "--resolved", "--set", "training.batch=3", in: folder)
    #expect(shown.status == 0, "\(shown.standardError)")
    for line in ["name: child\n", "  batch: 3\n", "  root: \(folder.path)\n"] {
      #expect(shown.standardOutput.contains(line), "\(line)")
    }
    #expect(!shown.standardOutput.contains("extends"))
    try folder.write("extends: ../tiny.yaml\nnme: child\n", to: "sub/child.yaml")
    #expect(try poise("check", "sub/child.yaml", "--resolved", in: folder).status == 65)
  }
}
