import Datasets
import Randomness
import Tensors

// Whether two losses are one function.
extension PlanProbe {
  /// A loss's value on one batch with every class as a label in turn; NaN where it looks at more
  /// than logits and targets, and its value there means nothing.
  func firstValue(of loss: any ClassificationLoss) -> Double {
    guard loss.isFunctionOfLogits else { return .nan }
    let present = census.counts.indices.filter { census.counts[$0] > 0 }
    guard !present.isEmpty else { return .nan }
    var generator = SeededGenerator(seed: 22, purpose: .testing)
    let rows = (0..<min(max(batch, 1), 32)).map { present[$0 % present.count] }
    let probe = LossProbe(
      rows: rows, partners: nil, classCount: census.classCount, smoothing: smoothing, scale: 2,
      using: &generator)
    return Double(probe.value(of: loss).loss)
  }

  /// - Parameter mixed: whether batches are mixed, so that a row has labels of two classes.
  func areEqual(
    _ a: any ClassificationLoss, _ b: any ClassificationLoss, mixed: Bool
  ) -> Bool {
    if StructuralDigest.areEqual(a, b) { return true }
    guard a.isFunctionOfLogits, b.isFunctionOfLogits else { return false }
    let present = census.counts.indices.filter { census.counts[$0] > 0 }
    guard !present.isEmpty else { return false }
    let rows = min(max(batch, 1), 32)
    // Every class is the label of a row at least once, since margins and weights are the label's.
    let count = max(8, (present.count + rows - 1) / rows)
    var generator = SeededGenerator(seed: 21, purpose: .testing)
    var labels: [Int] = []
    for number in 0..<count {
      if labels.count < 2 * rows {
        var more = present
        generator.shuffle(&more)
        while more.count < 2 * rows { more += more }
        labels += more
      }
      let probe = LossProbe(
        rows: Array(labels.prefix(rows)), partners: mixed ? Array(labels[rows..<2 * rows]) : nil,
        classCount: census.classCount, smoothing: smoothing,
        scale: [1, 4, 12][number % 3], using: &generator)
      labels.removeFirst(rows)
      guard probe.value(of: a).isClose(to: probe.value(of: b)) else { return false }
    }
    return true
  }
}

/// A batch of random logits with given labels.
private struct LossProbe {
  let shape: Shape
  let logits: AlignedBuffer
  let targets: AlignedBuffer

  init(
    rows: [Int], partners: [Int]?, classCount: Int, smoothing: Double, scale: Float,
    using generator: inout SeededGenerator
  ) {
    shape = .matrix(rows.count, classCount)
    logits = AlignedBuffer((0..<shape.count).map { _ in scale * Float(generator.normal()) })
    targets = AlignedBuffer(count: shape.count)
    let view = targets.view(shape)
    view.fill(Float(smoothing / Double(classCount)))
    for (row, label) in rows.enumerated() {
      let own = partners == nil ? 1 : 0.7
      view.pointer[row * classCount + label] += Float((1 - smoothing) * own)
      if let partners {
        view.pointer[row * classCount + partners[row]] += Float((1 - smoothing) * (1 - own))
      }
    }
  }

  /// What a loss says of it.
  func value(of loss: any ClassificationLoss) -> Value {
    let gradient = AlignedBuffer(count: shape.count)
    let loss = loss.evaluate(
      logits.view(shape).readOnly, targets: targets.view(shape).readOnly,
      into: gradient.view(shape))
    return Value(loss: loss, gradient: gradient.array)
  }

  struct Value {
    var loss: Float
    var gradient: [Float]

    /// Within four units of single precision's last place, and of the gradient's largest entry
    /// where an entry is the small difference of large ones.
    func isClose(to other: Value) -> Bool {
      func close(_ a: Float, _ b: Float, _ floor: Float) -> Bool {
        if a == b { return true }
        return abs(a - b) <= max(abs(a), abs(b)) * 0x1p-21 + floor
      }
      let largest = max(gradient.map(abs).max() ?? 0, other.gradient.map(abs).max() ?? 0)
      return close(loss, other.loss, 0)
        && zip(gradient, other.gradient).allSatisfy { close($0, $1, largest * 0x1p-30) }
    }
  }
}
