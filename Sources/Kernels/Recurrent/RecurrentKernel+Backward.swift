extension RecurrentKernel {
  /// Goes back through all steps; adds to the gradients and overwrites dx.
  ///
  /// Must be called once after ``forward(y:x:lengths:weights:memory:pool:)`` with the same x,
  /// lengths, weights and memory.
  ///
  /// - Parameters:
  ///   - dx: (length · batch) × inputs; rows of steps that the batch does not reach are not
  ///     written.
  ///   - dy: batch × ``outputs``.
  public func backward(
    dx: UnsafeMutablePointer<Float>, gradients: [Gradients], dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, lengths: UnsafePointer<Int32>, weights: [Weights], memory: Memory,
    pool: ThreadPool
  ) {
    let steps = steps(lengths)
    let chunks = rowChunks
    pool.run(chunks: directions * chunks) { chunk, _ in
      let (direction, rows) = (chunk / chunks, rows(ofChunk: chunk % chunks))
      for row in rows {
        let place = (direction * batch + row) * hidden
        (memory.dState + place).update(
          from: dy + row * outputs + direction * hidden, count: hidden)
        if cell == .lstm { (memory.dCell + place).update(repeating: 0, count: hidden) }
      }
      runBack(
        rows, direction: direction, steps: steps, lengths: lengths,
        u: weights[direction].hidden, memory: memory)
    }
    addGradients(gradients, x: x, rows: steps * batch, memory, pool)
    differentiateInputs(dx, rows: steps * batch, weights, memory, pool)
  }

  /// Takes some sequences back through all their steps.
  private func runBack(
    _ rows: Range<Int>, direction: Int, steps: Int, lengths: UnsafePointer<Int32>,
    u: UnsafePointer<Float>, memory: Memory
  ) {
    let stride = batch * hidden
    let dState = memory.dState + direction * stride
    for step in (0..<steps).reversed() {
      let time = time(ofStep: step, of: steps, direction: direction)
      let dHiddenRows = memory.dHidden + (direction * length + step) * batch * gateWidth
      for row in rows {
        let dInput = memory.dInput + ((direction * length + time) * batch + row) * gateWidth
        let dHidden = dHiddenRows + row * gateWidth
        guard time < lengths[row] else {
          dInput.update(repeating: 0, count: gateWidth)
          dHidden.update(repeating: 0, count: gateWidth)
          continue
        }
        let gates = memory.gates + ((direction * length + time) * batch + row) * gateWidth
        let inner = memory.inner + (direction * length + step) * stride + row * hidden
        let place = (direction * (length + 1) + step) * stride + row * hidden
        let dh = dState + row * hidden
        switch cell {
        case .gru: backGRU(dInput, dHidden, dh, gates, inner, memory.states + place)
        case .lstm:
          let dc = memory.dCell + direction * stride + row * hidden
          backLSTM(dInput, dh, dc, gates, inner, memory.cells + place)
          dHidden.update(from: dInput, count: gateWidth)
        }
      }
      Gemm.multiply(
        m: rows.count, n: hidden, k: gateWidth,
        a: .init(dHiddenRows + rows.lowerBound * gateWidth, pitch: gateWidth),
        b: .init(u, pitch: hidden),
        c: .init(dState + rows.lowerBound * hidden, pitch: hidden, beta: 1))
    }
  }

  /// Goes back through one step of one sequence, `hidden` elements or gates of that many each.
  /// Leaves in `dh` the gradient that reaches the state before directly; the one that comes through
  /// U is added afterwards.
  private func backGRU(
    _ dInput: UnsafeMutablePointer<Float>, _ dHidden: UnsafeMutablePointer<Float>,
    _ dh: UnsafeMutablePointer<Float>, _ gates: UnsafePointer<Float>,
    _ inner: UnsafePointer<Float>, _ h: UnsafePointer<Float>
  ) {
    for j in 0..<hidden {
      let (r, z, n) = (gates[j], gates[hidden + j], gates[2 * hidden + j])
      let dn = dh[j] * (1 - z) * (1 - n * n)
      let dr = dn * inner[j] * r * (1 - r)
      let dz = dh[j] * (h[j] - n) * z * (1 - z)
      (dInput[j], dInput[hidden + j], dInput[2 * hidden + j]) = (dr, dz, dn)
      (dHidden[j], dHidden[hidden + j], dHidden[2 * hidden + j]) = (dr, dz, dn * r)
      dh[j] *= z
    }
  }

  /// The same for an LSTM. Leaves in `dc` the gradient of the cell before, and zeros in `dh`.
  private func backLSTM(
    _ dInput: UnsafeMutablePointer<Float>, _ dh: UnsafeMutablePointer<Float>,
    _ dc: UnsafeMutablePointer<Float>, _ gates: UnsafePointer<Float>,
    _ inner: UnsafePointer<Float>, _ c: UnsafePointer<Float>
  ) {
    for j in 0..<hidden {
      let (i, f) = (gates[j], gates[hidden + j])
      let (g, o) = (gates[2 * hidden + j], gates[3 * hidden + j])
      let dCell = dc[j] + dh[j] * o * (1 - inner[j] * inner[j])
      dInput[j] = dCell * g * i * (1 - i)
      dInput[hidden + j] = dCell * c[j] * f * (1 - f)
      dInput[2 * hidden + j] = dCell * i * (1 - g * g)
      dInput[3 * hidden + j] = dh[j] * inner[j] * o * (1 - o)
      dc[j] = dCell * f
      dh[j] = 0
    }
  }

  /// dW += dInputᵀ · x, dU += dHiddenᵀ · h, and the sums of both over their rows.
  private func addGradients(
    _ gradients: [Gradients], x: UnsafePointer<Float>, rows: Int, _ memory: Memory,
    _ pool: ThreadPool
  ) {
    let blocks = (gateWidth + Self.gatesPerChunk - 1) / Self.gatesPerChunk
    pool.run(chunks: 2 * directions * blocks) { chunk, _ in
      let (direction, isHidden) = (chunk / (2 * blocks), chunk / blocks % 2 == 1)
      let first = chunk % blocks * Self.gatesPerChunk
      let count = min(Self.gatesPerChunk, gateWidth - first)
      let target = gradients[direction]
      let dGates =
        (isHidden ? memory.dHidden : memory.dInput) + direction * length * batch * gateWidth + first
      let columns = isHidden ? hidden : inputs
      let source =
        isHidden ? UnsafePointer(memory.states) + direction * (length + 1) * batch * hidden : x
      let dw = (isHidden ? target.hidden : target.input) + first * columns
      if rows > 0 {
        Gemm.multiplyTransposedA(
          m: count, n: columns, k: rows, a: .init(dGates, pitch: gateWidth),
          b: .init(source, pitch: columns), c: .init(dw, pitch: columns, beta: 1))
      }
      let db = (isHidden ? target.hiddenBias : target.inputBias) + first
      for gate in 0..<count {
        var sum = 0.0
        for row in 0..<rows { sum += Double(dGates[row * gateWidth + gate]) }
        db[gate] += Float(sum)
      }
    }
  }

  /// dx = Σ over the directions of dInput · W
  private func differentiateInputs(
    _ dx: UnsafeMutablePointer<Float>, rows: Int, _ weights: [Weights], _ memory: Memory,
    _ pool: ThreadPool
  ) {
    pool.run(chunks: (rows + Self.rowsPerBlock - 1) / Self.rowsPerBlock) { block, _ in
      let first = block * Self.rowsPerBlock
      for direction in 0..<directions {
        Gemm.multiply(
          m: min(Self.rowsPerBlock, rows - first), n: inputs, k: gateWidth,
          a: .init(
            memory.dInput + (direction * length * batch + first) * gateWidth, pitch: gateWidth),
          b: .init(weights[direction].input, pitch: inputs),
          c: .init(dx + first * inputs, pitch: inputs, beta: direction == 0 ? 0 : 1))
      }
    }
  }
}
