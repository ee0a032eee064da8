import Foundation
import TestSupport
import Testing

/// Damage to a store and to weights, as a person meets it.
@Suite struct VerifyCommandTests {
  private func weights(_ run: String, of tiny: TinyExperiment) throws -> String {
    let runs = tiny.folder.path(of: ".poise/results/runs")
    let names = try FileManager.default.contentsOfDirectory(atPath: runs)
    let name = try #require(names.first { $0.hasPrefix(run) })
    return "\(runs)/\(name)/weights.checkpoint"
  }

  private func swept() throws -> TinyExperiment {
    let tiny = try TinyExperiment(strategies: ["baseline: {}", "focal: {}"], epochs: 1)
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    return tiny
  }

  @Test func `damage is found, named, left out, and mended by the same sweep`() throws {
    let tiny = try swept()
    let sound = try PoiseProcess.run("verify", in: tiny.path)
    #expect(sound.status == 0, "\(sound.standardOutput)")
    #expect(sound.standardOutput == "4 runs, all sound, weights of 4 compared\n")

    _ = try tiny.query(
      "UPDATE class_metric SET recall = 0.987 WHERE run_id = 2 AND class_index = 1")
    let found = try PoiseProcess.run("verify", in: tiny.path)
    #expect(found.status == 65)
    for words in [
      "damaged: run 2 (", "table class_metric: ", "4 runs, 3 of them sound", "What to do:",
      "poise runs remove 2 --results results.sqlite --yes",
    ] { #expect(found.standardOutput.contains(words), "\(words) in \(found.standardOutput)") }
    let one = try PoiseProcess.run("verify", "--run", "1", "--no-weights", in: tiny.path)
    #expect(one.status == 0 && one.standardOutput == "1 run, all sound\n")

    for command in [["report"], ["report", "--format", "json"]] {
      let process = PoiseProcess(command, in: tiny.path)
      try process.start()
      let said = try process.finish()
      #expect(said.status == 65 && said.standardError.contains("damaged: run 2 ("), "\(command)")
    }
    let report = try PoiseProcess.run("report", in: tiny.path).standardOutput
    #expect(report.contains("class_metric") && report.contains("the run is left out"))
    let show = try PoiseProcess.run("show", "2", in: tiny.path)
    #expect(show.status == 65 && show.standardOutput.isEmpty)
    #expect(show.standardError.contains("'poise verify' says what is sound"))
    #expect(try PoiseProcess.run("show", "1", in: tiny.path).status == 0)
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 65 && sweep.standardError.contains("damaged: run 2 ("))

    let removed = try PoiseProcess.run("runs", "remove", "2", "--yes", in: tiny.path)
    #expect(removed.status == 0, "\(removed.standardError)")
    let again = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(again.status == 0, "\(again.standardError)")
    #expect(try PoiseProcess.run("verify", in: tiny.path).status == 0)
  }

  @Test func `weights of another run are refused by both digests`() throws {
    let tiny = try swept()
    let (mine, other) = (try weights("focal-s1", of: tiny), try weights("baseline-s1", of: tiny))
    try FileManager.default.removeItem(atPath: mine)
    try FileManager.default.copyItem(atPath: other, toPath: mine)
    let digests = try tiny.query(
      "SELECT substr(weights_sha256,1,16) FROM run WHERE seed = 1 ORDER BY strategy"
    ).split(separator: "\n").map(String.init)
    let found = try PoiseProcess.run("verify", in: tiny.path)
    #expect(found.status == 65)
    let export = try PoiseProcess.run("export", "focal-s1", "w.safetensors", in: tiny.path)
    #expect(export.status == 65)
    for digest in digests {
      #expect(found.standardOutput.contains(digest) && export.standardError.contains(digest))
    }
    try FileManager.default.removeItem(atPath: mine)
    let gone = try PoiseProcess.run("verify", in: tiny.path)
    #expect(gone.status == 0 && gone.standardOutput.contains("weights of run "))
    #expect(gone.standardOutput.contains("not kept here"))
  }

  @Test func `weights of a run that others start from are made anew where they were changed`()
    throws
  {
    let tiny = try swept()
    let text = try String(contentsOfFile: tiny.folder.path(of: "tiny.yaml"), encoding: .utf8)
    try tiny.folder.write(
      text.replacing("name: tiny", with: "name: tuned").replacing(
        "stem: small}", with: "stem: small, weights: 'run:1'}"), to: "tuned.yaml")
    let check = try PoiseProcess.run("check", "tuned.yaml", in: tiny.path)
    #expect(check.status == 0, "\(check.standardError)")
    let folder = tiny.folder.path(of: ".poise/results/weights")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    let url = URL(filePath: "\(folder)/\(name)")
    let bytes = try Data(contentsOf: url)
    var changed = bytes
    changed[changed.count - 3] ^= 0x10
    try changed.write(to: url)
    let again = try PoiseProcess.run("check", "tuned.yaml", in: tiny.path)
    #expect(again.status == 0 && again.standardError.contains("it was written anew"))
    #expect(try Data(contentsOf: url) == bytes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [name])
    _ = try tiny.query("UPDATE run SET weights_sha256 = 'x' WHERE id = 1")
    let damaged = try PoiseProcess.run("check", "tuned.yaml", in: tiny.path)
    #expect(damaged.status == 65, "\(damaged.standardError)")
    #expect(damaged.standardError.contains("run 1 (baseline-s1)"))
  }

  @Test func `a folder that is moved keeps its weights`() throws {
    let tiny = try swept()
    let stored = try tiny.query("SELECT weights_path FROM run WHERE id = 1")
    #expect(stored.hasPrefix(".poise/results/runs/baseline-s1-"))
    let moved = try TemporaryFolder("moved")
    for name in ["results.sqlite", ".poise"] {
      try FileManager.default.moveItem(
        atPath: tiny.folder.path(of: name), toPath: moved.path(of: name))
    }
    let export = try PoiseProcess.run("export", "1", "w.safetensors", in: moved.path)
    #expect(export.status == 0, "\(export.standardError)")
    let verify = try PoiseProcess.run("verify", in: moved.path)
    #expect(verify.standardOutput.hasSuffix("4 runs, all sound, weights of 4 compared\n"))
    try FileManager.default.copyItem(
      atPath: moved.path(of: "results.sqlite"), toPath: tiny.folder.path(of: "results.sqlite"))
    #expect(try tiny.query("SELECT file FROM sweep") == "tiny.yaml\n")
  }
}
