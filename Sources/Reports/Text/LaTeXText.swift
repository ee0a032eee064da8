/// Text of others as LaTeX that pdflatex takes.
enum LaTeXText {
  /// `&`, `%`, `$`, `#`, `_`, `{`, `}`, `~`, `^` and `\` as commands; control characters as spaces.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "&", "%", "$", "#", "_", "{", "}": escaped += "\\\(character)"
      case "~": escaped += "\\textasciitilde{}"
      case "^": escaped += "\\textasciicircum{}"
      case "\\": escaped += "\\textbackslash{}"
      // Else two of them would become one dash, or a quotation mark of another language.
      case "-": escaped += escaped.hasSuffix("-") ? "{}-" : "-"
      case "'": escaped += "\\textquotesingle{}"
      case "`": escaped += "\\textasciigrave{}"
      case "\"": escaped += "\\textquotedbl{}"
      case "<": escaped += "\\textless{}"
      case ">": escaped += "\\textgreater{}"
      case "|": escaped += "\\textbar{}"
      default:
        escaped += character.properties.generalCategory == .control ? " " : String(character)
      }
    }
    return escaped
  }

  /// A number whose sign is a minus and no hyphen.
  static func number(_ text: String) -> String {
    text.replacing("-", with: "$-$").replacing("+", with: "$+$")
  }

  /// Characters of a text for which pdflatex with T1 fonts has no letter; each once, in their order.
  static func beyond(_ text: String) -> [Character] {
    var found: [Character] = []
    for character in text where !character.unicodeScalars.allSatisfy({ $0.value < 0x180 }) {
      if !found.contains(character) { found.append(character) }
    }
    return found
  }
}
