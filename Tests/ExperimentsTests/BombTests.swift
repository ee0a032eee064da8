import Foundation
import TestSupport
import Testing

/// Small files that would take a parser minutes or gigabytes.
@Suite("Bombs", .serialized)
struct BombTests {
  /// `&a0 [x, …]`, `&a1 [*a0, …]`, …
  static func laughs(levels: Int, width: Int, asKey: Bool = false) -> String {
    var text = "a0: &a0 [\(Array(repeating: "x", count: width).joined(separator: ", "))]\n"
    for level in 1..<levels {
      let aliases = Array(repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
      text += asKey ? "? &a\(level) [\(aliases)]\n: 1\n" : "a\(level): &a\(level) [\(aliases)]\n"
    }
    return text
  }

  static let bombs: [(name: String, text: String, problem: String)] = [
    ("a billion laughs", laughs(levels: 10, width: 10), "more than 100000 values"),
    (
      "many aliases", "a: &a 1\nb: [" + String(repeating: "*a, ", count: 51) + "]\n",
      "more than 50 aliases"
    ),
    (
      "laughs with few aliases", laughs(levels: 17, width: 3),
      "more than 100000 values once aliases are expanded"
    ),
    ("laughs as keys", laughs(levels: 10, width: 3, asKey: true), "a complex key ('? ')"),
    (
      "laughs as flow keys",
      laughs(levels: 16, width: 3) + "[*a15, *a15]: 1\n{*a15 : 2}: 1\n*a15 : 3\n",
      "more than 100000 values once aliases are expanded"
    ),
    ("an alias as a key", "a: &a [1, 2]\n*a : 1\n", "a list as a key"),
    ("a nest of lists", String(repeating: "[", count: 100_000), "brackets nested more than 64"),
    (
      "a nest of mappings", String(repeating: "{a: ", count: 100_000),
      "brackets nested more than 64"
    ),
    ("a nest of dashes", String(repeating: "- ", count: 900) + "x\n", "nested more than 32 levels"),
    (
      "a nest of 40 lists",
      "a: " + String(repeating: "[", count: 40)
        + String(repeating: "]", count: 40) + "\n", "nested more than 32 levels"
    ),
    (
      "a long list", "a: [" + String(repeating: "1,", count: 400_000) + "]\n",
      "more than 100000 values"
    ),
    ("a node that holds itself", "a: &a [*a]\n", "alias '*a' has no anchor"),
    ("a merge of itself", "a: &a {b: 1, <<: *a}\n", "merge keys ('<<') are not supported"),
  ]

  @Test("are refused, and told what they are", arguments: bombs.indices)
  func areRefused(_ index: Int) {
    let bomb = Self.bombs[index]
    let problems = Reading.problems(bomb.text)
    #expect(problems.contains { $0.contains(bomb.problem) }, "\(bomb.name): \(problems)")
  }

  @Test("cost less than a fifth of a second", arguments: bombs.indices)
  func areCheap(_ index: Int) {
    let bomb = Self.bombs[index]
    let limit = Duration.milliseconds(200)
    var best = Duration.seconds(60)
    // The least of three, since other tests empty the caches.
    for _ in 0..<3 where best > limit {
      best = min(best, ProcessorTime.of { _ = Reading.problems(bomb.text) })
    }
    #expect(best < limit, "\(bomb.name) took \(best)")
  }

  @Test("are not what fifty honest aliases are")
  func honestAliases() {
    let lists = (0..<50).map { "    l\($0): *usual\n" }.joined()
    let text = Reading.head + "strategies: {baseline: {}}\nseeds: &usual [1, 2]\na:\n\(lists)"
    #expect(Reading.problems(text).count == 1)
    #expect(Reading.problems(text).first?.contains("unknown key 'a'") == true)
  }

  @Test("of more than a thousand problems the rest is counted")
  func manyProblems() {
    let keys = (0..<1_500).map { "key\($0): 1\n" }.joined()
    let problems = Reading.problems(Reading.head + "strategies: {baseline: {}}\n" + keys)
    #expect(problems.count == 1_001)
    #expect(problems.last?.contains("there are 500 more problems like these") == true)
    #expect(problems.first?.contains("unknown key 'key0'") == true)
  }

  @Test("a regular expression has a length")
  func longPattern() {
    let nest = String(repeating: "(", count: 1_001)
    let text = Reading.head + "strategies: {baseline: {}}\nsplit: {group: {pattern: '\(nest)'}}\n"
    #expect(
      Reading.problems(text).contains { $0.contains("received 1001 bytes, expected at most 1000") })
  }
}
