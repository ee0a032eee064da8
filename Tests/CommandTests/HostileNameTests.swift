import Foundation
import TestSupport
import Testing

/// Classes may be called anything: no name moves a terminal's cursor, forges a line or runs in a
/// spreadsheet.
@Suite(.timeLimit(.minutes(20))) struct HostileNameTests {
  /// As YAML writes them, and as they are.
  private static let yaml =
    #"["red\e[31m\u009B2J", "line\nFORGED 99.9 %\rFORGED", "\u202Etxt\u2066\u2028FORGED", "=HYPERLINK(\"x\")"]"#
  private static let names = [
    "red\u{1B}[31m\u{9B}2J", "line\nFORGED 99.9 %\rFORGED", "\u{202E}txt\u{2066}\u{2028}FORGED",
    "=HYPERLINK(\"x\")",
  ]

  private func experiment() throws -> TinyExperiment {
    let tiny = try TinyExperiment()
    let text = TinyExperiment.text(strategies: ["baseline: {}"], epochs: 1)
      .replacing("  test_images:", with: "  class_names: \(Self.yaml)\n  test_images:")
      .replacing("seeds: [1, 2]", with: "seeds: [1]")
    try tiny.folder.write(text, to: "tiny.yaml")
    try tiny.folder.write(
      PNGMaker.encode(height: 8, width: 8, rgb: [UInt8](0..<192)), to: "e\u{1B}[1m\nFORGED.png")
    return tiny
  }

  /// Whether people may read it: nothing is left of what a terminal obeys, and no line is forged.
  private func isSafe(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n"
        || scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
          && !(0x2028...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
    } && !text.split(separator: "\n").contains { $0.drop { $0 == " " }.hasPrefix("FORGED") }
  }

  @Test func `reach people written out, and programs as they are`() throws {
    let tiny = try experiment()
    func run(_ arguments: [String], exact: Bool = false) throws -> PoiseProcess.Output {
      let process = PoiseProcess(
        arguments, in: tiny.path, environment: exact ? ["COUNTERPOISE_CSV": "exact"] : [:])
      try process.start()
      return try process.finish()
    }
    let image = "e\u{1B}[1m\nFORGED.png"
    let lines = [
      ["check", "tiny.yaml"], ["plan", "tiny.yaml"], ["data", "tiny.yaml"],
      ["sweep", "tiny.yaml"], ["runs"], ["note", "1", "a\u{1B}[2J\nFORGED"],
      ["show", "1"], ["show", "1", "--format", "markdown"], ["report"],
      ["report", "--by", "class"],
      ["report", "--by", "class", "--format", "markdown"], ["report", "--recipe"],
      ["predict", "1", image], ["predict", "1", "none\u{1B}[2J\nFORGED.png"],
      ["check", "none\u{1B}[2J\nFORGED.yaml"],
      ["check", "tiny.yaml", "--set", "dataset.root=/x\u{1B}[2J"],
      ["data", "tiny.yaml", "--set", "dataset.classes.include=[\"x\\e[2J\\nFORGED\"]"],
    ]
    for line in lines {
      let output = try run(line)
      #expect(!output.wasSignalled, "\(line)")
      #expect(isSafe(output.standardOutput), "\(line): \(output.standardOutput)")
      #expect(isSafe(output.standardError), "\(line): \(output.standardError)")
    }
    let table = try run(["predict", "1", image]).standardOutput
    #expect(table.contains("e\\u{1B}[1m\\nFORGED.png\n"), "\(table)")
    #expect(table.contains("%  red\\u{1B}[31m\\u{9B}2J\n"), "\(table)")
    #expect(table.contains("%  line\\nFORGED 99.9 %\\rFORGED\n"), "\(table)")

    let json = try run(["predict", "1", image, "--json"]).standardOutput
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(Set(try #require(object?["classes"] as? [String])) == Set(Self.names))

    for command in [
      ["data", "tiny.yaml", "--csv"], ["report", "--by", "class", "--format", "csv"],
    ] {
      let first = try run(command).standardOutput
      let second = try run(command, exact: true).standardOutput
      #expect(first.contains("\"'=HYPERLINK(\"\"x\"\")\""), "\(first)")
      #expect(second.contains("\"=HYPERLINK(\"\"x\"\")\""), "\(second)")
      #expect(first == second.replacing("\"=HYPERLINK", with: "\"'=HYPERLINK"))
    }
  }

  @Test(
    "an unknown word for whom CSV is ends every command, as it would be ignored",
    arguments: [("Exact", 64), ("spreadsheet", 64), ("", 0), ("exact", 0)])
  func unknownReader(word: String, code: Int) throws {
    let folder = try TemporaryFolder()
    let process = PoiseProcess(
      ["strategies"], in: folder.path, environment: ["COUNTERPOISE_CSV": word])
    try process.start()
    let output = try process.finish()
    #expect(Int(output.status) == code)
    let told = output.standardError.contains("COUNTERPOISE_CSV is '\(word)'; expected 'exact'")
    #expect(told == (code != 0))
    #expect(output.standardOutput.isEmpty == (code != 0))
  }
}
