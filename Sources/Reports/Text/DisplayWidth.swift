/// How many terminal cells a text takes: wide characters take two, combining marks none.
///
/// Covers the blocks that class names are written in (CJK, kana, hangul, emoji, full-width forms);
/// ambiguous-width characters count as one.
enum DisplayWidth {
  static func of(_ text: String) -> Int {
    var ascii = true
    var count = 0
    for byte in text.utf8 {
      if byte >= 0x80 {
        ascii = false
        break
      }
      count += 1
    }
    if ascii { return count }
    return text.reduce(0) { $0 + of($1) }
  }

  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // U+FE0F asks for the emoji form, which is wide.
      if scalar.value == 0xFE0F { return 2 }
      width = max(width, of(scalar))
    }
    return width
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// The text filled with spaces to `width` cells; unchanged if it is wider.
  static func pad(_ text: String, to width: Int, right: Bool = false) -> String {
    let missing = width - of(text)
    guard missing > 0 else { return text }
    let space = String(repeating: " ", count: missing)
    return right ? space + text : text + space
  }

  /// The text in at most `width` cells; the middle gives way, as both ends tell names apart.
  static func shorten(_ text: String, to width: Int, ellipsis: String) -> String {
    guard of(text) > width else { return text }
    let room = max(width - of(ellipsis), 0)
    let head = prefix(text, cells: (room + 1) / 2)
    let tail = String(prefix(String(text.reversed()), cells: room / 2).reversed())
    return head + ellipsis + tail
  }

  private static func prefix(_ text: String, cells: Int) -> String {
    var result = ""
    var used = 0
    for character in text {
      used += of(character)
      if used > cells { break }
      result.append(character)
    }
    return result
  }
}
