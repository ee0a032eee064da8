import Experiments
import Foundation
import Strategies
import Testing

/// Files with mistakes and the exact text of all their problems.
///
/// `{strategies}` in a text stands for the catalogue's names.
@Suite("Bad files")
struct BadFileTests {
  struct Case: Codable, Sendable, CustomTestStringConvertible {
    var `case`: String
    var text: String
    var problems: [String]
    var testDescription: String { self.case }
  }
  static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/bad-files.json")
  static let cases: [Case] =
    (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: url))) ?? []

  @Test("are told about in full, each problem with its place", arguments: cases)
  func problems(_ bad: Case) {
    let names = StrategyCatalog.names.joined(separator: ", ")
    let expected = bad.problems.map { $0.replacing("{strategies}", with: names) }
    #expect(Reading.problems(bad.text) == expected)
  }

  @Test("are many")
  func areMany() { #expect(Self.cases.count >= 60) }

  @Test("that are no text, too large, or not there are refused")
  func unreadable() {
    #expect(
      Reading.problems(Data([0x6E, 0xFF, 0xFE])) == [
        "t.yaml: error: the file is not UTF-8 text; save it as UTF-8"
      ])
    #expect(
      Reading.problems(Data(repeating: 0x20, count: 1_000_001)) == [
        "t.yaml: error: the file is larger than 1 MB; is it an experiment file?"
      ])
    #expect(
      Reading.problems("name: \u{1}\n") == [
        "t.yaml:1: error: not valid YAML: control characters are not allowed; "
          + "remove characters that cannot be printed"
      ])
    for path in ["/nowhere/t.yaml", "/"] {
      #expect(throws: ExperimentProblems.self) { try ExperimentFile.read(path: path) }
    }
  }

  @Test("that extend one another with mistakes keep the marks of the right file")
  func placesInExtendedFiles() {
    let base = "dataset: {format: folder, root: data}\nimage: {size: 32}\ntraining: {bach: 1}\n"
    let text = "extends: base.yaml\nname: t\nstrategies: {baseline: {}}\ntraining: {batch: x}\n"
    #expect(
      Reading.problems(text, beside: ["base.yaml": base]) == [
        "base.yaml:3:12: error: unknown key 'bach' in training; did you mean 'batch'? known keys: "
          + "epochs, images, batch, optimizer, schedule, label_smoothing, select_by",
        "t.yaml:4:19: error: training.batch: received 'x', "
          + "expected a whole number from 1 to 65536",
      ])
  }

  @Test("that extend one another in a circle are refused")
  func circle() {
    let problems = Reading.problems(
      "extends: a.yaml\n", beside: ["a.yaml": "extends: b.yaml\n", "b.yaml": "extends: t.yaml\n"])
    #expect(problems == ["b.yaml:1:10: error: extends: 't.yaml' extends itself; break the circle"])
  }

  @Test("blame --set and the environment for what they brought in")
  func options() {
    let text = Reading.head + "strategies: {baseline: {}}\n"
    #expect(
      Reading.problems(text, set: [("training.batch", "x"), ("training.bach", "1")]) == [
        "--set training.bach=1: error: unknown key 'bach' in training; did you mean 'batch'? "
          + "known keys: epochs, images, batch, optimizer, schedule, label_smoothing, select_by",
        "--set training.batch=x: error: training.batch: received 'x', "
          + "expected a whole number from 1 to 65536",
      ])
    #expect(
      Reading.problems(text, set: [("seeds", "[1"), ("a..b", "1"), ("extends", "x")]) == [
        "--set seeds=[1: error: not valid YAML: while parsing a flow sequence (line 1) did not "
          + "find expected ',' or ']'; is a quote, bracket or colon missing?",
        "--set a..b=1: error: received the key 'a..b', expected keys joined by points; "
          + "write for example --set training.batch=32",
        "--set extends=x: error: 'extends' can only stand in a file",
      ])
    #expect(
      Reading.problems(text, set: [("image.size", "")]) == [
        "--set image.size=: error: image.size: received nothing, "
          + "expected a whole number from 8 to 1024"
      ])
  }
}
