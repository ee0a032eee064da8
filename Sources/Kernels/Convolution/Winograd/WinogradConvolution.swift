import CKernels

/// 3×3 convolutions of padding 1 by Winograd's F(m×n, 3×3): with stride 1, (m + 2)(n + 2) products of
/// matrices over transformed tiles take the place of 9 m n multiplications per tile and channel pair,
/// with stride 2 (2m + 1)(2n + 1).
///
/// Backward data is the same with the rotated filter. The weights' gradient is
/// dU = Vᵀ D for each pair of points, transformed back once at the end.
///
/// Schedules: ``WinogradLayout/Schedule``.
struct WinogradConvolution: ConvolutionKernel {
  let problem: ConvolutionProblem
  let tiling: WinogradTiling

  var name: ConvolutionKernelName { tiling.name }

  static var policies: Set<ConvolutionPolicy> { [.fastest] }

  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self? {
    guard let best = variants(for: problem, isPrepared: isPrepared).first else { return nil }
    let direct =
      PerPixelConvolution.accepting(problem, isPrepared: isPrepared) == nil
      ? 9 * problem.outPixels : PerPixelConvolution.cost(problem)
    return best.cost(isPrepared: isPrepared) < 0.92 * Double(direct) ? best : nil
  }

  static func variants(for problem: ConvolutionProblem) -> [Self] {
    variants(for: problem, isPrepared: false)
  }

  private static func variants(for p: ConvolutionProblem, isPrepared: Bool) -> [Self] {
    guard p.kernelHeight == 3, p.kernelWidth == 3, p.padding == 1, p.inChannels >= 16,
      p.outChannels >= 16, p.inChannels % WinogradTransform.width == 0,
      p.outChannels % WinogradTransform.width == 0, p.batch > 0, p.height > 0, p.width > 0
    else { return [] }
    let all = WinogradAxis.all(extent: p.height, stride: p.stride).flatMap { rows in
      WinogradAxis.all(extent: p.width, stride: p.stride).map {
        Self(problem: p, tiling: WinogradTiling(rows: rows, columns: $0))
      }
    }
    // Of two that cost the same, the smaller tile is more accurate.
    return all.map { (kernel: $0, cost: $0.cost(isPrepared: isPrepared)) }
      .sorted { ($0.cost, $0.kernel.tiling.products) < ($1.cost, $1.kernel.tiling.products) }
      .map(\.kernel)
  }

  /// Multiplications for each pair of channels.
  ///
  /// Making U and reading it costs as much as the products of 55 tiles, or of 5 where it never leaves
  /// a second-level cache; reading it alone as much as those of 20 (measured). An axis of seven
  /// points, the least accurate, must save 7 %.
  private func cost(isPrepared: Bool) -> Double {
    let more = isPrepared ? 20 : isParted ? 5 : 55
    let products = Double(tiling.products * (tiling.tiles(problem) + more))
    return [tiling.rows, tiling.columns].reduce(products) { $1.points > 6 ? 1.07 * $0 : $0 }
  }

  private func layout(
    _ direction: WinogradLayout.Direction, isPrepared: Bool = false
  ) -> WinogradLayout {
    WinogradLayout(problem, tiling, direction, isPrepared: isPrepared)
  }

  /// Whether every training pass is computed by parts.
  private var isParted: Bool {
    WinogradLayout.Direction.allCases.allSatisfy { layout($0).schedule == .parted }
  }

  var resultParts: [Int] { layout(.forward).resultParts }
  var gradientParts: Int { layout(.adjoint).partCount }

  func scratchCount(threads: Int) -> Int {
    let adjoint = layout(.adjoint)
    let turned = adjoint.schedule == .parted ? 0 : adjoint.countU + problem.weightCount
    return WinogradLayout.Direction.allCases.reduce(
      max(turned, preparedScratchCount(threads: threads))
    ) { max($0, layout($1).scratchCount(threads: threads)) }
  }

  func preparedScratchCount(threads: Int) -> Int {
    layout(.forward, isPrepared: true).scratchCount(threads: threads) - preparedCount
  }

