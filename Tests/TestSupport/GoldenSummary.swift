import Randomness

/// What a fixture keeps of a tensor: its norm and its projections on random signs, which are those
/// of `summary` in `Tests/References/networks_golden.py`.
public struct GoldenSummary: Decodable, Sendable {
  public let norm: Double
  public let projections: [Double]

  /// An estimate of ‖actual − expected‖ / ‖expected‖: projections on random signs keep norms.
  public func error(of actual: [Float], named name: String) -> Double {
    var sum = 0.0
    for (index, expected) in projections.enumerated() {
      let projection = goldenProjection(of: actual, named: name, index: index)
      sum += (projection - expected) * (projection - expected)
    }
    let distance = (sum / Double(projections.count)).squareRoot()
    return distance.isFinite ? distance / max(norm, 1e-30) : .infinity
  }
}

/// The sum of a tensor's numbers with the signs that belong to its name.
public func goldenProjection(of values: [Float], named name: String, index: Int) -> Double {
  var generator = SeededGenerator(seed: 5, purpose: .testing, epoch: index, item: stableHash(name))
  var sum = 0.0
  var word: UInt64 = 0
  for (position, value) in values.enumerated() {
    if position % 64 == 0 { word = generator.next() }
    sum += word & 1 == 0 ? Double(value) : -Double(value)
    word >>= 1
  }
  return sum
}

/// The generator scripts' numbers in [−1, 1) for a name.
public func goldenStream(_ name: String, count: Int) -> [Float] {
  goldenUniform(name, count: count).map { Float($0 * 2 - 1) }
}

/// The generator scripts' numbers in [0, 1) for a name.
public func goldenUniform(_ name: String, count: Int) -> [Double] {
  var generator = SeededGenerator(seed: 11, purpose: .testing, item: stableHash(name))
  return (0..<count).map { _ in generator.uniform() }
}
