#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times as the store keeps them: UTC to the second, `2026-11-23T01:02:03Z`.
///
/// Texts of this form sort by time. The calendar is the proleptic Gregorian one; leap seconds do
/// not exist, as in POSIX.
public enum Timestamp {
  /// The time now.
  public static func now() -> String { text(secondsSince1970: Int64(time(nil))) }

  /// The text of a moment in the years 0 to 9999.
  public static func text(secondsSince1970 seconds: Int64) -> String {
    let day = seconds.floorDivided(by: 86_400)
    let rest = seconds - day * 86_400
    let (year, month, dayOfMonth) = civil(fromDay: day)
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(dayOfMonth, 2) + "T"
      + padded(rest / 3600, 2) + ":" + padded(rest / 60 % 60, 2) + ":" + padded(rest % 60, 2) + "Z"
  }

  /// The moment of a text of exactly this form, or `nil`.
  public static func secondsSince1970(of text: String) -> Int64? {
    let bytes = Array(text.utf8)
    let pattern = Array("0000-00-00T00:00:00Z".utf8)
    guard bytes.count == pattern.count else { return nil }
    for (byte, expected) in zip(bytes, pattern) {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      guard expected == UInt8(ascii: "0") ? isDigit : byte == expected else { return nil }
    }
    func number(_ range: Range<Int>) -> Int64 {
      bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    let (year, month, dayOfMonth) = (number(0..<4), number(5..<7), number(8..<10))
    guard hour < 24, minute < 60, second < 60, (1...12).contains(month) else { return nil }
    let day = dayNumber(year: year, month: month, day: dayOfMonth)
    guard civil(fromDay: day) == (year, month, dayOfMonth) else { return nil }
    return day * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// Days since 1970-01-01 → year, month, day. Howard Hinnant, "chrono-Compatible Low-Level Date
  /// Algorithms": years begin in March, so that the leap day is the last of a year.
  private static func civil(fromDay day: Int64) -> (Int64, Int64, Int64) {
    let shifted = day + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * marchMonth + 2) / 5 + 1
    )
  }

  /// The inverse of ``civil(fromDay:)``.
  private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year.floorDivided(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
