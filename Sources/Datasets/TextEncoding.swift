/// How the bytes of a table or list are to be read as text.
public enum TextEncoding: String, Codable, CaseIterable, Sendable {
  case utf8 = "utf-8"
  /// ISO 8859-1: every byte from A0 on is the character of that number.
  case latin1
  /// Latin-1 with other letters in the place of eight signs, the euro among them.
  case latin9 = "iso-8859-15"
  /// Latin-1 with letters and quotes in the place of control characters: what Excel writes in the
  /// west.
  case windows1252 = "windows-1252"
  /// By its byte order mark, little endian without one.
  case utf16 = "utf-16"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"

  /// Names that others use for the same, such as `cp1252`.
  public static let otherNames: [(name: String, value: TextEncoding)] = [
    ("utf8", .utf8), ("iso-8859-1", .latin1), ("latin-1", .latin1), ("cp1252", .windows1252),
    ("utf16", .utf16),
  ]
}

extension TextEncoding {
  /// Characters of the bytes 80 to 9F in windows-1252; 0 where it has none.
  private static let windowsSigns: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]
  /// Where ISO 8859-15 differs from ISO 8859-1.
  private static let latin9Signs: [UInt8: UInt16] = [
    0xA4: 0x20AC, 0xA6: 0x0160, 0xA8: 0x0161, 0xB4: 0x017D, 0xB8: 0x017E, 0xBC: 0x0152,
    0xBD: 0x0153, 0xBE: 0x0178,
  ]

  /// The character of a byte in an encoding of single bytes; `nil` where it has none, or only a
  /// control character that no text holds.
  func character(of byte: UInt8) -> Unicode.Scalar? {
    if byte < 0x80 { return Unicode.Scalar(byte) }
    if byte < 0xA0 {
      guard self == .windows1252 else { return nil }
      let sign = Self.windowsSigns[Int(byte) - 0x80]
      return sign == 0 ? nil : Unicode.Scalar(sign)
    }
    if self == .latin9, let sign = Self.latin9Signs[byte] { return Unicode.Scalar(sign) }
    return Unicode.Scalar(byte)
  }
}
