import Files

/// JSON (RFC 8259) with keys in the order in which they were given. No NaN: undefined is `null`.
indirect enum JSONText {
  case object([(String, JSONText)])
  case array([JSONText])
  case text(String)
  case integer(Int)
  case number(Double?)
  case truth(Bool)
  case null

  init(_ text: String?) { self = text.map(JSONText.text) ?? .null }
  init(_ integer: Int?) { self = integer.map(JSONText.integer) ?? .null }

  /// Two spaces a level; arrays of plain values stay in one line. Ends with a line end.
  func rendered() -> String {
    var text = ""
    write(to: &text, indent: 0)
    return text + "\n"
  }

  /// In one line without spaces, and without `<`, so that it can stand in a page's script element.
  func compact() -> String {
    var text = ""
    writeCompact(to: &text)
    return text.replacing("<", with: "\\u003c")
  }

  private func writeCompact(to out: inout String) {
    switch self {
    case .object(let members):
      out += "{"
      for (index, member) in members.enumerated() {
        out += (index > 0 ? "," : "") + JSONString.quoted(member.0) + ":"
        member.1.writeCompact(to: &out)
      }
      out += "}"
    case .array(let items):
      out += "["
      for (index, item) in items.enumerated() {
        if index > 0 { out += "," }
        item.writeCompact(to: &out)
      }
      out += "]"
    default: write(to: &out, indent: 0)
    }
  }

  private var isPlain: Bool {
    switch self {
    case .object, .array: false
    default: true
    }
  }

  private func write(to out: inout String, indent: Int) {
    switch self {
    case .object(let members):
      let parts = members.map { (prefix: JSONString.quoted($0.0) + ": ", value: $0.1) }
      Self.write(parts, between: ("{", "}"), to: &out, indent: indent)
    case .array(let items) where items.allSatisfy(\.isPlain):
      out += "["
      for (index, item) in items.enumerated() {
        if index > 0 { out += ", " }
        item.write(to: &out, indent: indent)
      }
      out += "]"
    case .array(let items):
      Self.write(items.map { ("", $0) }, between: ("[", "]"), to: &out, indent: indent)
    case .text(let text): out += JSONString.quoted(text)
    case .integer(let integer): out += String(integer)
    case .number(let number):
      out += number.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null"
    case .truth(let truth): out += truth ? "true" : "false"
    case .null: out += "null"
    }
  }

  private static func write(
    _ parts: [(prefix: String, value: JSONText)], between ends: (String, String),
    to out: inout String, indent: Int
  ) {
    guard !parts.isEmpty else {
      out += ends.0 + ends.1
      return
    }
    out += ends.0
    for (index, part) in parts.enumerated() {
      out += index > 0 ? ",\n" : "\n"
      out += String(repeating: " ", count: indent + 2) + part.prefix
      part.value.write(to: &out, indent: indent + 2)
    }
    out += "\n" + String(repeating: " ", count: indent) + ends.1
  }
}
