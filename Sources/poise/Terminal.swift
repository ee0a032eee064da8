import Experiments
import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the door prints: results on standard output, everything else on standard error.
enum Terminal {
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns of the terminal; 80 where there is none.
  static var width: Int {
    var size = winsize()
    let request = UInt(TIOCGWINSZ)
    if outputIsTerminal, ioctl(STDOUT_FILENO, request, &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init) ?? 80
  }

  /// Colour only on a terminal, and never where `NO_COLOR` is set.
  static var usesColor: Bool {
    outputIsTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  }

  /// Writes lines to standard error; what they quote cannot change the terminal.
  static func complain(_ message: String) {
    FileHandle.standardError.write(Data((PlainText.lines(message) + "\n").utf8))
  }

  /// Writes each sentence in a line of its own to standard error; of very many the first.
  static func complain(each sentences: [String]) {
    guard !sentences.isEmpty else { return }
    complain(Shortening.lines(sentences.map(PlainText.line)))
  }

  /// Writes lines for people to standard output; what they quote cannot change the terminal.
  static func tell(_ text: String) { show(PlainText.lines(text)) }

  /// Writes text to standard output as it is, with a line break at its end: for programs, or with
  /// colours.
  static func show(_ text: String) {
    FileHandle.standardOutput.write(
      Data((text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n").utf8))
  }
}
