import Foundation
import Randomness
import TestSupport

/// What `Tests/References/networks_golden.py` wrote.
struct Golden: Decodable {
  /// A tensor's norm and its projections on random signs.
  struct Summary: Decodable {
    let norm: Double
    let projections: [Double]
  }

  struct LayerCase: Decodable {
    let name: String
    let tensors: [String: Summary]
  }

  struct NetworkCase: Decodable {
    let name: String
    let architecture: String
    let stem: String
    let divisor: Int
    let hidden: [Int]
    let batch: Int
    let height: Int
    let width: Int
    let classes: Int
    let variant: Int
    /// A factor on the learning rates.
    let rate: Double
    /// How far PyTorch's single precision is from its double precision, worst tensor of each kind.
    let singlePrecision: [String: Double]
    let tensors: [String: Summary]
  }

  let layers: [LayerCase]
  let networks: [NetworkCase]

  static let shared: Result<Golden, any Error> = Result {
    try fixture("golden.json", as: Golden.self)
  }
}

extension Golden.Summary {
  /// An estimate of ‖actual − expected‖ / ‖expected‖: projections on random signs keep norms.
  func error(of actual: [Float], named name: String) -> Double {
    var sum = 0.0
    for (index, expected) in projections.enumerated() {
      let projection = Golden.projection(of: actual, named: name, index: index)
      sum += (projection - expected) * (projection - expected)
    }
    let distance = (sum / Double(projections.count)).squareRoot()
    return distance.isFinite ? distance / max(norm, 1e-30) : .infinity
  }
}

extension Golden {
  static func projection(of values: [Float], named name: String, index: Int) -> Double {
    var generator = SeededGenerator(
      seed: 5, purpose: .testing, epoch: index, item: stableHash(name))
    var sum = 0.0
    var word: UInt64 = 0
    for (position, value) in values.enumerated() {
      if position % 64 == 0 { word = generator.next() }
      sum += word & 1 == 0 ? Double(value) : -Double(value)
      word >>= 1
    }
    return sum
  }

  /// The generator script's numbers in [−1, 1) for a name.
  static func stream(_ name: String, count: Int) -> [Float] {
    var generator = SeededGenerator(seed: 11, purpose: .testing, item: stableHash(name))
    return (0..<count).map { _ in Float(generator.uniform() * 2 - 1) }
  }
}
