import ArgumentParser
import Experiments
import Foundation
import Strategies

/// Lists the strategies that a file can name, or shows one.
struct StrategiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategies", abstract: "Lists strategies, shows or tests one.",
    subcommands: [List.self, ShowStrategy.self, TestStrategies.self],
    defaultSubcommand: List.self)

  /// One line a strategy, by family.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One line a strategy, by family.")

    func run() throws {
      let width = StrategyCatalog.all.map { $0.name.count }.max() ?? 0
      var lines: [String] = []
      for family in StrategyCard.Family.allCases {
        let members = StrategyCatalog.all.filter { $0.card.family == family }
        guard !members.isEmpty else { continue }
        lines.append(family.rawValue)
        lines += members.map {
          "  " + $0.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  "
            + $0.card.summary
        }
      }
      lines.append("\n'poise strategies show NAME' has formula, parameters and paper.")
      try Terminal.tell(lines.joined(separator: "\n"))
    }
  }

  /// Formula, parameters with defaults and ranges, paper.
  struct ShowStrategy: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Formula, parameters with defaults and ranges, paper.")

    @Argument(
      help: "The strategy's name.", completion: .list(StrategyCatalog.all.map { $0.name }))
    var name: String

    func run() throws {
      let type = try strategyType(named: name)
      let card = type.card
      var lines = [
        type.name, "  " + card.summary, "", "formula    " + card.formula,
        "paper      " + card.paper, "family     " + card.family.rawValue,
      ]
      if let remark = card.remark { lines.append("remark     " + remark) }
      if !card.parameters.isEmpty { lines += ["", "parameters"] }
      for parameter in card.parameters {
        lines.append("  \(parameter.key): \(parameter.defaultValue)    (\(parameter.range))")
        lines.append("      \(parameter.meaning)")
      }
      try Terminal.tell(lines.joined(separator: "\n"))
    }
  }

  /// Measures strategies with their defaults on a small long tail.
  struct TestStrategies: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test",
      abstract: "Measures draws, gradients and repeatability, of one strategy or all.")

    @Argument(
      help: "The strategy's name; all where absent.",
      completion: .list(StrategyCatalog.all.map { $0.name }))
    var name: String?

    func run() throws {
      let types = try name.map { [try strategyType(named: $0)] } ?? StrategyCatalog.all
      var failures = 0
      for type in types {
        let findings = try StrategyTrial(type).findings
        var lines = [type.name]
        let width = findings.map(\.what.count).reduce(22, max)
        for finding in findings {
          lines.append(
            "  \(finding.passes ? "ok    " : "FAILED")  "
              + finding.what.padding(toLength: width, withPad: " ", startingAt: 0)
              + "  " + finding.measured)
        }
        failures += findings.count { !$0.passes }
        try Terminal.tell(lines.joined(separator: "\n"))
      }
      let counts = StrategyTrial.counts.map { "\($0)" }.joined(separator: ", ")
      try Terminal.tell(
        "\n\(types.count) strategies on classes of \(counts) images: "
          + (failures == 0 ? "all as promised" : "\(failures) promises broken"))
      if failures > 0 { throw ExitCode.failure }
    }
  }
}

/// The strategy of this name.
private func strategyType(named name: String) throws -> any Strategy.Type {
  if let type = StrategyCatalog.type(named: name) { return type }
  let near = Suggestion.nearest(to: name, among: StrategyCatalog.names)
  throw ValidationError(
    "no strategy is named '\(name)'; \(near.map { "did you mean '\($0)'? " } ?? "")"
      + "'poise strategies' lists them")
}
