/// Text that is HTML or SVG markup already.
///
/// The literal parts of an interpolation stand as they are; interpolated strings are escaped, numbers
/// are written with at most two decimals, and `Markup` inside `Markup` stands as it is:
///
///     let cell: Markup = "<td title=\"\(className)\">\(share, decimals: 1)</td>"
public struct Markup: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// The markup, ready to be written.
  public private(set) var text: String

  /// No markup at all.
  public init() { text = "" }

  /// Markup as it was written by us.
  public init(stringLiteral literal: String) { text = literal }

  public init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

  /// Takes text for markup without looking at it; only for text that this project has made.
  public init(verbatim text: String) { self.text = text }

  /// Text of others: `&`, `<`, `>`, `"` and `'` are written as entities, characters that XML 1.0
  /// does not allow as U+FFFD.
  public init(escaping text: some StringProtocol) { self.text = Self.escape(text) }

  /// Whether there is nothing.
  public var isEmpty: Bool { text.isEmpty }

  /// Both, one behind the other.
  public static func + (a: Markup, b: Markup) -> Markup { Markup(verbatim: a.text + b.text) }

  /// Adds markup at the end.
  public static func += (a: inout Markup, b: Markup) { a.text += b.text }

  /// Collects an interpolation's parts.
  public struct Interpolation: StringInterpolationProtocol {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 8 * interpolationCount)
    }

    public mutating func appendLiteral(_ literal: String) { text += literal }

    public mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

    public mutating func appendInterpolation(_ string: some StringProtocol) {
      text += Markup.escape(string)
    }

    public mutating func appendInterpolation(_ number: Int) { text += String(number) }

    /// A coordinate: at most `decimals` decimals, without trailing zeros.
    public mutating func appendInterpolation(_ number: Double, decimals: Int = 2) {
      text += Markup.number(number, decimals: decimals)
    }
  }
}

extension Markup {
  /// At most `decimals` decimals, without trailing zeros, without an exponent and without a negative
  /// zero; `0` for what is no finite number, which must not reach a picture.
  public static func number(_ value: Double, decimals: Int = 2) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "0" }
    var unit = 1
    for _ in 0..<decimals { unit *= 10 }
    let scaled = Int((value * Double(unit)).rounded())
    let (whole, rest) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt(unit))
    let sign = scaled < 0 ? "-" : ""
    guard rest > 0 else { return sign + String(whole) }
    var digits = String(rest)
    digits = String(repeating: "0", count: decimals - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(sign)\(whole).\(digits)"
  }

  static func escape(_ text: some StringProtocol) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
      default:
        // XML 1.0, production Char; controls up to U+009F are no characters of HTML either.
        let value = scalar.value
        let isAllowed =
          value >= 0x20 && !(0x7F...0x9F).contains(value) && value & 0xFFFE != 0xFFFE
        escaped.unicodeScalars.append(isAllowed ? scalar : "\u{FFFD}")
      }
    }
    return escaped
  }
}

extension Sequence<Markup> {
  /// One behind the other, with `separator` between them.
  public func joined(separator: Markup = "") -> Markup {
    Markup(verbatim: map(\.text).joined(separator: separator.text))
  }
}
