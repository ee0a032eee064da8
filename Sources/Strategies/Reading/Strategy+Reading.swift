import Foundation

extension Strategy {
  /// The hyper-parameters by their keys; unset ones are absent.
  public var storedParameters: [String: ParameterValue] {
    guard let data = try? ParameterCoding.encoder.encode(self),
      case .mapping(let mapping)? = try? ParameterCoding.decoder.decode(
        ParameterValue.self, from: data)
    else { return [:] }
    return mapping
  }

  /// The strategy of these parameters; absent ones have their defaults. Ranges are not checked.
  ///
  /// A strategy's own `Decodable` is the compiler's and wants every key; this is where defaults
  /// come in and unknown keys are turned away, for all strategies alike.
  ///
  /// - Throws: ``StrategyProblem`` for an unknown key and for a value of a wrong type.
  public static func read(_ given: [String: ParameterValue]) throws(StrategyProblem) -> Self {
    let known = card.parameters.map(\.key)
    if let key = given.keys.sorted().first(where: { !known.contains($0) }) {
      throw unknown(key, known)
    }
    let all = ParameterValue.mapping(Self().storedParameters.merging(given) { $1 })
    do {
      let data = try ParameterCoding.encoder.encode(all)
      return try ParameterCoding.decoder.decode(Self.self, from: data)
    } catch let problem as StrategyProblem {
      throw problem
    } catch let error as DecodingError {
      throw problem(of: error, in: all, given: given)
    } catch {
      throw StrategyProblem(key: nil, message: "\(name) cannot be read: \(error)")
    }
  }

  /// Everything that is wrong with these parameters: every unknown key, every value of a wrong
  /// type, and, if there is none of either, the first value out of range.
  public static func problems(in given: [String: ParameterValue]) -> [StrategyProblem] {
    var problems: [StrategyProblem] = []
    for (key, value) in given.sorted(by: { $0.key < $1.key }) {
      do { _ = try read([key: value]) } catch { problems.append(error) }
    }
    guard problems.isEmpty else { return problems }
    let strategy: Self
    do { strategy = try read(given) } catch { return [error] }
    do { try strategy.validate() } catch { return [StrategyProblem(error)] }
    return []
  }

  /// Throws unless `condition` holds; what was expected is the card's range for this key.
  ///
  /// - Throws: ``InvalidParameter`` with the key and what was received.
  public func require(
    _ condition: Bool, _ key: String, is received: some Any
  ) throws(InvalidParameter) {
    guard !condition else { return }
    throw InvalidParameter(
      key, received: "\(received)", expected: Self.card.range(of: key) ?? "something else")
  }

  /// The problem of the first parameter that cannot be read by itself.
  private static func culprit(of given: [String: ParameterValue]) -> StrategyProblem? {
    if let (key, value) = given.first, given.count == 1 {
      let range = card.range(of: key) ?? "something else"
      return StrategyProblem(InvalidParameter(key, received: "\(value)", expected: range))
    }
    for (key, value) in given.sorted(by: { $0.key < $1.key }) {
      do { _ = try read([key: value]) } catch { return error }
    }
    return nil
  }

  private static func unknown(_ key: String, _ known: [String]) -> StrategyProblem {
    let has = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
    return StrategyProblem(key: key, message: "\(name) has no parameter '\(key)'; \(has)")
  }

  private static func problem(
    of error: DecodingError, in all: ParameterValue, given: [String: ParameterValue]
  ) -> StrategyProblem {
    let context: DecodingError.Context
    var path: [any CodingKey]
    switch error {
    case .typeMismatch(_, let inner), .valueNotFound(_, let inner), .dataCorrupted(let inner):
      (context, path) = (inner, inner.codingPath)
    case .keyNotFound(let key, let inner):
      (context, path) = (inner, inner.codingPath + [key])
    @unknown default: return StrategyProblem(key: nil, message: "\(error)")
    }
    if path.isEmpty {
      // Foundation loses the path where a number does not fit its type, as 2.5 in an Int.
      return culprit(of: given)
        ?? StrategyProblem(key: nil, message: "\(name) cannot be read: \(context.debugDescription)")
    }
    let key = path.dotted
    if path.count == 1, let range = card.range(of: key) {
      let invalid = InvalidParameter(
        key, received: all.value(at: path).description, expected: range)
      return StrategyProblem(invalid)
    }
    return StrategyProblem(
      key: key, message: "\(key) of \(name) cannot be read: \(context.debugDescription)")
  }
}

extension StrategyCard {
  /// The range of the parameter under this key.
  func range(of key: String) -> String? { parameters.first { $0.key == key }?.range }
}

/// How hyper-parameters are written: keys sorted, so that equal values are equal bytes; infinities
/// as text, so that validation and not the encoder finds them.
enum ParameterCoding {
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: ".inf", negativeInfinity: "-.inf", nan: ".nan")
    return encoder
  }
  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: ".inf", negativeInfinity: "-.inf", nan: ".nan")
    return decoder
  }
}
