/// Why a strategy cannot be made of what a file says.
public struct StrategyProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where: a parameter's key, such as `beta` or `parts[1].beta`; `nil` for the strategy itself.
  public var key: String?
  /// One sentence: what was received, what was expected.
  public var message: String

  /// A problem with all its parts.
  public init(key: String?, message: String) { (self.key, self.message) = (key, message) }

  /// A value that was read but cannot be used.
  public init(_ invalid: InvalidParameter) {
    self.init(key: invalid.parameter, message: invalid.description)
  }

  /// The sentence.
  public var description: String { message }

  /// The same problem seen from outside of `path`.
  func under(_ path: [any CodingKey]) -> StrategyProblem {
    guard !path.isEmpty else { return self }
    let outer = path.dotted
    return StrategyProblem(key: key.map { "\(outer).\($0)" } ?? outer, message: message)
  }
}

extension [any CodingKey] {
  /// Such as `parts[1].beta`.
  var dotted: String {
    reduce("") { path, step in
      if let index = step.intValue { return "\(path)[\(index)]" }
      return path.isEmpty ? step.stringValue : "\(path).\(step.stringValue)"
    }
  }
}
