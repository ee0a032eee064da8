import Foundation
import TestSupport
import Testing

/// `poise plot` on the results that come with the project.
@Suite struct PlotCommandTests {
  private static let store = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("results.sqlite").path

  private func plot(
    _ arguments: String..., in folder: TemporaryFolder, path: String? = nil
  ) throws -> PoiseProcess.Output {
    let process = PoiseProcess(
      ["plot"] + arguments
        + ["--results", Self.store, "--sweep", "reference-fashion"],
      in: folder.path, environment: path.map { ["PATH": $0] } ?? [:])
    try process.start()
    return try process.finish()
  }

  /// A program of the name that a converter has, which does what `script` says.
  private func fake(_ name: String, _ script: String, in folder: TemporaryFolder) throws -> String {
    try FileManager.default.createDirectory(
      atPath: folder.path(of: "bin"), withIntermediateDirectories: true)
    try folder.write("#!/bin/sh\n\(script)\n", to: "bin/\(name)")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.path(of: "bin/\(name)"))
    return folder.path(of: "bin")
  }

  @Test func `the pictures are listed, and each is a file of the width that is asked for`() throws {
    let folder = try TemporaryFolder()
    let list = try PoiseProcess.run("plot", in: folder.path)
    #expect(list.status == 0)
    let names = list.standardOutput.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    for name in ["strategies", "classes", "confusions"] { #expect(names.contains(name)) }
    // Ranks need several sweeps.
    let ranks = try plot("ranks", in: folder)
    #expect(ranks.status == 66 && ranks.standardError.contains("name another sweep"))
    for name in names where name != "ranks" {
      let drawn = try plot(name, "-o", "\(name).svg", "--width", "120", in: folder)
      #expect(drawn.status == 0, "\(drawn.standardError)")
      let text = try String(contentsOfFile: folder.path(of: "\(name).svg"), encoding: .utf8)
      #expect(text.hasPrefix("<?xml") && text.contains("mm\" height=") && !text.contains("var("))
    }
    let shown = try plot("mass", in: folder)
    #expect(shown.status == 0 && shown.standardOutput.hasSuffix("</svg>\n"))
    let few = try plot("mass", "--strategies", "class-balanced-sampling", in: folder)
    #expect(few.status == 0 && few.standardOutput.count < shown.standardOutput.count)
  }

  @Test func `what cannot be drawn is told with what to do`() throws {
    let folder = try TemporaryFolder()
    for (arguments, status, words) in [
      (["confusion"], 64, "did you mean 'confusions'?"),
      (["mass", "-o", "mass.jpeg"], 64, "must end with .svg, .png or .pdf"),
      (["mass", "--width", "4"], 64, "from 40 to 1000 millimetres"),
      (["mass", "--strategies", "focl"], 66, "did you mean 'focal'?"),
      (["mass", "--dataset", "none"], 66, "no runs on it"),
      (["mass", "--recipe", "0000"], 66, "no recipe begins with '0000'"),
      (["mass", "--baseline", "none"], 66, "no run has the baseline's label 'none'"),
    ] as [([String], Int32, String)] {
      let process = PoiseProcess(
        ["plot"] + arguments + ["--results", Self.store, "--sweep", "reference-fashion"],
        in: folder.path)
      try process.start()
      let said = try process.finish()
      #expect(said.status == status, "\(arguments): \(said.standardError)")
      #expect(said.standardError.contains(words), "\(arguments): \(said.standardError)")
      #expect(said.standardOutput.isEmpty)
    }
    let stages = try PoiseProcess.run(
      "plot", "mass", "--results", Self.store, "--sweep", "study-two-stages", in: folder.path)
    #expect(stages.status == 66 && stages.standardError.contains("choose one with --dataset"))
    let whole = try PoiseProcess.run(
      "plot", "confusions", "--results", Self.store, "--sweep", "study-two-stages", "--dataset",
      "all stages together", in: folder.path)
    #expect(whole.status == 0 && whole.standardOutput.contains("<svg"), "\(whole.standardError)")
  }

  @Test func `a converter is found in PATH and run without a shell`() throws {
    let folder = try TemporaryFolder()
    let path = try fake(
      "rsvg-convert",
      #"while [ "$1" != -o ]; do shift; done; printf '%%PDF-fake' > "$2""#,
      in: folder)
    let name = "a; touch b $(touch c).pdf"
    let drawn = try plot("mass", "-o", name, in: folder, path: path)
    #expect(drawn.status == 0, "\(drawn.standardError)")
    #expect(try String(contentsOfFile: folder.path(of: name), encoding: .utf8) == "%PDF-fake")
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { !$0.hasPrefix(".") }
    #expect(Set(left).isSubset(of: [name, "bin"]), "\(left)")
  }

  @Test func `a converter that fails, or is not there, leaves no file and says so`() throws {
    let folder = try TemporaryFolder()
    let none = try plot("mass", "-o", "mass.png", in: folder, path: folder.path)
    #expect(none.status == 66 && none.standardError.contains("apt-get install librsvg2-bin"))
    for (script, words) in [
      ("echo 'no room' >&2; exit 3", "exit code 3: no room"),
      ("exit 0", "it wrote no such file"),
      ("kill -9 $$", "ended by signal 9"),
    ] {
      let path = try fake("rsvg-convert", script, in: folder)
      let failed = try plot("mass", "-o", "mass.png", in: folder, path: path)
      #expect(failed.status == 73, "\(failed.standardError)")
      #expect(failed.standardError.contains(words), "\(failed.standardError)")
      #expect(!FileManager.default.fileExists(atPath: folder.path(of: "mass.png")))
    }
  }
}
