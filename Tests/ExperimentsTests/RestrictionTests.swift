import Experiments
import Recipes
import Testing

@Suite("Restricting an experiment") struct RestrictionTests {
  private static let reusing =
    Reading.head + """
      strategies:
        baseline: {}
        other: {strategy: effective-number-weights, grid: {beta: [0.9, 0.99]}}
        mine: {strategy: classifier-retraining, start: 0.8}
        adjusted: {strategy: posthoc-logit-adjustment, of: {strategy: classifier-retraining, start: 0.8}}
        tau-normalization: {}
      seeds: 2

      """
  private static let staged =
    Reading.head + """
      stages:
        - {name: one, classes: {top: 2}}
        - {name: two, classes: {remaining: 2}}
      strategies:
        baseline: {}
        tau-normalization: {}
        other: {strategy: inverse-weights}

      """

  private static func names(_ file: String, _ conditions: String...) throws -> [String] {
    let conditions = try conditions.map { try #require(RunCondition($0)) }
    return try Reading.read(file).restricted(to: conditions).recipes.map(\.runName)
  }

  @Test func `without conditions every run stays`() throws {
    let experiment = try Reading.read(Self.reusing)
    #expect(try experiment.restricted(to: []).recipes == experiment.recipes)
  }

  @Test func `all conditions must hold`() throws {
    #expect(try Self.names(Self.reusing, "strategy=baseline") == ["baseline-s1", "baseline-s2"])
    #expect(try Self.names(Self.reusing, "strategy=baseline", "seed=2") == ["baseline-s2"])
    #expect(
      try Self.names(Self.reusing, "variant=beta=0.9", "seed=1") == ["other-beta=0.9-s1"])
  }

  @Test func `of several conditions with one subject any may hold`() throws {
    #expect(
      try Self.names(Self.reusing, "strategy=baseline", "seed=2", "strategy=other") == [
        "baseline-s2", "other-beta=0.9-s2", "other-beta=0.99-s2",
      ])
    #expect(
      try Self.names(Self.reusing, "seed=1", "seed=2", "strategy=baseline") == [
        "baseline-s1", "baseline-s2",
      ])
    let error = #expect(throws: NoRunIsLeft.self) {
      try Self.names(Self.reusing, "strategy=baseline", "strategy=othr")
    }
    #expect(
      error?.description.hasPrefix("no run is left; did you mean 'other'? strategies") == true)
  }

  @Test func `the run that a post-hoc method changes stays, whatever it is called`() throws {
    #expect(
      try Self.names(Self.reusing, "strategy=adjusted", "seed=2") == ["mine-s2", "adjusted-s2"])
    #expect(
      try Self.names(Self.reusing, "strategy=tau-normalization", "seed=1") == [
        "baseline-s1", "tau-normalization-s1",
      ])
  }

  @Test func `the runs of earlier stages stay, and what they start from`() throws {
    #expect(
      try Self.names(Self.staged, "strategy=other") == ["other-one-s1", "other-two-s1"])
    #expect(
      try Self.names(Self.staged, "strategy=tau-normalization") == [
        "baseline-one-s1", "baseline-two-s1", "tau-normalization-one-s1",
        "tau-normalization-two-s1",
      ])
  }

  @Test func `nothing but the runs changes`() throws {
    let whole = try Reading.read(Self.reusing)
    let part = try whole.restricted(to: [RunCondition(.seed, is: "1")])
    #expect(part.seeds == whole.seeds && part.strategies == whole.strategies)
    #expect(part.baseline == whole.baseline && part.limits == whole.limits)
    #expect(part.recipes == whole.recipes.filter { $0.seed == 1 })
  }

  @Test func `a condition that leaves no run is named with the labels it was looked for in`() throws
  {
    let experiment = try Reading.read(Self.reusing)
    let error = #expect(throws: NoRunIsLeft.self) {
      try experiment.restricted(
        to: [RunCondition(.variant, is: "beta=0.99"), RunCondition(.seed, is: "7")])
    }
    #expect(error?.condition == RunCondition(.seed, is: "7"))
    #expect(error?.description == "no run is left; seeds here are 1, 2")
  }

  @Test(arguments: ["", "strategy", "strategy=", "=focal", "label=focal", "Seed=1"])
  func `what is no condition is refused`(text: String) { #expect(RunCondition(text) == nil) }
}
