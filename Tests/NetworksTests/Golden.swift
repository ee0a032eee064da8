import Foundation
import TestSupport

/// What `Tests/References/networks_golden.py` wrote.
struct Golden: Decodable {
  typealias Summary = GoldenSummary

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

extension Golden {
  /// The generator script's numbers in [−1, 1) for a name.
  static func stream(_ name: String, count: Int) -> [Float] { goldenStream(name, count: count) }
}
