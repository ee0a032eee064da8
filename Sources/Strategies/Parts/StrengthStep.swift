/// The strength of classes of fewer training images than `below`.
public struct StrengthStep: Codable, Hashable, Sendable {
  /// Training images; at least 1.
  public var below: Int
  /// Factor on the strength of augmentation; finite, at least 0.
  public var strength: Double

  /// A step with both its parts.
  public init(below: Int, strength: Double) { (self.below, self.strength) = (below, strength) }

  private enum CodingKeys: String, CodingKey, CaseIterable { case below, strength }

  /// Reads both keys; another key is an error.
  ///
  /// - Throws: a ``StrategyProblem`` whose key starts at the coding path, or `DecodingError` for a
  ///   value that is missing or of another type.
  public init(from decoder: any Decoder) throws {
    if case .mapping(let mapping) = try ParameterValue(from: decoder) {
      let known = CodingKeys.allCases.map(\.rawValue)
      if let key = mapping.keys.sorted().first(where: { !known.contains($0) }) {
        throw StrategyProblem(
          key: key, message: "a strength has no key '\(key)'; it has below, strength"
        ).under(decoder.codingPath)
      }
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    below = try container.decode(Int.self, forKey: .below)
    strength = try container.decode(Double.self, forKey: .strength)
  }

  func validate(at index: Int) throws(InvalidParameter) {
    let place = "strength_by_count[\(index)]"
    guard below >= 1 else {
      throw InvalidParameter(
        "\(place).below", received: "\(below)", expected: "a whole number, at least 1")
    }
    guard strength >= 0 && strength.isFinite else {
      throw InvalidParameter(
        "\(place).strength", received: "\(strength)", expected: "a finite number, 0 ≤ strength")
    }
  }
}
