import CKernels

/// The schedule for few tiles and many weights: a strip of the result's channels at a time,
/// ``WinogradLayout/Schedule/strips``.
extension WinogradConvolution {
  /// y = x ∗ w, or dx from dy.
  func convolveByStrips(
    _ layout: WinogradLayout, _ operands: WinogradOperands, w: UnsafePointer<Float>,
    in execution: Execution
  ) {
    let (phases, slabs, strips) = (layout.phases, layout.slabs, layout.strips)
    let (tiles, isForward) = (0..<layout.count, layout.direction == .forward)
    let scratch = execution.scratch
    // V of all tiles: slabs × planes × (tiles × slab), for each phase of x.
    readInput(layout, operands, in: execution)
    execution.pool.run(chunks: strips.count) { chunk, thread in
      let strip = strips[chunk]
      // The thread's U, planes × (slab × strip), M, planes × (tiles × strip), and turned weights.
      let (u, m, turned) = layout.thread(thread, scratch)
      for (index, phase) in phases.enumerated() {
        for (number, slab) in slabs.enumerated() {
          let v = layout.slabV(scratch, phase: isForward ? index : 0, slab: number)
          let box = FilterBox(phase: phase, slab: slab, strip: strip)
          transformFilters(layout, box, w: w, to: u, turned: turned)
          // Weights that are transformed next come from memory: they are prefetched between
          // products.
          let next: (phase: Int, slab: Int, strip: Int) =
            number + 1 < slabs.count
            ? (index, number + 1, chunk)
            : index + 1 < phases.count ? (index + 1, 0, chunk) : (0, 0, chunk + 1)
          for (place, product) in phase.products.enumerated() {
            if next.strip < strips.count {
              let box = FilterBox(
                phase: phases[next.phase], slab: slabs[next.slab], strip: strips[next.strip])
              prefetchWeights(layout, box, w: w, share: place, of: phase.products.count)
            }
            // M = V U, added up over slabs and, forward, over phases.
            ck_multiply_in_place(
              layout.count, slab.count, strip.count, v + product.v, layout.pitchV, u + product.u,
              m + product.m, layout.pitchM, number > 0 || isForward && phase.isLater ? 1 : 0)
          }
        }
        if !isForward || index == phases.count - 1 {
          layout.writeOutput(tiles, phase: phase, columns: strip, m: m, operands)
        }
      }
    }
  }

  /// The weights of a phase's taps from a slab of channels to a strip.
  private struct FilterBox {
    let phase: WinogradLayout.Phase
    let slab: Range<Int>
    let strip: Range<Int>
  }

  /// Prefetches one of `shares` equal shares of some weights.
  private func prefetchWeights(
    _ layout: WinogradLayout, _ box: FilterBox, w: UnsafePointer<Float>, share: Int, of shares: Int
  ) {
    let isAdjoint = layout.direction == .adjoint
    let (rows, columns) = isAdjoint ? (box.strip, box.slab) : (box.slab, box.strip)
    let pitch = isAdjoint ? layout.from : layout.to
    let all = box.phase.taps.count * rows.count
    var row = share * all / shares
    let end = (share + 1) * all / shares
    while row < end {
      let (index, first) = row.quotientAndRemainder(dividingBy: rows.count)
      let tap = isAdjoint ? 8 - box.phase.taps[index] : box.phase.taps[index]
      let count = min(end - row, rows.count - first)
      ck_prefetch(
        w + (tap * layout.from * layout.to + (rows.lowerBound + first) * pitch)
          + columns.lowerBound, count, pitch, columns.count)
      row += count
    }
  }

  /// dw from dy and x.
  func gradientByStrips(
    _ layout: WinogradLayout, _ operands: WeightGradientOperands, in execution: Execution
  ) {
    let (phases, slabs, strips) = (layout.phases, layout.slabs, layout.strips)
    let (c, k) = (layout.from, layout.to)
    let (dw, dy, scratch) = (operands.dw.float32, operands.dy.float32, execution.scratch)
    let taps = phases.map { $0.taps.map { $0 * c * k } }
    // V of all tiles: slabs × planes × (tiles × slab), for each phase of x.
    readInput(layout, WinogradOperands(operands), in: execution)
    execution.pool.run(chunks: strips.count) { chunk, thread in
      let strip = strips[chunk]
      // The thread's dU, planes × (slab × strip), and D, planes × (tiles × strip).
      let (du, d, _) = layout.thread(thread, scratch)
      layout.readGradient(0..<layout.count, channels: strip, dy: dy, d: d)
      for (index, phase) in phases.enumerated() {
        for (number, slab) in slabs.enumerated() {
          let v = layout.slabV(scratch, phase: index, slab: number)
          for product in phase.products {
            ck_gradient_in_place(
              layout.count, slab.count, strip.count, v + product.v, layout.pitchV, d + product.m,
              layout.pitchM, du + product.u, strip.count, 0, nil, nil)
          }
          ck_winograd_filter_gradient(
            phase.transform, slab.count, du, strip.count, phase.placesU, strip.count,
            dw + slab.lowerBound * k + strip.lowerBound, k, taps[index])
        }
      }
    }
  }

  /// Forms V of all tiles, slab by slab.
  private func readInput(
    _ layout: WinogradLayout, _ operands: WinogradOperands, in execution: Execution
  ) {
    let phases = layout.direction == .adjoint ? [layout.phases[0]] : layout.phases
    layout.forEachChunk(of: 0..<layout.count, execution.pool) { tiles, first in
      for (index, phase) in phases.enumerated() {
        for (number, slab) in layout.slabs.enumerated() {
          let v = layout.slabV(execution.scratch, phase: index, slab: number)
          layout.readInput(
            tiles, channels: slab, phase: phase, operands, v: v + first * layout.pitchV)
        }
      }
    }
  }

  /// U of some weights, slab × strip at each of the phase's points.
  ///
  /// - Parameter turned: memory of the thread for the taps' transposed weights, in the pass
  ///   backward to the data.
  private func transformFilters(
    _ layout: WinogradLayout, _ box: FilterBox, w: UnsafePointer<Float>,
    to u: UnsafeMutablePointer<Float>, turned: UnsafeMutablePointer<Float>
  ) {
    let (from, to) = (layout.from, layout.to)
    let (phase, slab, strip, width) = (box.phase, box.slab, box.strip, PackedMatrix.width)
    var (source, pitch) = (w + slab.lowerBound * to + strip.lowerBound, to)
    var (panelStep, taps) = (width, phase.taps.map { $0 * from * to })
    if layout.direction == .adjoint {
      // The rotated filter's taps, packed as slab × strip, one after the other.
      let count = PackedMatrix.count(depth: slab.count, columns: strip.count)
      for (index, tap) in phase.taps.enumerated() {
        ck_pack_transposed(
          slab.count, strip.count,
          w + ((8 - tap) * to + strip.lowerBound) * from + slab.lowerBound, from, 0,
          (strip.count + width - 1) / width, turned + index * count, slab.count)
      }
      (source, pitch) = (UnsafePointer(turned), width)
      (panelStep, taps) = (width * slab.count, phase.taps.indices.map { $0 * count })
    }
    for first in stride(from: 0, to: strip.count, by: width) {
      ck_winograd_filter(
        phase.transform, slab.count, source + first / width * panelStep, pitch, taps,
        min(width, strip.count - first), u + first * slab.count, phase.placesU, slab.count, 0)
    }
  }
}
