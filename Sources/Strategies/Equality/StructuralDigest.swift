/// A text of all stored values of a value, so that two values of one type with the same text are the
/// same. There is none where anything is stored that cannot be compared: functions and objects.
enum StructuralDigest {
  /// The text; `nil` where something cannot be compared.
  static func of(_ value: Any) -> String? {
    let mirror = Mirror(reflecting: value)
    let type = String(reflecting: Swift.type(of: value))
    if mirror.displayStyle == .optional && mirror.children.isEmpty { return "nil" }
    if mirror.displayStyle == .class || type.contains("->") { return nil }
    if mirror.children.isEmpty { return "\(type)(\(String(reflecting: value)))" }
    var parts: [String] = []
    for child in mirror.children {
      guard let part = of(child.value) else { return nil }
      parts.append("\(child.label ?? ""):\(part)")
    }
    return "\(type)[\(parts.joined(separator: ","))]"
  }

  /// Whether both are known to be the same.
  static func areEqual(_ a: Any, _ b: Any) -> Bool {
    guard let first = of(a), let second = of(b) else { return false }
    return first == second
  }
}
