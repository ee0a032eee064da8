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

  /// Columns that a list may take: those of the terminal; in files and pipes as many as it needs.
  static var listWidth: Int { outputIsTerminal ? width : .max }

  /// Columns of the terminal of standard error; 80 where it does not say.
  static var errorWidth: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 80
  }

  /// Lines of the terminal; 24 where there is none.
  static var height: Int {
    var size = winsize()
    if outputIsTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 {
      return Int(size.ws_row)
    }
    return 24
  }

  /// Colour only on a terminal, and never where `NO_COLOR` is set.
  static var usesColor: Bool {
    outputIsTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  }

  /// Writes lines to standard error; what they quote cannot change the terminal. Where nobody can be
  /// told, nothing is.
  static func complain(_ message: String) { draw(PlainText.lines(message) + "\n") }

  /// Writes each sentence in a line of its own to standard error; of very many the first.
  static func complain(each sentences: [String]) {
    guard !sentences.isEmpty else { return }
    complain(Shortening.lines(sentences.map(PlainText.line)))
  }

  /// Writes text to standard error as it is; where nobody can be told, nothing is.
  static func draw(_ text: String) {
    var sink = FileSink(descriptor: STDERR_FILENO, path: "standard error")
    try? sink.write(text)
    try? sink.flush()
  }

  /// Writes lines for people to standard output; what they quote cannot change the terminal.
  ///
  /// - Throws: `Failure` where they cannot be written, such as to a full disk.
  static func tell(_ text: String) throws(Failure) { try show(PlainText.lines(text)) }

  /// Writes text to standard output as it is, with a line break at its end: for programs, or with
  /// colours.
  ///
  /// - Throws: `Failure` where it cannot be written, such as to a full disk.
  static func show(_ text: String) throws(Failure) {
    var sink = FileSink(descriptor: STDOUT_FILENO, path: "standard output")
    do throws(FileError) {
      try sink.write(text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n")
      try sink.flush()
    } catch {
      let advice = error.advice.isEmpty ? "" : "; \(error.advice)"
      throw Failure(
        "cannot write to standard output: \(error.reason)\(advice)", code: Failure.cannotWrite)
    }
  }
}
