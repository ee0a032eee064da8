import Datasets
import Metrics

/// What one model said about a row of examples.
struct LogitTable {
  let classCount: Int
  private var values: [Float] = []

  init(classCount: Int) { self.classCount = classCount }

  mutating func append(_ logits: UnsafeBufferPointer<Float>) { values.append(contentsOf: logits) }

  var count: Int { values.count / classCount }

  subscript(row: Int) -> ArraySlice<Float> {
    values[row * classCount..<(row + 1) * classCount]
  }

  /// The largest probability of a row; 0 where a logit is no finite number, so that such a row never
  /// outdoes another.
  func confidence(_ row: Int) -> Double {
    let logits = self[row]
    guard logits.allSatisfy(\.isFinite), let largest = logits.max() else { return 0 }
    return 1 / logits.reduce(0) { $0 + exponential(of: Double($1) - Double(largest)) }
  }
}
