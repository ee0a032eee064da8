/// How plain text may look: chosen by whoever knows where it goes.
public struct TextStyle: Hashable, Sendable {
  /// Cells in a line; tables that are wider are cut into blocks.
  public var width: Int
  /// Whether signs beyond ASCII may be used: ▲ ▼ ± − … ─.
  public var unicode: Bool
  /// Whether ANSI colours may be used; never where the output is no terminal.
  public var colour: Bool
  /// Whether CSV has every text as it is, also one that a spreadsheet would take for a formula.
  public var exactCSV = false

  /// Eighty columns, UTF-8, no colour.
  public init(width: Int = 80, unicode: Bool = true, colour: Bool = false) {
    (self.width, self.unicode, self.colour) = (width, unicode, colour)
  }

  var minus: String { unicode ? "−" : "-" }
  var dash: String { unicode ? "–" : "-" }
  var plusMinus: String { unicode ? "±" : "+-" }
  var ellipsis: String { unicode ? "…" : "~" }
  var line: String { unicode ? "─" : "-" }
  var bullet: String { unicode ? "•" : "*" }

  func sign(of mark: ClassChange.Mark) -> String {
    switch mark {
    case .gain: unicode ? "▲" : "+"
    case .loss: unicode ? "▼" : "-"
    case .none: ""
    }
  }
}

/// What a piece of text means, for those who may colour it.
enum Tone {
  case plain, strong, faint, good, bad

  init(_ mark: ClassChange.Mark) {
    switch mark {
    case .gain: self = .good
    case .loss: self = .bad
    case .none: self = .plain
    }
  }

  func paint(_ text: String, _ style: TextStyle) -> String {
    guard style.colour, self != .plain, !text.isEmpty else { return text }
    let code =
      switch self {
      case .plain: "0"
      case .strong: "1"
      case .faint: "2"
      case .good: "32"
      case .bad: "31"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