  var preparedCount: Int { roundUp(layout(.forward, isPrepared: true).countU, 16) }

  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    transformFilters(layout(.forward, isPrepared: true), u: prepared, w: w, pool: pool)
  }

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    prepared: UnsafeMutablePointer<Float>, input: InputTransform?, epilogue: Epilogue?,
    sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    convolve(
      layout(.forward, isPrepared: true), y: y, x: x, u: prepared, input: input,
      epilogue: epilogue?.loop(y), sums: sums, scratch: scratch, pool: pool)
  }

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform?, sums: ColumnSums?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let layout = layout(.forward)
    if layout.schedule == .parted {
      convolveByParts(
        layout, y: y, x: x, w: w, input: input, epilogue: nil, sums: sums, scratch: scratch,
        pool: pool)
    } else {
      transformFilters(layout, u: scratch, w: w, pool: pool)
      convolve(
        layout, y: y, x: x, u: scratch, input: input, epilogue: nil, sums: sums,
        scratch: scratch + layout.countU, pool: pool)
    }
  }

  func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    precondition(!epilogue.accumulates(dx), "\(problem) cannot add to its result")
    let layout = layout(.adjoint)
    let sums = epilogue.sums
    let epilogue = epilogue.epilogue(dx)?.loop(dx)
    if layout.schedule == .parted {
      convolveByParts(
        layout, y: dx, x: dy, w: w, input: nil, epilogue: epilogue, sums: sums,
        scratch: scratch, pool: pool)
      return
    }
    // The turned weights are needed until U is made, so they lie in the place of V and M.
    let turned = scratch + layout.countU
    problem.transposeTaps(w, to: turned, pool: pool) { 8 - $0 }
    transformFilters(layout, u: scratch, w: turned, pool: pool)
    convolve(
      layout, y: dx, x: dy, u: scratch, input: nil, epilogue: epilogue, sums: sums,
      scratch: scratch + layout.countU, pool: pool)
  }

  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = layout(.weights)
    if layout.schedule == .parted {
      gradientByParts(layout, dw: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
      return
    }
    let (c, k) = (layout.from, layout.to)
    let v = scratch + layout.countU
    let d = layout.stageM(v)
    layout.forEachSpan { tiles in
      for (index, phase) in layout.phases.enumerated() {
        layout.forEachChunk(of: tiles, pool) { part, first in
          layout.readInput(
            part, channels: 0..<c, phase: phase, x: x, input: input, v: v + first * layout.pitchV)
          // All phases meet the same gradient.
          if index == 0 {
            layout.readGradient(part, channels: 0..<k, dy: dy, d: d + first * layout.pitchM)
          }
        }
        let products = phase.products
        pool.run(chunks: products.count) { index, _ in
          let product = products[index]
          let next = index + 1 < products.count ? products[index + 1] : nil
          ck_gradient_in_place(
            tiles.count, c, k, v + product.v, layout.pitchV, d + product.m, layout.pitchM,
            scratch + product.u, k, tiles.lowerBound == 0 ? 0 : 1, next.map { v + $0.v },
            next.map { d + $0.m })
        }
      }
    }
    Self.forEachChannels(c, pool) { channels in
      for phase in layout.phases {
        ck_winograd_filter_gradient(
          phase.transform, channels.count, scratch + channels.lowerBound * k, k, phase.placesU, k,
          dw + channels.lowerBound * k, k, phase.taps.map { $0 * c * k })
      }
    }
  }

  /// U of weights: in × out channels of this pass.
  private func transformFilters(
    _ layout: WinogradLayout, u: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>,
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
  private func convolve(
    _ layout: WinogradLayout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    u: UnsafePointer<Float>, input: InputTransform?, epilogue: ck_epilogue?, sums: ColumnSums?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    if layout.schedule == .blocked {
      convolveBlocks(
        layout, y: y, x: x, u: u, input: input, epilogue: epilogue, sums: sums,
        scratch: scratch, pool: pool)
      return
    }
    let (phases, isForward) = (layout.phases, layout.direction == .forward)
    let (v, m) = (scratch, layout.stageM(scratch))
    layout.forEachSpan { tiles in
      for (index, phase) in phases.enumerated() {
        if isForward || index == 0 {
          layout.forEachChunk(of: tiles, pool) { part, first in
            layout.readInput(
              part, channels: 0..<layout.from, phase: phase, x: x, input: input,
              v: v + first * layout.pitchV)
          }
        }
        // Halves, because the number of products may be odd and small.
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
        if !isForward || index == phases.count - 1 {
          layout.forEachChunk(of: tiles, pool) { part, first in
            layout.writeOutput(
              part, phase: phase, columns: 0..<layout.to, m: m + first * layout.pitchM, y: y,
              epilogue: epilogue, sums: sums)
          }
        }
      }
    }
  }

  /// The same where threads have blocks of their own.
  private func convolveBlocks(
    _ layout: WinogradLayout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    u: UnsafePointer<Float>, input: InputTransform?, epilogue: ck_epilogue?, sums: ColumnSums?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (phases, isForward) = (layout.phases, layout.direction == .forward)
    let (step, width) = (layout.stageTiles, layout.pitchM)
    pool.run(chunks: (layout.count + step - 1) / step) { block, thread in
      let part = block * step..<min((block + 1) * step, layout.count)
      let v = layout.threadV(scratch, thread: thread)
      let m = layout.stageM(v)
      for (index, phase) in phases.enumerated() {
        if isForward || index == 0 {
          layout.readInput(
            part, channels: 0..<layout.from, phase: phase, x: x, input: input, v: v)
        }
        for first in stride(from: 0, to: layout.to, by: width) {
          let columns = first..<min(first + width, layout.to)
          for product in phase.products {
            ck_multiply_in_place(
              part.count, layout.from, columns.count, v + product.v, layout.pitchV,
              u + product.u + first * layout.from, m + product.m, layout.pitchM,
              isForward && phase.isLater ? 1 : 0)
          }
          if !isForward || index == phases.count - 1 {
            layout.writeOutput(
              part, phase: phase, columns: columns, m: m, y: y, epilogue: epilogue, sums: sums)
          }
        }
      }
    }
  }

  /// Shares the input channels of the filters out to the threads.
  private static func forEachChannels(
    _ count: Int, _ pool: ThreadPool, _ body: (_ channels: Range<Int>) -> Void
  ) {
    let step = 16
    pool.run(chunks: (count + step - 1) / step) { chunk, _ in
      body(chunk * step..<min((chunk + 1) * step, count))
    }
  }
}
