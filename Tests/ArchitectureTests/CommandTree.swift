import Foundation

/// The subcommands of one of our programs, as its sources declare them.
struct CommandTree {
  struct Command {
    var type: String
    var file: String
    var name: String
    /// Types of its subcommands.
    var children: [String]
    var isHidden: Bool
  }

  var commands: [Command] = []

  /// Reads every `struct … : ParsableCommand` with its `CommandConfiguration`.
  ///
  /// - Parameter sources: text by file.
  init(sources: [String: String]) {
    for (file, source) in sources.sorted(by: { $0.key < $1.key }) {
      let starts = source.matches(of: /struct (\w+): ParsableCommand/)
      for (index, start) in starts.enumerated() {
        let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : source.endIndex
        let body = source[start.range.upperBound..<end]
        let list = body.firstMatch(of: /subcommands: \[([^\]]*)\]/)?.1 ?? ""
        commands.append(
          Command(
            type: String(start.1), file: file,
            name: body.firstMatch(of: /commandName: "([^"]+)"/).map { String($0.1) }
              ?? Self.name(of: start.1),
            children: list.matches(of: /(\w+)\.self/).map { String($0.1) },
            isHidden: body.contains("shouldDisplay: false")))
      }
    }
  }

  /// The name that ArgumentParser gives a type without one: `ShowStrategy` → `show-strategy`.
  private static func name(of type: Substring) -> String {
    type.enumerated().map { ($0 > 0 && $1.isUppercase ? "-" : "") + $1.lowercased() }.joined()
  }

  /// Subcommands of the command named `parent`; of two types of one name the one in its file counts.
  private func children(of parent: Command) -> [Command] {
    parent.children.compactMap { type in
      let known = commands.filter { $0.type == type }
      return known.first { $0.file == parent.file } ?? known.first
    }
  }

  /// Names of what the program offers at its first level.
  func names(ofProgram program: String, hidden: Bool) -> Set<String> {
    guard let root = commands.first(where: { $0.name == program }) else { return [] }
    return Set(children(of: root).filter { $0.isHidden == hidden }.map(\.name))
  }

  /// What help shows, such as `cache` and `cache list`.
  func paths(ofProgram program: String) -> Set<String> {
    guard let root = commands.first(where: { $0.name == program }) else { return [] }
    var paths: Set<String> = []
    for command in children(of: root) where !command.isHidden {
      paths.insert(command.name)
      for child in children(of: command) { paths.insert("\(command.name) \(child.name)") }
    }
    return paths
  }

  /// What a table of commands says there is, from its first cells.
  ///
  /// `poise cache [list/clear]` says `cache`, `cache list` and `cache clear`; words in capitals and
  /// options are arguments.
  static func paths(ofProgram program: String, inCells cells: [String]) -> Set<String> {
    var paths: Set<String> = []
    for cell in cells {
      for span in cell.matches(of: /`([^`]+)`/) where span.1.hasPrefix("\(program) ") {
        let words = span.1.split { " /[]".contains($0) }.dropFirst()
          .filter { $0.wholeMatch(of: /[a-z][a-z-]*/) != nil }
        guard let command = words.first else { continue }
        paths.insert(String(command))
        for word in words.dropFirst() { paths.insert("\(command) \(word)") }
      }
    }
    return paths
  }

  /// Commands that documents name in code and that the program does not have, one sentence each.
  func strangers(ofProgram program: String, in documents: Documents) -> [String] {
    let known = names(ofProgram: program, hidden: false)
      .union(names(ofProgram: program, hidden: true)).union(["help"])
    var found: Set<String> = []
    for (path, code) in documents.code {
      for match in code.matches(of: /(\w+) ([a-z][a-z-]*)/) {
        guard match.1 == program, !known.contains(String(match.2)) else { continue }
        found.insert("\(path) names '\(program) \(match.2)', which does not exist")
      }
    }
    return found.sorted()
  }
}
