/// A hyper-parameter as it stands in a file or in the store: a JSON value.
public enum ParameterValue: Hashable, Sendable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([ParameterValue])
  case mapping([String: ParameterValue])
}

extension ParameterValue: Codable {
  /// Reads any JSON value.
  ///
  /// - Throws: `DecodingError` where the decoder holds no JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([ParameterValue].self) {
      self = .list(list)
    } else {
      self = .mapping(try container.decode([String: ParameterValue].self))
    }
  }

  /// Writes the JSON value.
  ///
  /// - Throws: what the encoder throws, for NaN and infinities where it refuses them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let flag): try container.encode(flag)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .mapping(let mapping): try container.encode(mapping)
    }
  }
}

extension ParameterValue: CustomStringConvertible {
  /// As it would stand in a file, in flow style; keys sorted, whole numbers without a point.
  public var description: String {
    switch self {
    case .null: "null"
    case .flag(let flag): "\(flag)"
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .text(let text): "\"\(text)\""
    case .list(let list): "[" + list.map(\.description).joined(separator: ", ") + "]"
    case .mapping(let mapping):
      "{"
        + mapping.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        .joined(separator: ", ") + "}"
    }
  }

  /// What stands at a path of keys and indices; the nearest thing above it where nothing does.
  func value(at path: some Sequence<any CodingKey>) -> ParameterValue {
    var value = self
    for step in path {
      switch value {
      case .mapping(let mapping):
        guard let next = mapping[step.stringValue] else { return value }
        value = next
      case .list(let list):
        guard let index = step.intValue, list.indices.contains(index) else { return value }
        value = list[index]
      default: return value
      }
    }
    return value
  }
}
