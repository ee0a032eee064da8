/// What an unquoted scalar means, once the expected type is known.
///
/// YAML 1.1 and 1.2 disagree about `no`, `010`, `1_000` and `1:30`. Here the expected type decides:
/// where text is expected they are text, where a number is expected they are refused with advice.
enum Scalars {
  static func boolean(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  /// Digits without leading zero, with an optional sign.
  static func integer(_ text: String) -> Int64? {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard isDecimal(digits), digits == "0" || !digits.hasPrefix("0") else { return nil }
    return Int64(text)
  }

  /// A finite decimal number: `1`, `.5`, `5.`, `1e-3`. Not `010`, `1_000`, `1:30`, `0x10`, `.inf`.
  static func number(_ text: String) -> Double? {
    var rest = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      var exponent = rest[rest.index(after: mark)...]
      if exponent.hasPrefix("-") || exponent.hasPrefix("+") { exponent = exponent.dropFirst() }
      guard isDecimal(exponent) else { return nil }
      rest = rest[..<mark]
    }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard whole.isEmpty || isDecimal(whole), fraction.isEmpty || isDecimal(fraction),
      !(whole.isEmpty && fraction.isEmpty), whole.count < 2 || !whole.hasPrefix("0")
    else { return nil }
    // Double's parser wants digits on both sides of the point.
    let sign = text.hasPrefix("-") ? "-" : ""
    let exponent = text.firstIndex { $0 == "e" || $0 == "E" }.map { String(text[$0...]) } ?? ""
    let value = Double(
      "\(sign)\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)\(exponent)")
    return value.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Seconds of `2h`, `90m`, `45s`, `1h30m`, `1.5h`.
  static func seconds(_ text: String) -> Double? {
    var total = 0.0
    var rest = text[...]
    var units: [Character: Double] = ["d": 86_400, "h": 3_600, "m": 60, "s": 1]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      guard let end = rest.firstIndex(where: { units[$0] != nil }),
        let value = number(String(rest[..<end])), value >= 0,
        let unit = units.removeValue(forKey: rest[end])
      else { return nil }
      // From large to small, each once: `30m1h` is more likely a slip than a wish.
      units = units.filter { $0.value < unit }
      total += value * unit
      rest = rest[rest.index(after: end)...]
    }
    return total.isFinite ? total : nil
  }

  /// Why a scalar that looks like a number or a switch is not one, and what to write instead.
  static func advice(for text: String) -> String? {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    if ["yes", "no", "on", "off", "y", "n"].contains(text.lowercased()) {
      return "write true or false"
    }
    if digits.contains("_"), isDecimal(digits.filter { $0 != "_" && $0 != "." }) {
      return "write it without underscores: \(text.filter { $0 != "_" })"
    }
    if digits.contains(","), isDecimal(digits.filter { $0 != "," && $0 != "." }) {
      return "write a decimal point and no separator of thousands"
    }
    if digits.contains(":"), isDecimal(digits.filter { $0 != ":" && $0 != "." }) {
      return "base 60, which YAML 1.1 would read here, is not used"
    }
    if digits.count > 1, digits.hasPrefix("0"), isDecimal(digits) {
      let plain = digits.drop { $0 == "0" }
      return "a leading zero is octal in YAML 1.1; write \(plain.isEmpty ? "0" : plain)"
    }
    if ["0x", "0o", "0b"].contains(digits.prefix(2).lowercased()) { return "write it in decimal" }
    if [".inf", ".nan", "inf", "nan", "infinity"].contains(digits.lowercased()) {
      return "it must be finite"
    }
    if let value = number(text), value == value.rounded(), abs(value) < 1e15 {
      return "write \(Int64(value))"
    }
    if digits.last == "%", let value = number(String(text.dropLast())) {
      return "write the share \(value / 100)"
    }
    return nil
  }

  static func isDecimal(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
  }
}
