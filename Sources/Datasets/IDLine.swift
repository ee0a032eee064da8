/// How an id stands in a line of a list, so that it reads back as it was.
///
/// Most stand as they are. One that begins with a quote, begins or ends with a blank, is empty or
/// holds the end of a line or another control character stands in double quotes, with `\\"`, `\\\\`,
/// and every such character as its number in braces, such as `\\u{A}`.
public enum IDLine {
  /// The line of an id, without its end.
  public static func text(of id: String) -> String {
    let isPlain =
      !id.isEmpty && !id.hasPrefix("\"") && id.trimmingBlanks() == id
      && id.unicodeScalars.allSatisfy { !endsLine($0) }
    if isPlain { return id }
    var text = "\""
    for scalar in id.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        text += "\\\(scalar)"
      } else if endsLine(scalar) {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// The id that a line names. A line in quotes names what it quotes if there is such an id, else
  /// itself.
  static func id(in line: String, isKnown: (String) -> Bool) -> String {
    guard line.hasPrefix("\""), let id = unquoted(line), isKnown(id) else { return line }
    return id
  }

  /// Control characters and what Unicode takes for the end of a line.
  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
      || scalar.value == 0x2029
  }

  private static func unquoted(_ line: String) -> String? {
    let scalars = Array(line.unicodeScalars)
    guard scalars.count >= 2, scalars.last == "\"" else { return nil }
    var id = String.UnicodeScalarView()
    var rest = scalars[1..<scalars.count - 1]
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        if scalar == "\"" { return nil }
        id.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "\""?: id.append("\"")
      case "\\"?: id.append("\\")
      case "u"?:
        guard rest.popFirst() == "{", let end = rest.firstIndex(of: "}") else { return nil }
        var digits = ""
        digits.unicodeScalars.append(contentsOf: rest[rest.startIndex..<end])
        guard let value = UInt32(digits, radix: 16), let character = Unicode.Scalar(value) else {
          return nil
        }
        id.append(character)
        rest = rest[(end + 1)...]
      default: return nil
      }
    }
    return String(id)
  }
}

extension DatasetSplits {
  /// The ids of one part, in the catalogue's order, one a line: what `split.test.lists` reads.
  public func idList(of part: SplitName) -> String {
    let examples =
      switch part {
      case .train: training.examples
      case .validation: validation.examples
      case .test: test.examples
      }
    return examples.map { IDLine.text(of: catalogue.examples[$0.example].id) + "\n" }.joined()
  }
}
