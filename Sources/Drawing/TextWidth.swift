/// How wide a label will be, before any browser has seen it.
///
/// Widths of Helvetica (Adobe's metrics file, in thousandths of the font size), which the sans-serif
/// faces of pages and papers differ from by a few percent; capitals and figures of other scripts
/// count as wide as a capital, ideographs and emoji as one em, combining marks as nothing.
public enum TextWidth {
  /// Width in the unit of `size`.
  public static func of(_ text: String, size: Double) -> Double {
    size * text.unicodeScalars.reduce(0) { $0 + thousandths($1) } / 1000
  }

  /// The longest beginning of `text` that fits into `width`, with an ellipsis where something is cut.
  public static func cut(_ text: String, to width: Double, size: Double) -> String {
    guard of(text, size: size) > width else { return text }
    var kept = text
    while let _ = kept.popLast(), of(kept + "…", size: size) > width {}
    while kept.last == " " { kept.removeLast() }
    return kept + "…"
  }

  private static func thousandths(_ scalar: Unicode.Scalar) -> Double {
    if scalar.value >= 0x20, scalar.value < 0x7F { return ascii[Int(scalar.value) - 0x20] }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    case .uppercaseLetter: return 700
    case .lowercaseLetter: return 556
    case .spaceSeparator: return 278
    default: break
    }
    let isWide =
      (0x1100...0x115F).contains(scalar.value) || (0x2E80...0xA4CF).contains(scalar.value)
      || (0xAC00...0xD7A3).contains(scalar.value) || (0xF900...0xFAFF).contains(scalar.value)
      || (0xFE30...0xFE6F).contains(scalar.value) || (0xFF00...0xFF60).contains(scalar.value)
      || properties.isEmojiPresentation || (0x20000...0x3FFFD).contains(scalar.value)
    return isWide ? 1000 : 600
  }

  /// From the space to the tilde.
  private static let ascii: [Double] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
  ]
}
