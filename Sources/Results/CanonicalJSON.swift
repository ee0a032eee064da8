import Files

/// One text for one value: what fingerprints are made of and what a run's configuration is kept as.
///
/// Keys are sorted by their UTF-8 bytes, there is no white space, numbers are integers where they
/// are integral (below 2⁵³) and the shortest decimal that reads back as the same number elsewhere,
/// and strings escape only what JSON demands. NaN and infinities are refused.
public enum CanonicalJSON {
  /// A number that JSON cannot hold.
  public struct NotFinite: Error, Hashable, Sendable, CustomStringConvertible {
    /// The number as Swift writes it: `nan`, `inf` or `-inf`.
    public let value: String
    /// Dotted keys and indices that lead to it; empty for the value itself.
    public let path: String

    /// One sentence: where the number is and what it is.
    public var description: String {
      "\(path.isEmpty ? "the value" : "'\(path)'") is \(value), which JSON cannot hold; "
        + "expected a finite number"
    }
  }

  /// The canonical text of an encodable value, without the parts at `excluded` dotted paths.
  ///
  /// - Parameter excluded: dotted paths such as `training.batch`; a path that leads nowhere is
  ///   ignored.
  /// - Throws: ``NotFinite`` for NaN and infinities, and what the value's own `encode(to:)` throws.
  public static func text(
    of value: some Encodable, excluding excluded: [String] = []
  ) throws -> String {
    do {
      return try text(of: JSONValue(encoding: value).removing(excluded))
    } catch EncodingError.invalidValue(let value, let context) {
      throw NotFinite(
        value: "\(value)", path: context.codingPath.map(\.stringValue).joined(separator: "."))
    }
  }

  /// The canonical text of a document.
  ///
  /// - Throws: ``NotFinite`` for the first NaN or infinity, with its path.
  public static func text(of value: JSONValue) throws(NotFinite) -> String {
    var result = ""
    try write(value, path: "", to: &result)
    return result
  }

  private static func write(
    _ value: JSONValue, path: String, to result: inout String
  ) throws(NotFinite) {
    switch value {
    case .null: result += "null"
    case .bool(let bool): result += bool ? "true" : "false"
    case .integer(let integer): result += String(integer)
    case .unsigned(let unsigned): result += String(unsigned)
    case .number(let number):
      guard number.isFinite else { throw NotFinite(value: "\(number)", path: path) }
      let isIntegral = number.rounded() == number && abs(number) < 0x1p53
      result += isIntegral ? String(Int64(number)) : number.description
    case .text(let text): result += JSONString.quoted(text)
    case .array(let elements):
      result += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { result += "," }
        try write(element, path: "\(path).\(index)", to: &result)
      }
      result += "]"
    case .object(let members):
      result += "{"
      let keys = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for (index, key) in keys.enumerated() {
        if index > 0 { result += "," }
        result += JSONString.quoted(key) + ":"
        try write(members[key]!, path: path.isEmpty ? key : "\(path).\(key)", to: &result)
      }
      result += "}"
    }
  }
}
