import Foundation

/// A strategy as a value that can be stored: `{"name": …, "parameters": {…}}`.
public struct StrategyConfiguration: Codable, Hashable, Sendable {
  /// The strategy with its hyper-parameters.
  public let strategy: any Strategy

  /// Wraps a strategy.
  public init(_ strategy: any Strategy) { self.strategy = strategy }

  /// The catalogue name.
  public var name: String { type(of: strategy).name }

  private enum CodingKeys: String, CodingKey { case name, parameters }

  /// Reads name and parameters; an unknown name is an error.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .name)
    guard let type = StrategyCatalog.type(named: name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .name, in: container, debugDescription: "no strategy is named '\(name)'")
    }
    strategy = try container.decode(type, forKey: .parameters)
  }

  /// Writes name and parameters.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(strategy, forKey: .parameters)
  }

  private var canonical: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(self)) ?? Data(name.utf8)
  }

  /// Equal when name and all parameters are.
  public static func == (a: Self, b: Self) -> Bool { a.canonical == b.canonical }

  /// Hashes name and parameters.
  public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}
