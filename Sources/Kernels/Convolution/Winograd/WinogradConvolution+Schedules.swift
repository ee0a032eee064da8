import CKernels

/// The schedules for many tiles, with all of U in memory.
extension WinogradConvolution {
  /// U = G g Gᵀ of weights, nine taps × from × to.
  func transformFilters(
    _ layout: WinogradLayout, _ w: UnsafePointer<Float>, to u: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let (from, to) = (layout.from, layout.to)
    let taps = layout.phases.map { $0.taps.map { $0 * from * to } }
    let width = PackedMatrix.width
    Self.forEachChannels(from, pool) { channels in
      for (phase, taps) in zip(layout.phases, taps) {
        // Panel by panel, or the rows of all panels would lie on too many pages.
        for first in stride(from: 0, to: to, by: width) {
          ck_winograd_filter(
            phase.transform, channels.count, w + channels.lowerBound * to + first, to, taps,
            min(width, to - first), u + first * from + channels.lowerBound * width,
            phase.placesU, from, 1)
        }
      }
    }
  }

  /// y = epilogue(x ∗ w), or dx from dy, with the transformed weights at `u`.
  func convolve(
    _ layout: WinogradLayout, _ operands: WinogradOperands, u: UnsafePointer<Float>,
    in execution: Execution
  ) {
    if layout.schedule == .blocked {
      convolveBlocks(layout, operands, u: u, in: execution)
    } else {
      convolveStages(layout, operands, u: u, in: execution)
    }
  }

  /// ``WinogradLayout/Schedule/staged``
  private func convolveStages(
    _ layout: WinogradLayout, _ operands: WinogradOperands, u: UnsafePointer<Float>,
    in execution: Execution
  ) {
    let (phases, isForward) = (layout.phases, layout.direction == .forward)
    // scratch: V, planes × (tiles × from) of a span; M, planes × (tiles × to)
    let (v, pool) = (execution.scratch, execution.pool)
    let m = layout.stageM(v)
    layout.forEachSpan { tiles in
      for (index, phase) in phases.enumerated() {
        // V = Bᵀ d B; all phases of dx come from the same V.
        if isForward || index == 0 {
          layout.forEachChunk(of: tiles, pool) { some, first in
            layout.readInput(
              some, channels: 0..<layout.from, phase: phase, operands,
              v: v + first * layout.pitchV)
          }
        }
        // M = V U, or + V U for later phases of x, in halves of the columns, because the number of
        // products may be odd and small.
        let middle = layout.to / 2 / PackedMatrix.width * PackedMatrix.width
        pool.run(chunks: 2 * phase.products.count) { chunk, _ in
          let (index, half) = chunk.quotientAndRemainder(dividingBy: 2)
          let product = phase.products[index]
          let columns = half == 0 ? 0..<middle : middle..<layout.to
          ck_multiply_in_place(
            tiles.count, layout.from, columns.count, v + product.v, layout.pitchV,
            u + product.u + columns.lowerBound * layout.from, m + product.m + columns.lowerBound,
            layout.pitchM, isForward && phase.isLater ? 1 : 0)
        }
        // Aᵀ M A, once all phases are summed, or for each phase of dx.
        if !isForward || index == phases.count - 1 {
          layout.forEachChunk(of: tiles, pool) { some, first in
            layout.writeOutput(
              some, phase: phase, columns: 0..<layout.to, m: m + first * layout.pitchM, operands)
          }
        }
      }
    }
  }

  /// ``WinogradLayout/Schedule/blocked``
  private func convolveBlocks(
    _ layout: WinogradLayout, _ operands: WinogradOperands, u: UnsafePointer<Float>,
    in execution: Execution
  ) {
    let (phases, isForward) = (layout.phases, layout.direction == .forward)
    let (step, width) = (layout.stageTiles, layout.pitchM)
    execution.pool.run(chunks: (layout.count + step - 1) / step) { block, thread in
      let tiles = block * step..<min((block + 1) * step, layout.count)
      // The thread's V, planes × (tiles × from), and M, planes × (tiles × width).
      let v = layout.threadV(execution.scratch, thread: thread)
      let m = layout.stageM(v)
      for (index, phase) in phases.enumerated() {
        if isForward || index == 0 {
          layout.readInput(tiles, channels: 0..<layout.from, phase: phase, operands, v: v)
        }
        for first in stride(from: 0, to: layout.to, by: width) {
          let columns = first..<min(first + width, layout.to)
          for product in phase.products {
            ck_multiply_in_place(
              tiles.count, layout.from, columns.count, v + product.v, layout.pitchV,
              u + product.u + first * layout.from, m + product.m, layout.pitchM,
              isForward && phase.isLater ? 1 : 0)
          }
          if !isForward || index == phases.count - 1 {
            layout.writeOutput(tiles, phase: phase, columns: columns, m: m, operands)
          }
        }
      }
    }
  }
}
