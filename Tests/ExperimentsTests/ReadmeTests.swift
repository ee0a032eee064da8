import Experiments
import Foundation
import Testing

@Suite("Experiments/README.md")
struct ReadmeTests {
  static let text: String =
    (try? String(
      contentsOf: ShippedFileTests.folder.appending(path: "README.md"), encoding: .utf8)) ?? ""
  static let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

  /// The blocks between "```yaml" and "```".
  static var examples: [String] {
    text.components(separatedBy: "```yaml\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
  }

  @Test("shows every key that the parser knows, and no others")
  func tables() {
    let header = "| key | type | default | meaning |"
    var shown: [[String]] = []
    for (index, line) in Self.lines.enumerated() where line == header {
      shown.append(Array(Self.lines[index...].prefix { $0.hasPrefix("|") }))
    }
    for section in FileSection.all {
      #expect(
        shown.contains(section.table),
        "the table of '\(section.name)' should be:\n\(section.table.joined(separator: "\n"))")
    }
    #expect(shown.count == FileSection.all.count)
  }

  @Test("is long enough to have examples")
  func hasExamples() { #expect(Self.examples.count >= 15) }

  @Test("gives examples that can be read, the first alone and the others on top of it")
  func examples() throws {
    let base = Self.examples[0]
    #expect(Reading.problems(base) == [])
    for example in Self.examples.dropFirst() {
      let extends = example.contains("extends:") ? "" : "extends: base.yaml\n"
      #expect(Reading.problems(extends + example, beside: ["base.yaml": base]) == [], "\(example)")
    }
  }

  @Test("names every file beside it")
  func files() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: ShippedFileTests.folder.path)
    for file in files where file.hasSuffix(".yaml") { #expect(Self.text.contains("`\(file)`")) }
  }
}
