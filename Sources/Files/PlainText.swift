/// Texts from files, names and paths as people may safely read them: what could move a terminal's
/// cursor, colour it, turn the direction of writing or make up a line of its own is written out.
///
/// For everything that is printed for people. Formats for programs, such as JSON and CSV, have escapes
/// of their own.
public enum PlainText {
  /// The text in one line: `\n`, `\t`, `\u{1B}` in the place of a line's end, a tab, an escape.
  public static func line(_ text: String) -> String { written(text, keepsLines: false) }

  /// The same for a text of several lines, whose line feeds stay.
  public static func lines(_ text: String) -> String { written(text, keepsLines: true) }

  /// Whether a scalar would do something else than stand where it is printed: control characters
  /// (C0, C1), what Unicode takes for the end of a line or paragraph, and what embeds, overrides or
  /// isolates a direction of writing.
  public static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x20, 0x7F...0x9F, 0x2028...0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func written(_ text: String, keepsLines: Bool) -> String {
    func stays(_ scalar: Unicode.Scalar) -> Bool {
      !isUnsafe(scalar) || keepsLines && scalar == "\n"
    }
    if text.unicodeScalars.allSatisfy(stays) { return text }
    var written = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case _ where stays(scalar): written.unicodeScalars.append(scalar)
      case "\n": written += "\\n"
      case "\r": written += "\\r"
      case "\t": written += "\\t"
      default: written += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
    return written
  }
}
