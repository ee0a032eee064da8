import Foundation
import TestSupport
import Weights

/// The numbers that `Tests/References/weights_fixtures.py` puts into its tensors.
enum Numbers {
  /// Of the number at a place in row-major order.
  static func value(_ name: String, _ place: Int) -> Float {
    let sum = name.utf8.reduce(0) { $0 + Int($1) }
    return Float((sum * 7 + place * 37) % 128 - 64) / 8
  }

  static func values(_ name: String, count: Int) -> [Float] { (0..<count).map { value(name, $0) } }

  /// The tensors of `plain.pth` and `plain.safetensors`.
  static let plainShapes: [String: [Int]] = [
    "conv1.weight": [4, 3, 3, 3], "bn1.weight": [4], "bn1.num_batches_tracked": [],
    "fc.weight": [5, 4],
  ]
}

/// Opens a fixture.
func open(_ name: String) throws -> WeightFile { try WeightFile(path: fixture(name).path) }

/// A fixture's bytes.
func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: fixture(name))) }

/// What is wrong with bytes, without the sentence's beginning; empty where nothing is.
func problem(_ bytes: [UInt8]) -> String {
  do throws(WeightError) {
    _ = try WeightFile(bytes: bytes)
    return ""
  } catch {
    return error.advice.isEmpty ? error.reason : "\(error.reason); \(error.advice)"
  }
}
