import Foundation

/// Shows long texts page by page, on a terminal only.
enum Pager {
  /// Shows text with `$PAGER`, or `less -R` where that is there; text that fits, and all text that goes
  /// to no terminal, is shown as it is. A pager that cannot be started loses nothing.
  ///
  /// - Throws: `Failure` where the text cannot be written.
  static func show(_ text: String) throws {
    let environment = ProcessInfo.processInfo.environment
    guard Terminal.outputIsTerminal,
      text.split(separator: "\n", omittingEmptySubsequences: false).count
        > Terminal.height
    else { return try Terminal.show(text) }
    let command = environment["PAGER"] ?? "less -R"
    guard !command.isEmpty, command != "cat" else { return try Terminal.show(text) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    // As git has it: leave where one screen is enough, colours as they are, and the text stays.
    process.environment = environment.merging(["LESS": environment["LESS"] ?? "FRX"]) { $1 }
    let pipe = Pipe()
    process.standardInput = pipe
    guard (try? process.run()) != nil else { return try Terminal.show(text) }
    // A pager that is left early closes its end.
    signal(SIGPIPE, SIG_IGN)
    try? pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try? pipe.fileHandleForWriting.close()
    process.waitUntilExit()
    // 126 and 127 are the shell's: it could not start the program.
    if process.terminationReason == .exit, process.terminationStatus >= 126 {
      try Terminal.show(text)
    }
  }
}
