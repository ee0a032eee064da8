import CKernels

/// The schedule for few tiles and many weights: a part of the result's channels at a time.
extension WinogradConvolution {
  /// y = epilogue(x ∗ w), or dx from dy.
  func convolveByParts(
    _ layout: WinogradLayout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, input: InputTransform?, epilogue: ck_epilogue?, sums: ColumnSums?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (phases, slabs, parts) = (layout.phases, layout.slabs, layout.parts)
    let (tiles, isForward) = (0..<layout.count, layout.direction == .forward)
    readInput(layout, x: x, input: input, scratch: scratch, pool: pool)
    pool.run(chunks: parts.count) { chunk, thread in
      let part = parts[chunk]
      let (u, m, turned) = layout.thread(thread, scratch)
      for (index, phase) in phases.enumerated() {
        for (number, slab) in slabs.enumerated() {
          let v = layout.slabV(scratch, phase: isForward ? index : 0, slab: number)
          transformFilters(
            layout, phase: phase, slab: slab, part: part, u: u, w: w, turned: turned)
          // Weights that are transformed next come from memory: asked for between products.
          let next: (phase: Int, slab: Int, part: Int) =
            number + 1 < slabs.count
            ? (index, number + 1, chunk)
            : index + 1 < phases.count ? (index + 1, 0, chunk) : (0, 0, chunk + 1)
          for (place, product) in phase.products.enumerated() {
            if next.part < parts.count {
              askForWeights(
                layout, phase: phases[next.phase], slab: slabs[next.slab], part: parts[next.part],
                w: w, share: place, of: phase.products.count)
            }
            ck_multiply_in_place(
              layout.count, slab.count, part.count, v + product.v, layout.pitchV, u + product.u,
              m + product.m, layout.pitchM, number > 0 || isForward && phase.isLater ? 1 : 0)
          }
        }
        if !isForward || index == phases.count - 1 {
          layout.writeOutput(
            tiles, phase: phase, columns: part, m: m, y: y, epilogue: epilogue, sums: sums)
        }
      }
    }
  }

  /// Asks for a share of the weights of a slab of a part.
  private func askForWeights(
    _ layout: WinogradLayout, phase: WinogradLayout.Phase, slab: Range<Int>, part: Range<Int>,
    w: UnsafePointer<Float>, share: Int, of shares: Int
  ) {
    let isAdjoint = layout.direction == .adjoint
    let (rows, columns) = isAdjoint ? (part, slab) : (slab, part)
    let pitch = isAdjoint ? layout.from : layout.to
    let all = phase.taps.count * rows.count
    var row = share * all / shares
    let end = (share + 1) * all / shares
    while row < end {
      let (index, first) = row.quotientAndRemainder(dividingBy: rows.count)
      let tap = isAdjoint ? 8 - phase.taps[index] : phase.taps[index]
      let count = min(end - row, rows.count - first)
      ck_prefetch(
        w + (tap * layout.from * layout.to + (rows.lowerBound + first) * pitch)
          + columns.lowerBound, count, pitch, columns.count)
      row += count
    }
  }

  /// dw from dy and x.
  func gradientByParts(
    _ layout: WinogradLayout, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let (phases, slabs, parts) = (layout.phases, layout.slabs, layout.parts)
    let (c, k) = (layout.from, layout.to)
    let taps = phases.map { $0.taps.map { $0 * c * k } }
    readInput(layout, x: x, input: input, scratch: scratch, pool: pool)
    pool.run(chunks: parts.count) { chunk, thread in
      let part = parts[chunk]
      let (u, d, _) = layout.thread(thread, scratch)
      layout.readGradient(0..<layout.count, channels: part, dy: dy, d: d)
      for (index, phase) in phases.enumerated() {
        for (number, slab) in slabs.enumerated() {
          let v = layout.slabV(scratch, phase: index, slab: number)
          for product in phase.products {
            ck_gradient_in_place(
              layout.count, slab.count, part.count, v + product.v, layout.pitchV, d + product.m,
              layout.pitchM, u + product.u, part.count, 0, nil, nil)
          }
          ck_winograd_filter_gradient(
            phase.transform, slab.count, u, part.count, phase.placesU, part.count,
            dw + slab.lowerBound * k + part.lowerBound, k, taps[index])
        }
      }
    }
  }

  /// V of all tiles, slab by slab.
  private func readInput(
    _ layout: WinogradLayout, x: UnsafePointer<Float>, input: InputTransform?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let phases = layout.direction == .adjoint ? [layout.phases[0]] : layout.phases
    layout.forEachChunk(of: 0..<layout.count, pool) { tiles, first in
      for (index, phase) in phases.enumerated() {
        for (number, slab) in layout.slabs.enumerated() {
          layout.readInput(
            tiles, channels: slab, phase: phase, x: x, input: input,
            v: layout.slabV(scratch, phase: index, slab: number) + first * layout.pitchV)
        }
      }
    }
  }

  /// U of a slab of a part: `slab` × `part` channels of this pass.
  private func transformFilters(
    _ layout: WinogradLayout, phase: WinogradLayout.Phase, slab: Range<Int>, part: Range<Int>,
    u: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, turned: UnsafeMutablePointer<Float>
  ) {
    let (from, to) = (layout.from, layout.to)
    let width = PackedMatrix.width
    var (source, pitch) = (w + slab.lowerBound * to + part.lowerBound, to)
    var (panelStep, taps) = (width, phase.taps.map { $0 * from * to })
    if layout.direction == .adjoint {
      let count = PackedMatrix.count(depth: slab.count, columns: part.count)
      for (index, tap) in phase.taps.enumerated() {
        ck_pack_transposed(
          slab.count, part.count,
          w + ((8 - tap) * to + part.lowerBound) * from + slab.lowerBound, from, 0,
          (part.count + width - 1) / width, turned + index * count, slab.count)
      }
      (source, pitch) = (UnsafePointer(turned), width)
      (panelStep, taps) = (width * slab.count, phase.taps.indices.map { $0 * count })
    }
    for first in stride(from: 0, to: part.count, by: width) {
      ck_winograd_filter(
        phase.transform, slab.count, source + first / width * panelStep, pitch, taps,
        min(width, part.count - first), u + first * slab.count, phase.placesU, slab.count, 0)
    }
  }
}
