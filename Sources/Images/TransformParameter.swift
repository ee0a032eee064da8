/// One number of a transform, as a file names it.
public struct TransformParameter: Hashable, Sendable {
  /// In snake case.
  public let key: String
  /// What it is where a file says nothing.
  public let `default`: Double
  /// What is accepted.
  public let range: ClosedRange<Double>
  /// For people, with the unit.
  public let meaning: String

  init(_ key: String, _ default: Double, _ range: ClosedRange<Double>, _ meaning: String) {
    (self.key, self.default, self.range, self.meaning) = (key, `default`, range, meaning)
  }
}

/// A transform that cannot be made: what was received and what is expected.
public struct InvalidTransform: Error, Hashable, Sendable, CustomStringConvertible {
  /// The transform's name as it was given.
  public var transform: String
  /// The parameter at fault; `nil` when it is the name itself.
  public var key: String?
  /// What was given.
  public var received: String
  /// What may be given.
  public var expected: String

  /// An error with all its parts.
  public init(transform: String, key: String?, received: String, expected: String) {
    (self.transform, self.key) = (transform, key)
    (self.received, self.expected) = (received, expected)
  }

  public var description: String {
    let place = key.map { "\(transform).\($0)" } ?? transform
    return "\(place): received \(received), expected \(expected)"
  }
}
