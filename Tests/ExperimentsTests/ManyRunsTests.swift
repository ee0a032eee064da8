import Experiments
import Testing

/// Files that stand for very many runs, or have very many faults.
@Suite("many") struct ManyRunsTests {
  @Test func `problems are told up to a hundred, and all of them are counted`() throws {
    let strategies = (0..<150).map { "  s\($0): {strategy: focal, gamma: -1}\n" }.joined()
    let text = Reading.head + "strategies:\n  baseline: {}\n" + strategies
    #expect(Reading.problems(text).count == 150)
    let error = try #require(
      throws: (any Error).self, performing: { try Reading.read(text) })
    let lines = "\(error)".split(separator: "\n")
    #expect(lines.count == 101 && lines.last == "… and 50 more")
    #expect(lines[99].contains("strategies.s99: "))
  }

  @Test func `lists and lines are cut where more would be shown than is read`() {
    #expect(Shortening.lines(["a", "b"], limit: 2) == "a\nb")
    #expect(Shortening.lines(["a", "b", "c"], limit: 2) == "a\nb\n… and 1 more")
    #expect(Shortening.list(["a", "b"], limit: 2) == "a, b")
    #expect(Shortening.list(["a", "b", "c", "d"], limit: 2) == "a, b and 2 more")
  }

  @Test func `a hundred stages are enough`() throws {
    func problems(_ count: Int) -> [String] {
      let stages = (0..<count).map { "  - {name: s\($0), classes: {top: 2}}\n" }.joined()
      return Reading.problems(
        Reading.head + "strategies: {baseline: {}}\nseeds: 1\nstages:\n" + stages)
    }
    #expect(!problems(100).contains { $0.contains("at most") })
    #expect(
      problems(101) == [
        "t.yaml:7:3: error: stages: received a list, expected at most 100 stages; every run names "
          + "all stages before its own"
      ])
  }

  @Test func `of many variants the same are found`() throws {
    let gammas = (0..<200).map { "\(Double($0) / 100)" }.joined(separator: ", ")
    let text =
      Reading.head + "strategies:\n  baseline: {}\n  focal: {grid: {gamma: [\(gammas)]}}\n"
    let experiment = try Reading.read(text)
    #expect(experiment.recipes.count == 201)
    let same = experiment.warnings.filter { $0.message.contains("trains the same as") }
    #expect(
      same.map(\.message) == [
        "strategies.focal (gamma=0) trains the same as strategies.baseline"
      ])
  }
}
