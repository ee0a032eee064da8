import Foundation

/// A JSON document as a value.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// An integer above `Int64.max`, such as a seed.
  case unsigned(UInt64)
  case number(Double)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads a document.
  ///
  /// - Throws: `DecodingError` where the text is no JSON.
  public init(parsing text: String) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
  }

  /// What an encodable value encodes to.
  ///
  /// - Throws: `EncodingError.invalidValue` for NaN and infinities, and what the value's own
  ///   `encode(to:)` throws.
  public init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    self = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(value))
  }

  /// One scalar (or empty container) and the dotted path to it.
  public struct Leaf: Hashable, Sendable {
    /// Such as `training.optimizer.learningRate`, or `augmentation.0.shift` in an array.
    public let key: String
    /// A scalar, or an empty array or object.
    public let value: JSONValue
  }

  /// All scalars and empty containers, sorted by path.
  public var leaves: [Leaf] {
    var result: [Leaf] = []
    collect(into: &result, path: "")
    return result.sorted { $0.key < $1.key }
  }

  /// The document without the parts at these dotted paths; a path that leads nowhere is ignored.
  public func removing(_ paths: [String]) -> JSONValue {
    paths.reduce(self) { $0.removing($1.split(separator: ".").map(String.init)[...]) }
  }

  /// The part at a dotted path, or `nil`.
  public subscript(path path: String) -> JSONValue? {
    var value = self
    for key in path.split(separator: ".") {
      switch value {
      case .object(let members):
        guard let member = members[String(key)] else { return nil }
        value = member
      case .array(let elements):
        guard let index = Int(key), elements.indices.contains(index) else { return nil }
        value = elements[index]
      default: return nil
      }
    }
    return value
  }

  private func collect(into result: inout [Leaf], path: String) {
    let prefix = path.isEmpty ? "" : path + "."
    switch self {
    case .object(let members) where !members.isEmpty:
      for (key, value) in members { value.collect(into: &result, path: prefix + key) }
    case .array(let elements) where !elements.isEmpty:
      for (index, value) in elements.enumerated() {
        value.collect(into: &result, path: prefix + String(index))
      }
    default:
      result.append(Leaf(key: path, value: self))
    }
  }

  private func removing(_ path: ArraySlice<String>) -> JSONValue {
    guard case .object(var members) = self, let key = path.first else { return self }
    if path.count == 1 {
      members[key] = nil
    } else if let member = members[key] {
      members[key] = member.removing(path.dropFirst())
    }
    return .object(members)
  }
}

extension JSONValue: Decodable {
  /// Reads any JSON value; whole numbers become integers where they fit.
  ///
  /// - Throws: `DecodingError` where the decoder holds no JSON value.
  public init(from decoder: any Decoder) throws {
    if let object = try? [String: JSONValue](from: decoder) {
      self = .object(object)
      return
    }
    if let array = try? [JSONValue](from: decoder) {
      self = .array(array)
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if let unsigned = try? value.decode(UInt64.self) {
      self = .unsigned(unsigned)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try value.decode(String.self))
    }
  }
}
