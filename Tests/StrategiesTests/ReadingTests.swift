import Datasets
import Foundation
import Strategies
import Testing

@Suite("Reading strategies") struct ReadingTests {
  private func problems(_ name: String, _ json: String) -> [String] {
    StrategyConfiguration.problems(name: name, parametersJSON: Data(json.utf8))
      .map { "\($0.key ?? "-"): \($0.message)" }
  }

  @Test("Absent keys have their defaults")
  func defaults() throws {
    let read = try StrategyConfiguration(
      name: "effective-number-weights", parametersJSON: Data(#"{"beta": 0.99}"#.utf8))
    let strategy = try #require(read.strategy as? EffectiveNumberWeights)
    #expect(strategy.beta == 0.99)
    #expect(strategy.normalization == .meanOverClasses)
    #expect(strategy.reduction == .meanOverWeights)
  }

  @Test("Unset keys stay unset, and null unsets")
  func unset() throws {
    let read = try StrategyConfiguration(
      name: "undersampling", parametersJSON: Data(#"{"to": null}"#.utf8))
    #expect((read.strategy as? Undersampling)?.to == nil)
    #expect(read.strategy.storedParameters == [:])
  }

  @Test("Each error names its key, what was received and what was expected")
  func errors() {
    #expect(
      problems("effective-number-weights", #"{"betta": 0.9}"#) == [
        "betta: effective-number-weights has no parameter 'betta'; it has beta, normalization, "
          + "reduction"
      ])
    #expect(
      problems("baseline", #"{"beta": 0.9}"#) == [
        "beta: baseline has no parameter 'beta'; it has none"
      ])
    #expect(
      problems("effective-number-weights", #"{"beta": "high"}"#) == [
        #"beta: beta is "high", but must be a number, 0 ≤ beta < 1"#
      ])
    #expect(
      problems("effective-number-weights", #"{"beta": 1}"#) == [
        "beta: beta is 1.0, but must be a number, 0 ≤ beta < 1"
      ])
    #expect(
      problems("inverse-weights", #"{"reduction": "sum"}"#) == [
        #"reduction: reduction is "sum", but must be mean_over_examples or mean_over_weights"#
      ])
    #expect(
      problems("undersampling", #"{"to": 2.5}"#) == [
        "to: to is 2.5, but must be a whole number, at least 1"
      ])
    #expect(
      problems("undersampling", #"{"to": 0}"#) == [
        "to: to is 0, but must be a whole number, at least 1"
      ])
    #expect(
      problems("combined", #"{"allow_overcompensation": "yes"}"#) == [
        #"allow_overcompensation: allow_overcompensation is "yes", but must be true or false"#
      ])
  }

  @Test("All unknown keys and wrong types are listed at once")
  func allAtOnce() {
    let found = problems(
      "effective-number-weights", #"{"betta": 0.9, "reduction": 3, "normalization": "none"}"#)
    #expect(found.map { $0.prefix { $0 != ":" } } == ["betta", "reduction"])
  }

  @Test("An unknown strategy is answered with those that exist")
  func unknownStrategy() {
    let found = problems("fokal", "{}")
    #expect(found.count == 1)
    #expect(found[0].contains("no strategy is named 'fokal'"))
    #expect(found[0].contains("effective-number-weights"))
  }

  @Test("Parameters that are no object are an error", arguments: ["[]", "3", "", "{"])
  func noObject(_ json: String) {
    #expect(problems("baseline", json).count == 1)
  }

  @Test("Errors inside of parts name the part and its key")
  func nested() {
    #expect(
      problems(
        "combined", #"{"parts": ["sqrt-sampling", {"name": "inverse-weights", "betta": 1}]}"#)
        == [
          "parts[1].betta: inverse-weights has no parameter 'betta'; it has normalization, "
            + "reduction"
        ])
    #expect(
      problems(
        "combined",
        #"{"parts": ["sqrt-sampling", {"name": "effective-number-weights", "beta": 2}]}"#)
        == ["parts[1].beta: parts[1].beta is 2.0, but must be a number, 0 ≤ beta < 1"])
    #expect(
      problems("combined", #"{"parts": ["sqrt-sampling", "fokal"]}"#)[0]
        .hasPrefix("parts[1]: no strategy is named 'fokal'"))
    #expect(
      problems("combined", #"{"parts": [7, "sqrt-sampling"]}"#) == [
        "parts[0]: a strategy is 7, but must be a name, or a mapping with a name"
      ])
  }

  @Test("The stored form, the short forms and the name alone are one strategy")
  func shortForms() throws {
    let forms = [
      #"{"name": "sqrt-sampling", "parameters": {"power": 0.5}}"#,
      #"{"name": "sqrt-sampling", "power": 0.5}"#,
      #"{"name": "sqrt-sampling"}"#,
      #""sqrt-sampling""#,
    ]
    let read = try forms.map {
      try JSONDecoder().decode(StrategyConfiguration.self, from: Data($0.utf8))
    }
    #expect(Set(read) == [StrategyConfiguration(SqrtSampling())])
    let stored = try JSONEncoder().encode(read[3])
    #expect(try JSONDecoder().decode(StrategyConfiguration.self, from: stored) == read[0])
  }

  @Test("Configurations differ where a parameter does")
  func equality() throws {
    let a = try StrategyConfiguration(name: "sqrt-sampling", parameters: ["power": .number(0.25)])
    #expect(a != StrategyConfiguration(SqrtSampling()))
    #expect(a.hashValue != StrategyConfiguration(SqrtSampling()).hashValue)
  }
}
