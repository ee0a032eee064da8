/// How a text stands in a JSON file (RFC 8259): in quotes, with nothing escaped but what must be.
public enum JSONString {
  /// How control characters without a letter of their own in every JSON writer are escaped.
  public enum ControlEscapes: Sendable {
    /// Backspace and form feed by their numbers: `\u0008`, `\u000c`.
    case numbers
    /// Backspace and form feed by their letters, `\b` and `\f`, as serde_json and Python write them.
    case letters
  }

  /// The text in quotes. Quotes, backslashes and control characters are escaped, all else stays.
  public static func quoted(_ text: String, _ escapes: ControlEscapes = .numbers) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\u{8}" where escapes == .letters: quoted += "\\b"
      case "\u{C}" where escapes == .letters: quoted += "\\f"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
