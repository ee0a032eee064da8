import Foundation
import Synchronization

/// A strategy as a value that can be stored: `{"name": …, "parameters": {…}}`.
///
/// Reading also takes the short forms that people write inside of `combined`: the name alone, or
/// the parameters beside the name. Absent parameters have their defaults, unknown ones are errors.
public struct StrategyConfiguration: Codable, Hashable, Sendable {
  /// The strategy with its hyper-parameters.
  public let strategy: any Strategy
  /// What it is compared by, shared by all copies.
  private let text: ComparedText

  /// Wraps a strategy.
  public init(_ strategy: any Strategy) {
    self.strategy = strategy
    text = ComparedText()
  }

  /// The catalogue's strategy of this name with these parameters, validated.
  ///
  /// - Throws: ``StrategyProblem`` for an unknown name, and for the first parameter that cannot be
  ///   used.
  public init(name: String, parameters: [String: ParameterValue]) throws(StrategyProblem) {
    let type = try Self.strategyType(named: name)
    if let problem = type.problems(in: parameters).first { throw problem }
    self.init(try type.read(parameters))
  }

  /// The catalogue's strategy of this name with the parameters of a JSON object, validated.
  ///
  /// - Throws: ``StrategyProblem`` for an unknown name, for bytes that are no JSON object, and for
  ///   the first parameter that cannot be used.
  public init(name: String, parametersJSON: Data) throws(StrategyProblem) {
    try self.init(name: name, parameters: Self.object(parametersJSON))
  }

  /// Everything that is wrong with a name and the parameters of a JSON object; empty where they
  /// can be used.
  public static func problems(name: String, parametersJSON: Data) -> [StrategyProblem] {
    do {
      return try strategyType(named: name).problems(in: object(parametersJSON))
    } catch let problem {
      return [problem]
    }
  }

  /// The catalogue name.
  public var name: String { type(of: strategy).name }

  private static func strategyType(named name: String) throws(StrategyProblem) -> any Strategy.Type
  {
    if let type = StrategyCatalog.type(named: name) { return type }
    throw StrategyProblem(
      key: nil,
      message:
        "no strategy is named '\(name)'; there are \(StrategyCatalog.names.joined(separator: ", "))"
    )
  }

  private static func object(_ data: Data) throws(StrategyProblem) -> [String: ParameterValue] {
    guard
      let parameters = try? ParameterCoding.decoder.decode(
        [String: ParameterValue].self, from: data)
    else {
      throw StrategyProblem(
        key: nil,
        message: "the parameters are no JSON object: \(String(decoding: data, as: UTF8.self))")
    }
    return parameters
  }
}

extension StrategyConfiguration {
  private enum CodingKeys: String, CodingKey { case name, parameters }

  /// Reads name and parameters, or one of the short forms.
  ///
  /// - Throws: a ``StrategyProblem`` whose key starts at the coding path.
  public init(from decoder: any Decoder) throws {
    let value = try ParameterValue(from: decoder)
    do { self = try Self.read(value) } catch { throw error.under(decoder.codingPath) }
  }

  private static func read(_ value: ParameterValue) throws(StrategyProblem) -> Self {
    if case .text(let name) = value { return Self(try strategyType(named: name).read([:])) }
    guard case .mapping(var mapping) = value,
      case .text(let name)? = mapping["name"] ?? mapping["strategy"]
    else {
      throw StrategyProblem(
        key: nil, message: "a strategy is \(value), but must be a name, or a mapping with a name")
    }
    // Files name a strategy inside of another one as they name it outside.
    mapping[mapping["name"] == nil ? "strategy" : "name"] = nil
    if case .mapping(let parameters)? = mapping["parameters"], mapping.count == 1 {
      mapping = parameters
    }
    return Self(try strategyType(named: name).read(mapping))
  }

  /// Writes name and parameters.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(strategy, forKey: .parameters)
  }

  private var canonical: Data {
    text.made { (try? ParameterCoding.encoder.encode(self)) ?? Data(name.utf8) }
  }

  /// Equal when name and all parameters are.
  public static func == (a: Self, b: Self) -> Bool {
    a.text === b.text || a.canonical == b.canonical
  }

  /// Hashes name and parameters.
  public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}

/// Name and parameters as bytes, made when they are first asked for: the runs of an experiment are
/// compared again and again, and their strategies never change.
private final class ComparedText: Sendable {
  private let bytes = Mutex<Data?>(nil)

  func made(_ make: () -> Data) -> Data {
    if let bytes = bytes.withLock({ $0 }) { return bytes }
    // Not within the lock: nested strategies have texts of their own.
    let made = make()
    bytes.withLock { $0 = made }
    return made
  }
}
