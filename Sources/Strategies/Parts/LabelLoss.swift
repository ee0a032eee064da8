import Tensors

/// A loss that is a sum over examples and labels of t_ic · w_c · ℓ(z_i, c): an author writes ℓ.
///
/// Mixed targets are thereby mixed losses, each term with its own class's weight; the sum is
/// divided as ``LossReduction`` says. All arithmetic is in double precision, rows in order.
///
/// A logit of NaN or +∞ makes the loss NaN, so that a diverged run is seen. Where the divisor is 0,
/// loss and gradient are 0.
protocol LabelLoss: ClassificationLoss {
  /// ℓ of a row if its class were `label`; adds `scale` · ∂ℓ/∂z to the row's gradient.
  func add(_ row: LossRow, label: Int, scale: Double) -> Double
}

extension LabelLoss {
  public func evaluate(
    _ logits: TensorView, targets: TensorView, into dLogits: MutableTensorView
  ) -> Float {
    var state = initialState
    return evaluate(
      LossBatch(logits: logits, targets: targets, dLogits: dLogits), state: &state)
  }

  public func evaluate(_ batch: LossBatch, state: inout [Double]) -> Float {
    batch.sumOverLabels(weights: classWeights, reduction: reduction) { row, label, scale in
      add(row, label: label, scale: scale)
    }
  }
}

/// One example's logits in double precision, with room for its gradient and for what is computed.
struct LossRow {
  let logits: UnsafeMutableBufferPointer<Double>
  let gradient: UnsafeMutableBufferPointer<Double>
  let scratch: UnsafeMutableBufferPointer<Double>
  /// Row of the batch.
  let index: Int

  /// Cross-entropy of the softmax over `scratch`, which it replaces by the probabilities; −∞ takes
  /// a class out. Does not touch the gradient.
  func crossEntropyOfScratch(label: Int) -> Double {
    var best = 0
    for c in 1..<max(scratch.count, 1) where scratch[c] > scratch[best] { best = c }
    let (largest, own) = (scratch[best], scratch[label])
    var rest = 0.0
    for c in 0..<scratch.count {
      scratch[c] = c == best ? 1 : exponential(scratch[c] - largest)
      if c != best { rest += scratch[c] }
    }
    for c in 0..<scratch.count { scratch[c] /= 1 + rest }
    return (label == best ? 0 : largest - own) + logarithmOfOnePlus(rest)
  }

  /// Adds scale · (p_c − [c = label]), with 1 − p summed rather than subtracted.
  func addSoftmaxGradient(label: Int, scale: Double) {
    for c in 0..<scratch.count where c != label { gradient[c] += scale * scratch[c] }
    gradient[label] -= scale * others(than: label)
  }

  /// 1 − p_label of the probabilities in `scratch`, without cancellation.
  func others(than label: Int) -> Double {
    var sum = 0.0
    for c in 0..<scratch.count where c != label { sum += scratch[c] }
    return sum
  }
}

extension LossBatch {
  /// Σ_i Σ_c t_ic w_c ℓ(i, c), divided as `reduction` says; writes its gradient.
  func sumOverLabels(
    weights: [Double]?, reduction: LossReduction,
    value: (_ row: LossRow, _ label: Int, _ scale: Double) -> Double
  ) -> Float {
    let (rows, classes) = (logits.shape.n, logits.shape.c)
    let weights = weights ?? Array(repeating: 1, count: classes)
    precondition(weights.count == classes, "\(weights.count) weights for \(classes) classes")
    let scale = scale(of: weights, reduction)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * classes) { room in
      let parts = (0..<3).map {
        UnsafeMutableBufferPointer(rebasing: room[($0 * classes)..<(($0 + 1) * classes)])
      }
      var sum = 0.0
      for index in 0..<rows {
        let row = LossRow(logits: parts[0], gradient: parts[1], scratch: parts[2], index: index)
        let start = index * classes
        var isSound = true
        for c in 0..<classes {
          let logit = Double(logits.pointer[start + c])
          if logit.isNaN || logit == .infinity { isSound = false }
          row.logits[c] = logit
          row.gradient[c] = 0
        }
        for label in 0..<classes {
          let share = weights[label] * Double(targets.pointer[start + label])
          if share != 0, isSound { sum += share * value(row, label, share * scale) }
        }
        if !isSound { sum = .nan }
        for c in 0..<classes { dLogits.pointer[start + c] = Float(row.gradient[c]) }
      }
      return Float(sum * scale)
    }
  }

  /// 1/D; 0 where D is 0.
  func scale(of weights: [Double], _ reduction: LossReduction) -> Double {
    guard reduction == .meanOverWeights else { return 1 / Double(max(logits.shape.n, 1)) }
    var mass = 0.0
    for (index, target) in targets.buffer.enumerated() {
      mass += weights[index % weights.count] * Double(target)
    }
    return mass == 0 ? 0 : 1 / mass
  }
}
