import ArgumentParser
import Results
import ResultsSQLite

/// Puts words on runs, or takes them away.
struct TagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Puts words on runs, to find them by; --remove takes them away.",
    discussion: """
      Runs come first, by number or name, then the words.

        poise tag 3 4 final         puts 'final' on two runs
        poise runs --tag final      lists them
      """)

  @Argument(help: "Runs by number or name, then one word or more.") var arguments: [String]
  @OptionGroup var store: StoreOptions
  @Flag(help: "Take the words away.") var remove = false

  func run() throws {
    let opened = try store.open()
    let summaries = try opened.listedRuns(ofSweep: try store.sweep(in: opened).name)
    let names = Set(summaries.map(\.name))
    let isRun = { (text: String) in Int64(text) != nil || names.contains(text) }
    let runs = try arguments.prefix(while: isRun).map {
      try RunSelection.run($0, among: summaries, in: opened, store)
    }
    let tags = arguments.drop(while: isRun)
    guard !runs.isEmpty else {
      throw Failure(
        "'\(arguments[0])' is no run of the sweep; 'poise runs' lists them",
        code: Failure.missingInput)
    }
    guard !tags.isEmpty else { throw ValidationError("no word is given after the runs") }
    if let wrong = tags.first(where: { !Self.isWord($0) }) {
      throw ValidationError(
        "'\(wrong)' is no tag: expected letters, digits, '.', '_' and '-', a letter first; a sentence "
          + "is a note")
    }
    let writable = try SQLiteRunStore(path: store.results)
    for run in runs {
      for tag in tags where remove {
        if try !writable.remove(tag: tag, from: run.id) {
          Terminal.complain("run \(run.id) (\(run.name)) has no tag '\(tag)'")
        }
      }
      for tag in tags where !remove { try writable.add(tag: tag, to: run.id) }
    }
  }

  private static func isWord(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter, text.count <= 64 else {
      return false
    }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }
}

/// Adds a sentence to a run.
struct NoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Adds a sentence to a run; lists and reports show it.")

  @OptionGroup var chosen: RunOption
  @Argument(help: "What is to be kept with the run.") var text: String

  func validate() throws {
    if text.allSatisfy(\.isWhitespace) { throw ValidationError("the note is empty") }
  }

  func run() throws {
    let opened = try chosen.store.open()
    let details = try chosen.details(in: opened)
    try SQLiteRunStore(path: chosen.store.results).add(comment: text, to: details.summary.id)
  }
}
