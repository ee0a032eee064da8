import Files
import Metrics

/// Numbers as reports write them: shares in percent, differences in points, both with one decimal.
struct Figures {
  let style: TextStyle
  static let undefined = "n/a"

  init(_ style: TextStyle) { self.style = style }

  /// `value` with a fixed number of decimals; a negative zero loses its sign.
  static func fixed(_ value: Double, _ decimals: Int, minus: String = "-") -> String {
    guard value.isFinite, abs(value) < 1e15 else { return undefined }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    // A half is rounded up even where binary fractions leave it a hair below: 96.25 → 96.3.
    let digits = String(Int((abs(value) * scale + 1e-9).rounded()))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && digits != "0" ? minus : ""
    guard decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// 48000 → `48,000`.
  static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// 3725 s → `1 h 02 min`; 75.3 → `1 min 15 s`; 9.24 → `9.2 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return undefined }
    if seconds < 59.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
    return "\(whole / 3600) h \(two(whole % 3600 / 60)) min"
  }

  /// 3725 s → `1:02:05`; 75.3 → `1:15`.
  static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return undefined }
    let whole = Int(seconds.rounded())
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    let tail = "\(two(whole % 60))"
    if whole < 3600 { return "\(whole / 60):\(tail)" }
    return "\(whole / 3600):\(two(whole % 3600 / 60)):\(tail)"
  }

  /// `1 class`, `2 classes`.
  static func count(_ number: Int, _ one: String, _ several: String) -> String {
    "\(grouped(number)) \(number == 1 ? one : several)"
  }

  /// A count, or a range of counts.
  func range(_ counts: ClosedRange<Int>) -> String {
    counts.count == 1
      ? String(counts.lowerBound) : "\(counts.lowerBound)\(style.dash)\(counts.upperBound)"
  }

  /// 0.8213 → `82.1`.
  func percent(_ share: Double?) -> String {
    share.map { Self.fixed($0 * 100, 1, minus: style.minus) } ?? Self.undefined
  }

  /// +0.1234 → `+12.3`.
  func points(_ difference: Double?) -> String {
    guard let difference else { return Self.undefined }
    let text = percent(difference)
    return difference > 0 && text != "0.0" ? "+" + text : text
  }

  /// A mean in the metric's own form, without its spread.
  func value(_ value: Double?, of metric: HeadlineFigure) -> String {
    guard let value else { return Self.undefined }
    return metric.isShare ? percent(value) : Self.fixed(value, 3, minus: style.minus)
  }

  /// `82.1 ±0.4`; the spread only where there are two seeds.
  func spread(_ spread: Spread?, of metric: HeadlineFigure) -> String {
    guard let spread else { return Self.undefined }
    let mean = value(spread.mean, of: metric)
    guard let deviation = spread.deviation else { return mean }
    return "\(mean) \(style.plusMinus)\(value(deviation, of: metric))"
  }

  /// A difference in the metric's own form, signed.
  func difference(_ difference: Double?, of metric: HeadlineFigure) -> String {
    guard let difference else { return Self.undefined }
    if metric.isShare { return points(difference) }
    let text = Self.fixed(difference, 3, minus: style.minus)
    return difference > 0 && text != "0.000" ? "+" + text : text
  }

  /// Small probabilities keep their order of magnitude: `0.016`, `<0.001`.
  static func probability(_ p: Double) -> String { p < 0.001 ? "<0.001" : fixed(p, 3) }
}

/// The text in one line, without anything that could move a terminal's cursor or break a row.
func printable(_ text: String) -> String { PlainText.line(text) }
