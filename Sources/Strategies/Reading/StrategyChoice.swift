/// A strategy inside of another one that fills a certain slot, written as its name or as a mapping
/// with a name. `Slot` is `any LossWeighting`, `any LossDesign` or `any Sampling`.
public struct StrategyChoice<Slot: Sendable>: Codable, Hashable, Sendable {
  private let configuration: StrategyConfiguration

  /// The strategy.
  public let strategy: Slot

  /// Wraps a strategy.
  ///
  /// - Precondition: `strategy` is a `Strategy`, as every value of the three slots is.
  public init(_ strategy: Slot) {
    guard let wrapped = strategy as? any Strategy else {
      preconditionFailure("\(Slot.self) is no strategy")
    }
    (configuration, self.strategy) = (StrategyConfiguration(wrapped), strategy)
  }

  /// Reads it as in `combined`.
  ///
  /// - Throws: ``StrategyProblem`` for a strategy that is unknown or fills another slot.
  public init(from decoder: any Decoder) throws {
    configuration = try StrategyConfiguration(from: decoder)
    guard let strategy = configuration.strategy as? Slot else {
      throw StrategyProblem(
        key: nil,
        message: "\(configuration.name) has no \(Self.slot); choose one of "
          + Self.names.joined(separator: ", ")
      ).under(decoder.codingPath)
    }
    self.strategy = strategy
  }

  /// Writes name and parameters.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try configuration.encode(to: encoder) }

  /// Equal when name and parameters are.
  public static func == (a: Self, b: Self) -> Bool { a.configuration == b.configuration }

  /// Hashes name and parameters.
  public func hash(into hasher: inout Hasher) { hasher.combine(configuration) }

  /// The catalogue name.
  var name: String { configuration.name }

  /// What such a strategy has.
  private static var slot: String {
    switch Slot.self {
    case is (any LossWeighting).Type: "class weights"
    case is (any LossDesign).Type: "loss of its own"
    default: "sampler"
    }
  }

  /// Every strategy that can be chosen.
  static var names: [String] {
    StrategyCatalog.all.filter { $0.init() is Slot }.map { $0.name }
  }

  /// Throws where its parameters cannot be used; they are named under `key`.
  func validate(as key: String) throws(InvalidParameter) {
    do { try configuration.strategy.validate() } catch {
      throw InvalidParameter(
        "\(key).\(error.parameter)", received: error.received, expected: error.expected)
    }
  }
}
