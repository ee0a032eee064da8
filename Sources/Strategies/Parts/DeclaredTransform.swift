import Images

/// A transform as files write it: its name alone (`horizontal_flip`), or a mapping of the name to
/// its numbers (`{rotation: {degrees: 10}}`). Numbers that are absent have their defaults.
public struct DeclaredTransform: Codable, Hashable, Sendable {
  /// The transform with its numbers.
  public var transform: PixelTransform

  /// Wraps a transform.
  public init(_ transform: PixelTransform) { self.transform = transform }

  /// The transform of this name with its default numbers.
  ///
  /// - Precondition: there is a transform of this name.
  init(named name: String) {
    guard let transform = try? PixelTransform(name: name) else {
      preconditionFailure("no transform is named \(name)")
    }
    self.transform = transform
  }

  /// Reads either form.
  ///
  /// - Throws: a ``StrategyProblem`` whose key starts at the coding path.
  public init(from decoder: any Decoder) throws {
    let value = try ParameterValue(from: decoder)
    do { transform = try Self.read(value) } catch { throw error.under(decoder.codingPath) }
  }

  private static func read(_ value: ParameterValue) throws(StrategyProblem) -> PixelTransform {
    if case .text(let name) = value { return try make(name, [:]) }
    guard case .mapping(let mapping) = value, let (name, numbers) = mapping.first,
      mapping.count == 1
    else {
      throw StrategyProblem(
        key: nil,
        message: "a transform is \(value), but must be a name, or {name: {parameter: number}}")
    }
    switch numbers {
    case .null: return try make(name, [:])
    case .mapping(let numbers): return try make(name, numbers)
    default:
      throw StrategyProblem(
        key: name, message: "\(name) is \(numbers), but must be a mapping of parameters to numbers")
    }
  }

  private static func make(
    _ name: String, _ parameters: [String: ParameterValue]
  ) throws(StrategyProblem) -> PixelTransform {
    var numbers: [String: Double] = [:]
    for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
      guard case .number(let number) = value else {
        throw StrategyProblem(
          key: "\(name).\(key)", message: "\(name).\(key) is \(value), but must be a number")
      }
      numbers[key] = number
    }
    do { return try PixelTransform(name: name, values: numbers) } catch {
      // An unknown name has no place of its own: the transform is the place.
      let inside = error.key.map { "\(name).\($0)" }
      throw StrategyProblem(key: inside, message: error.description)
    }
  }

  /// Writes the mapping with all numbers.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    try [transform.name: transform.values].encode(to: encoder)
  }
}

extension Strategy {
  /// Throws for an empty list of transforms, and for the first that is not valid.
  func require(_ transforms: [DeclaredTransform]) throws(InvalidParameter) {
    try require(!transforms.isEmpty, "transforms", is: "an empty list")
    for (index, declared) in transforms.enumerated() {
      do { try declared.transform.validate() } catch {
        let key = error.key.map { ".\(error.transform).\($0)" } ?? ""
        throw InvalidParameter(
          "transforms[\(index)]\(key)", received: error.received, expected: error.expected)
      }
    }
  }
}

extension StrategyParameter {
  static let transforms = StrategyParameter(
    "transforms", default: #"["horizontal_flip", "shift", "rotation"]"#,
    range: "a list of at least one transform: \(PixelTransform.names.joined(separator: ", "))",
    "Applied in this order, after the experiment's own augmentation: names, or "
      + "{name: {parameter: number}}.")

  static let strength = StrategyParameter(
    "strength", default: "1", range: "a finite number, 0 ≤ strength",
    "Factor on all amounts of the transforms; 0 changes nothing.")
}

extension [DeclaredTransform] {
  static var usual: [DeclaredTransform] {
    ["horizontal_flip", "shift", "rotation"].map { DeclaredTransform(named: $0) }
  }
}
