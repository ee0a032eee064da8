import CKernels

/// 3×3 convolutions of padding 1 by Winograd's F(m×n, 3×3): with stride 1, (m + 2)(n + 2) products of
/// matrices over transformed tiles take the place of 9 m n multiplications per tile and channel pair,
/// with stride 2 (2m + 1)(2n + 1).
///
/// Backward data is the same with the rotated filter. The weights' gradient is
/// dU = Vᵀ D for each pair of points, transformed back once at the end.
///
/// Schedules: *blocked*, where a lane takes a block of tiles through all stages in its own scratch
/// memory, and *staged*, where all lanes finish a stage for a span of tiles before the next begins.
struct WinogradConvolution: ConvolutionKernel {
  let problem: ConvolutionProblem
  let tiling: WinogradTiling

  var name: String { "winograd \(tiling)" }

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
    let axes = WinogradAxis.all(stride: p.stride)
    let all = axes.flatMap { rows in
      axes.map { Self(problem: p, tiling: WinogradTiling(rows: rows, columns: $0)) }
    }
    // Of two that cost the same, the smaller tile is more accurate.
    return all.map { (kernel: $0, cost: $0.cost(isPrepared: isPrepared)) }
      .sorted { ($0.cost, $0.kernel.tiling.products) < ($1.cost, $1.kernel.tiling.products) }
      .map(\.kernel)
  }

  /// Multiplications for each pair of channels.
  ///
  /// Making U and reading it costs as much as the products of 55 tiles, reading it alone as much as
  /// those of 12 (measured). An axis of seven points, the least accurate, must save 7 %.
  private func cost(isPrepared: Bool) -> Double {
    let products = Double(tiling.products * (tiling.tiles(problem) + (isPrepared ? 12 : 55)))
    return [tiling.rows, tiling.columns].reduce(products) { $1.points > 6 ? 1.07 * $0 : $0 }
  }

  private var forwardLayout: WinogradLayout { WinogradLayout(problem, tiling, .forward) }
  private var adjointLayout: WinogradLayout { WinogradLayout(problem, tiling, .adjoint) }
  private var weightsLayout: WinogradLayout { WinogradLayout(problem, tiling, .weights) }

  func scratchCount(threads: Int) -> Int {
    max(
      forwardLayout.scratchCount(threads: threads),
      adjointLayout.scratchCount(threads: threads) + problem.weightCount,
      weightsLayout.scratchCount(threads: threads))
  }

  var preparedCount: Int { roundUp(forwardLayout.countU, 16) }

  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    transformFilters(forwardLayout, u: prepared, w: w, pool: pool)
  }

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    prepared: UnsafeMutablePointer<Float>, input: InputTransform?, finish: Finish?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    convolve(
      forwardLayout, y: y, x: x, u: prepared, input: input, finish: finish?.loop(y),
      scratch: scratch, pool: pool)
  }

  func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    finish: GradientFinish, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    precondition(!finish.accumulates(dx), "\(problem) cannot add to its result")
    let layout = adjointLayout
    let turned = scratch + layout.scratchCount(threads: pool.threads)
    problem.transposeTaps(w, to: turned, pool: pool) { 8 - $0 }
    transformFilters(layout, u: scratch, w: turned, pool: pool)
    convolve(
      layout, y: dx, x: dy, u: scratch, input: nil, finish: finish.finish(dx)?.loop(dx),
      scratch: scratch + layout.countU, pool: pool)
  }

  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = weightsLayout
    let (c, k) = (layout.from, layout.to)
    let v = scratch + layout.countU
    let d = layout.stageM(v)
    layout.forEachSpan { tiles in
      for (index, phase) in layout.phases.enumerated() {
        layout.forEachChunk(of: tiles, pool) { part, first in
          layout.readInput(part, phase: phase, x: x, input: input, v: v + first * layout.pitchV)
          // All phases meet the same gradient.
          if index == 0 { layout.readGradient(part, dy: dy, d: d + first * layout.pitchM) }
        }
        pool.run(chunks: phase.products.count) { index, _ in
          let product = phase.products[index]
          let next = index + 1 < phase.products.count ? phase.products[index + 1] : nil
          ck_gradient_in_place(
            tiles.count, c, k, v + product.v, layout.pitchV, d + product.m, layout.pitchM,
            scratch + product.u, k, tiles.lowerBound == 0 ? 0 : 1, next.map { v + $0.v },
            next.map { d + $0.m })
        }
      }
    }
    Self.forEachChannels(c, pool) { channels in
      for phase in layout.phases {
        for channel in channels {
          ck_winograd_filter_gradient(
            phase.transform, scratch + channel * k, phase.placesU, k, dw + channel * k, phase.taps)
        }
      }
    }
  }

  /// U of the weights at `w`, in × out channels of this pass.
  private func transformFilters(
    _ layout: WinogradLayout, u: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>,
    pool: ThreadPool
  ) {
    let (c, k) = (layout.from, layout.to)
    let width = PackedMatrix.width
    Self.forEachChannels(c, pool) { channels in
      for phase in layout.phases {
        // Panel by panel, or the rows of all panels would lie on too many pages.
        for first in stride(from: 0, to: k, by: width) {
          for channel in channels {
            ck_winograd_filter(
              phase.transform, w + channel * k + first, phase.taps, min(width, k - first),
              u + first * c + channel * width, phase.placesU, c)
          }
        }
      }
    }
  }

  /// y = finish(x ∗ w) with the transformed weights at `u`, or dx from dy.
  private func convolve(
    _ layout: WinogradLayout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    u: UnsafePointer<Float>, input: InputTransform?, finish: ck_finish?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let all = 0..<layout.to
    let (phases, sums) = (layout.phases, layout.direction == .forward)
    @inline(__always)
    func multiply(
      _ product: WinogradLayout.Product, _ tiles: Int, columns: Range<Int>,
      v: UnsafePointer<Float>, m: UnsafeMutablePointer<Float>, adds: Bool
    ) {
      ck_multiply_in_place(
        tiles, layout.from, columns.count, v + product.v, layout.pitchV,
        u + product.u + columns.lowerBound * layout.from,
        m + product.m + (layout.isBlocked ? 0 : columns.lowerBound), layout.pitchM, adds ? 1 : 0)
    }
    if layout.isBlocked {
      let (step, width) = (layout.stageTiles, layout.pitchM)
      pool.run(chunks: (layout.count + step - 1) / step) { block, lane in
        let part = block * step..<min((block + 1) * step, layout.count)
        let v = layout.laneV(scratch, lane: lane)
        let m = layout.stageM(v)
        for (index, phase) in phases.enumerated() {
          if sums || index == 0 {
            layout.readInput(part, phase: phase, x: x, input: input, v: v)
          }
          for first in stride(from: 0, to: all.upperBound, by: width) {
            let columns = first..<min(first + width, all.upperBound)
            for product in phase.products {
              multiply(product, part.count, columns: columns, v: v, m: m, adds: sums && index > 0)
            }
            if !sums || index == phases.count - 1 {
              layout.writeOutput(part, phase: phase, columns: columns, m: m, y: y, finish: finish)
            }
          }
        }
      }
      return
    }
    let (v, m) = (scratch, layout.stageM(scratch))
    layout.forEachSpan { tiles in
      for (index, phase) in phases.enumerated() {
        if sums || index == 0 {
          layout.forEachChunk(of: tiles, pool) { part, first in
            layout.readInput(part, phase: phase, x: x, input: input, v: v + first * layout.pitchV)
          }
        }
        // Halves, because the number of products may be odd and small.
        pool.run(chunks: 2 * phase.products.count) { chunk, _ in
          let (product, half) = chunk.quotientAndRemainder(dividingBy: 2)
          let middle = layout.to / 2 / PackedMatrix.width * PackedMatrix.width
          multiply(
            phase.products[product], tiles.count,
            columns: half == 0 ? 0..<middle : middle..<layout.to, v: v, m: m,
            adds: sums && index > 0)
        }
        if !sums || index == phases.count - 1 {
          layout.forEachChunk(of: tiles, pool) { part, first in
            layout.writeOutput(
              part, phase: phase, columns: all, m: m + first * layout.pitchM, y: y, finish: finish)
          }
        }
      }
    }
  }

  /// Shares the input channels of the filters out to the lanes.
  private static func forEachChannels(
    _ count: Int, _ pool: ThreadPool, _ body: (_ channels: Range<Int>) -> Void
  ) {
    let step = 16
    pool.run(chunks: (count + step - 1) / step) { chunk, _ in
      body(chunk * step..<min((chunk + 1) * step, count))
    }
  }
}
