import CKernels

/// 3×3 convolutions of padding 1 by Winograd's F(m×n, 3×3). For a tile of m × n outputs and a pair
/// of channels, (m + 2)(n + 2) multiplications take the place of 9 m n with stride 1, (2m + 1)(2n +
/// 1) with stride 2.
///
/// The transforms are those of ``WinogradTransform``, the elements those of ``WinogradLayout``. For
/// each pair of points, M = V U is a product of matrices, tiles × inChannels with inChannels ×
/// outChannels. The pass backward to the data is the same with the rotated filter. The weights'
/// gradient is dU = Vᵀ D for each pair of points, transformed back once at the end.
struct WinogradConvolution: PreparedForward, ResultSummingKernel, GradientSummingKernel {
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

  /// Multiplications for each pair of channels, to compare implementations by.
  ///
  /// Making U and reading it costs as much as the products of 55 tiles, or of 5 where it never
  /// leaves a second-level cache; reading it alone as much as those of 20 (measured). An axis of
  /// seven points, the least accurate, must save 7 %.
  private func cost(isPrepared: Bool) -> Double {
    let more = isPrepared ? 20 : usesStrips ? 5 : 55
    let products = Double(tiling.products * (tiling.tiles(problem) + more))
    return [tiling.rows, tiling.columns].reduce(products) { $1.points > 6 ? 1.07 * $0 : $0 }
  }

  private func layout(
    _ direction: WinogradLayout.Direction, isPrepared: Bool = false
  ) -> WinogradLayout {
    WinogradLayout(problem, tiling, direction, isPrepared: isPrepared)
  }

  /// Whether every training pass is computed strip by strip.
  private var usesStrips: Bool {
    WinogradLayout.Direction.allCases.allSatisfy { layout($0).schedule == .strips }
  }

  var resultParts: [Int] { layout(.forward).resultParts }
  var gradientParts: Int { layout(.adjoint).partCount }

  func scratchCount(threads: Int) -> Int {
    let adjoint = layout(.adjoint)
    let turned = adjoint.schedule == .strips ? 0 : adjoint.countU + problem.weightCount
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
    transformFilters(layout(.forward, isPrepared: true), w, to: prepared, pool: pool)
  }

  func forwardPrepared(_ operands: ForwardOperands, in execution: Execution) {
    convolve(
      layout(.forward, isPrepared: true), WinogradOperands(operands, problem),
      u: operands.w.float32, in: execution)
  }

  func forward(_ operands: ForwardOperands, in execution: Execution) {
    let layout = layout(.forward)
    let (w, operands) = (operands.w.float32, WinogradOperands(operands, problem))
    if layout.schedule == .strips {
      convolveByStrips(layout, operands, w: w, in: execution)
    } else {
      transformFilters(layout, w, to: execution.scratch, pool: execution.pool)
      convolve(layout, operands, u: execution.scratch, in: execution.after(layout.countU))
    }
  }

  func backwardData(_ operands: DataGradientOperands, in execution: Execution) {
    precondition(
      !operands.epilogue.accumulates(operands.dx.float32), "\(problem) cannot add to its result")
    let layout = layout(.adjoint)
    let (w, operands) = (operands.w.float32, WinogradOperands(operands))
    if layout.schedule == .strips {
      convolveByStrips(layout, operands, w: w, in: execution)
      return
    }
    // scratch: U, then V and M; the turned weights are needed until U is made, so they lie in the
    // place of V and M.
    let (u, turned) = (execution.scratch, execution.scratch + layout.countU)
    problem.transposeTaps(w, to: turned, pool: execution.pool) { 8 - $0 }
    transformFilters(layout, turned, to: u, pool: execution.pool)
    convolve(layout, operands, u: u, in: execution.after(layout.countU))
  }

  func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution) {
    let layout = layout(.weights)
    if layout.schedule == .strips {
      gradientByStrips(layout, operands, in: execution)
      return
    }
    let (dw, dy, pool) = (operands.dw.float32, operands.dy.float32, execution.pool)
    let (c, k) = (layout.from, layout.to)
    // scratch: dU, products × (c × k); V, planes × (tiles × c) of a span; D, planes × (tiles × k)
    let du = execution.scratch
    let v = du + layout.countU
    let d = layout.stageM(v)
    let source = WinogradOperands(operands)
    layout.forEachSpan { tiles in
      for (index, phase) in layout.phases.enumerated() {
        layout.forEachChunk(of: tiles, pool) { some, first in
          layout.readInput(
            some, channels: 0..<c, phase: phase, source, v: v + first * layout.pitchV)
          // All phases meet the same gradient.
          if index == 0 {
            layout.readGradient(some, channels: 0..<k, dy: dy, d: d + first * layout.pitchM)
          }
        }
        // dU += Vᵀ D for each pair of points of the phase.
        let products = phase.products
        pool.run(chunks: products.count) { index, _ in
          let product = products[index]
          let next = index + 1 < products.count ? products[index + 1] : nil
          ck_gradient_in_place(
            tiles.count, c, k, v + product.v, layout.pitchV, d + product.m, layout.pitchM,
            du + product.u, k, tiles.lowerBound == 0 ? 0 : 1, next.map { v + $0.v },
            next.map { d + $0.m })
        }
      }
    }
    // dw = Gᵀ dU G
    Self.forEachChannels(c, pool) { channels in
      for phase in layout.phases {
        ck_winograd_filter_gradient(
          phase.transform, channels.count, du + channels.lowerBound * k, k, phase.placesU, k,
          dw + channels.lowerBound * k, k, phase.taps.map { $0 * c * k })
      }
    }
  }

  /// Shares the input channels of the filters out to the threads.
  static func forEachChannels(
    _ count: Int, _ pool: ThreadPool, _ body: (_ channels: Range<Int>) -> Void
  ) {
    let step = 16
    pool.run(chunks: (count + step - 1) / step) { chunk, _ in
      body(chunk * step..<min((chunk + 1) * step, count))
    }
  }
}
