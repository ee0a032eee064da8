#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension RecurrentKernel {
  /// y = the last state of each sequence, direction beside direction; overwrites y.
  ///
  /// - Parameters:
  ///   - y: batch × ``outputs``.
  ///   - x: the inputs, (length · batch) × inputs, by time; rows beyond a sequence's length do not
  ///     change the result, but must be finite.
  ///   - lengths: steps of each sequence, 0 to ``length``.
  ///   - weights: one entry a direction.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, lengths: UnsafePointer<Int32>,
    weights: [Weights], memory: Memory, pool: ThreadPool
  ) {
    let steps = steps(lengths)
    transpose(weights, memory, pool)
    project(x, steps: steps, weights, memory, pool)
    let chunks = rowChunks
    pool.run(chunks: directions * chunks) { chunk, _ in
      let (direction, rows) = (chunk / chunks, rows(ofChunk: chunk % chunks))
      run(
        rows, direction: direction, steps: steps, lengths: lengths,
        bias: weights[direction].hiddenBias, memory: memory)
      let last = memory.states + (direction * (length + 1) + steps) * batch * hidden
      for row in rows {
        (y + row * outputs + direction * hidden).update(from: last + row * hidden, count: hidden)
      }
    }
  }

  /// Steps of the longest sequence of the batch.
  func steps(_ lengths: UnsafePointer<Int32>) -> Int {
    var longest: Int32 = 0
    for row in 0..<batch { longest = max(longest, lengths[row]) }
    precondition(Int(longest) <= length, "a sequence of \(longest), memory for \(length)")
    return Int(longest)
  }

  private func transpose(_ weights: [Weights], _ memory: Memory, _ pool: ThreadPool) {
    let each = gateWidth * (inputs + hidden)
    pool.run(chunks: 2 * directions) { chunk, _ in
      let (direction, isHidden) = (chunk / 2, chunk % 2 == 1)
      let from = isHidden ? weights[direction].hidden : weights[direction].input
      Gemm.transpose(
        rows: 0..<gateWidth, of: gateWidth, columns: isHidden ? hidden : inputs, from: from,
        to: memory.transposed + direction * each + (isHidden ? gateWidth * inputs : 0))
    }
  }

  /// gates = x · Wᵀ + b for all steps at once.
  private func project(
    _ x: UnsafePointer<Float>, steps: Int, _ weights: [Weights], _ memory: Memory,
    _ pool: ThreadPool
  ) {
    let rows = steps * batch
    let blocks = (rows + Self.rowsPerBlock - 1) / Self.rowsPerBlock
    pool.run(chunks: directions * blocks) { chunk, _ in
      let (direction, first) = (chunk / blocks, chunk % blocks * Self.rowsPerBlock)
      let count = min(Self.rowsPerBlock, rows - first)
      let gates = memory.gates + (direction * length * batch + first) * gateWidth
      for row in 0..<count {
        (gates + row * gateWidth).update(from: weights[direction].inputBias, count: gateWidth)
      }
      Gemm.multiply(
        m: count, n: gateWidth, k: inputs, a: .init(x + first * inputs, pitch: inputs),
        b: .init(
          memory.transposed + direction * gateWidth * (inputs + hidden), pitch: gateWidth),
        c: .init(gates, pitch: gateWidth, beta: 1))
    }
  }

  /// Takes some sequences through all their steps.
  private func run(
    _ rows: Range<Int>, direction: Int, steps: Int, lengths: UnsafePointer<Int32>,
    bias: UnsafePointer<Float>, memory: Memory
  ) {
    let stride = batch * hidden
    let states = memory.states + direction * (length + 1) * stride
    let cells = memory.cells + (cell == .lstm ? direction * (length + 1) * stride : 0)
    let u = memory.transposed + direction * gateWidth * (inputs + hidden) + gateWidth * inputs
    let product = memory.step + (direction * batch + rows.lowerBound) * gateWidth
    let first = rows.lowerBound * hidden
    (states + first).update(repeating: 0, count: rows.count * hidden)
    if cell == .lstm { (cells + first).update(repeating: 0, count: rows.count * hidden) }
    for step in 0..<steps {
      let time = time(ofStep: step, of: steps, direction: direction)
      for row in 0..<rows.count {
        (product + row * gateWidth).update(from: bias, count: gateWidth)
      }
      Gemm.multiply(
        m: rows.count, n: gateWidth, k: hidden,
        a: .init(states + step * stride + first, pitch: hidden), b: .init(u, pitch: gateWidth),
        c: .init(product, pitch: gateWidth, beta: 1))
      for row in rows {
        let place = step * stride + row * hidden
        let h = states + place
        guard time < lengths[row] else {
          (h + stride).update(from: h, count: hidden)
          if cell == .lstm { (cells + place + stride).update(from: cells + place, count: hidden) }
          continue
        }
        let gates = memory.gates + ((direction * length + time) * batch + row) * gateWidth
        let inner = memory.inner + (direction * length + step) * stride + row * hidden
        let added = product + (row - rows.lowerBound) * gateWidth
        switch cell {
        case .gru: stepGRU(gates, inner, added, from: h, to: h + stride)
        case .lstm:
          let c = cells + place
          stepLSTM(gates, inner, added, from: c, to: c + stride, h + stride)
        }
      }
    }
  }

  /// One step of one sequence: overwrites W x + b (3 · hidden) with the gates, U_n h + d_n (hidden)
  /// in `inner`, and the next state.
  private func stepGRU(
    _ gates: UnsafeMutablePointer<Float>, _ inner: UnsafeMutablePointer<Float>,
    _ added: UnsafePointer<Float>, from h: UnsafePointer<Float>,
    to next: UnsafeMutablePointer<Float>
  ) {
    for j in 0..<hidden {
      let r = Self.logistic(gates[j] + added[j])
      let z = Self.logistic(gates[hidden + j] + added[hidden + j])
      inner[j] = added[2 * hidden + j]
      let n = tanh(gates[2 * hidden + j] + r * inner[j])
      (gates[j], gates[hidden + j], gates[2 * hidden + j]) = (r, z, n)
      next[j] = (1 - z) * n + z * h[j]
    }
  }

  /// One step of one sequence: overwrites W x + b (4 · hidden) with the gates, tanh(c′) (hidden) in
  /// `inner`, and the next cell and state.
  private func stepLSTM(
    _ gates: UnsafeMutablePointer<Float>, _ inner: UnsafeMutablePointer<Float>,
    _ added: UnsafePointer<Float>, from c: UnsafePointer<Float>,
    to next: UnsafeMutablePointer<Float>, _ state: UnsafeMutablePointer<Float>
  ) {
    for j in 0..<hidden {
      let i = Self.logistic(gates[j] + added[j])
      let f = Self.logistic(gates[hidden + j] + added[hidden + j])
      let g = tanh(gates[2 * hidden + j] + added[2 * hidden + j])
      let o = Self.logistic(gates[3 * hidden + j] + added[3 * hidden + j])
      (gates[j], gates[hidden + j]) = (i, f)
      (gates[2 * hidden + j], gates[3 * hidden + j]) = (g, o)
      next[j] = f * c[j] + i * g
      inner[j] = tanh(next[j])
      state[j] = o * inner[j]
    }
  }

  /// σ(x) = 1 / (1 + e^−x): 0 at −∞ and 1 at ∞; NaN only for NaN.
  private static func logistic(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
}
