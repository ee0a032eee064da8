import ArgumentParser
import Experiments
import Strategies

/// Reads one of a few words from the command line, for options that ArgumentParser would answer with
/// the list of all values.
enum Choice {
  /// The value of this name.
  ///
  /// - Throws: with the word that was probably meant, or with all of them.
  static func read<Value>(_ text: String) throws -> Value
  where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    if let value = Value(rawValue: text) { return value }
    throw ValidationError(advice(for: text, among: Value.allCases.map(\.rawValue)))
  }

  /// `did you mean 'focal'?`, or all that is known where nothing is near.
  static func advice(for text: String, among known: [String]) -> String {
    if let near = Suggestion.nearest(to: text, among: known) { return "did you mean '\(near)'?" }
    return "known: " + known.joined(separator: ", ")
  }
}

/// Finds commands that are not there, before ArgumentParser takes their names for arguments.
enum CommandName {
  /// What is wrong with the first words of a command line; `nil` where they name a command.
  static func problem(in arguments: [String]) -> Failure? {
    var words = arguments.prefix { !$0.hasPrefix("-") }[...]
    if words.first == "help" { words = words.dropFirst() }
    var (command, path): (any ParsableCommand.Type, [String]) = (Poise.self, ["poise"])
    while let word = words.popFirst() {
      let known = command.configuration.subcommands
      guard !known.isEmpty else { return nil }
      guard let next = known.first(where: { name(of: $0) == word }) else {
        return unknown(word, of: command, path)
      }
      (command, path) = (next, path + [word])
    }
    return nil
  }

  private static func unknown(
    _ word: String, of command: any ParsableCommand.Type, _ path: [String]
  ) -> Failure {
    let shown = command.configuration.subcommands.filter { $0.configuration.shouldDisplay }
    let near = Suggestion.nearest(to: word, among: shown.map { name(of: $0) })
    let whole = path.joined(separator: " ")
    let written = (path.dropFirst() + [word]).joined(separator: " ")
    let isStrategy =
      command == StrategiesCommand.self && StrategyCatalog.type(named: word) != nil
    let meant = isStrategy ? "show \(word)" : near
    let question = meant.map { "did you mean '\(whole) \($0)'? " } ?? ""
    return Failure(
      "error: no command is named '\(written)'; \(question)'\(whole) --help' lists the commands",
      code: ExitCode.validationFailure.rawValue)
  }

  private static func name(of command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? "\(command)".lowercased()
  }
}
