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
  /// those of 20 (measured). An axis of seven points, the least accurate, must save 7 %.
  private func cost(isPrepared: Bool) -> Double {
    let products = Double(tiling.products * (tiling.tiles(problem) + (isPrepared ? 20 : 55)))
    return [tiling.rows, tiling.columns].reduce(products) { $1.points > 6 ? 1.07 * $0 : $0 }
  }

  private func layout(
    _ direction: WinogradLayout.Direction, isPrepared: Bool = false
  ) -> WinogradLayout {
    WinogradLayout(problem, tiling, direction, isPrepared: isPrepared)
  }

  func scratchCount(threads: Int) -> Int {
    let adjoint = layout(.adjoint)
    return max(
      layout(.forward).scratchCount(threads: threads), preparedScratchCount(threads: threads),
      turnedStart(adjoint, threads: threads) + turnedCount(adjoint),
      adjoint.scratchCount(threads: threads), layout(.weights).scratchCount(threads: threads))
  }

  func preparedScratchCount(threads: Int) -> Int {
    layout(.forward, isPrepared: true).scratchCount(threads: threads) - preparedCount
  }

  var preparedCount: Int { roundUp(layout(.forward, isPrepared: true).countU, 16) }

  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let layout = layout(.forward, isPrepared: true)
    transformFilters(layout, 0..<layout.to, u: prepared, w: w, pool: pool)
  }

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    prepared: UnsafeMutablePointer<Float>, input: InputTransform?, finish: Finish?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    convolve(
      layout(.forward, isPrepared: true), y: y, x: x, u: prepared, input: input,
      finish: finish?.loop(y), scratch: scratch, pool: pool)
  }

  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = layout(.forward)
    convolve(
      layout, y: y, x: x, u: scratch, input: input, finish: nil,
      scratch: scratch + layout.countU, pool: pool
    ) { part in
      transformFilters(layout, part, u: scratch, w: w + part.lowerBound, pool: pool)
    }
  }

  func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    finish: GradientFinish, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    precondition(!finish.accumulates(dx), "\(problem) cannot add to its result")
    let layout = layout(.adjoint)
    let turned = scratch + turnedStart(layout, threads: pool.threads)
    convolve(
      layout, y: dx, x: dy, u: scratch, input: nil, finish: finish.finish(dx)?.loop(dx),
      scratch: scratch + layout.countU, pool: pool
    ) { part in
      problem.transposeTaps(w, channels: part, to: turned, pool: pool) { 8 - $0 }
      transformFilters(layout, part, u: scratch, w: turned, pool: pool)
    }
  }

  /// Where the turned weights of a part of U lie, which are needed until that is made: in the place
  /// of V and M, unless these are there already.
  private func turnedStart(_ layout: WinogradLayout, threads: Int) -> Int {
    layout.columnsU == layout.to ? layout.countU : layout.scratchCount(threads: threads)
  }
  private func turnedCount(_ layout: WinogradLayout) -> Int { 9 * layout.from * layout.columnsU }

  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = layout(.weights)
    let (c, k) = (layout.from, layout.to)
    let v = scratch + layout.countU
    let d = layout.stageM(v)
    func multiply(
      _ products: [WinogradLayout.Product], _ tiles: Range<Int>, columns: Range<Int>
    ) {
      pool.run(chunks: products.count) { index, _ in
        let product = products[index]
        let next = index + 1 < products.count ? products[index + 1] : nil
        ck_gradient_in_place(
          tiles.count, c, columns.count, v + product.v, layout.pitchV,
          d + product.m + columns.lowerBound, layout.pitchM, scratch + product.u, columns.count,
          tiles.lowerBound == 0 ? 0 : 1, next.map { v + $0.v },
          next.map { d + $0.m + columns.lowerBound })
      }
    }
    func write(_ phases: [WinogradLayout.Phase], columns: Range<Int>) {
      let (first, count) = (columns.lowerBound, columns.count)
      Self.forEachChannels(c, pool) { channels in
        for phase in phases {
          for channel in channels {
            ck_winograd_filter_gradient(
              phase.transform, scratch + channel * count, phase.placesU, count,
              dw + channel * k + first, phase.taps.map { $0 * c * k })
          }
        }
      }
    }
    let parts = layout.parts
    layout.forEachSpan { tiles in
      for (index, phase) in layout.phases.enumerated() {
        layout.forEachChunk(of: tiles, pool) { part, first in
          layout.readInput(part, phase: phase, x: x, input: input, v: v + first * layout.pitchV)
          // All phases meet the same gradient.
          if index == 0 { layout.readGradient(part, dy: dy, d: d + first * layout.pitchM) }
        }
        for columns in parts {
          multiply(phase.products, tiles, columns: columns)
          if parts.count > 1 { write([phase], columns: columns) }
        }
      }
    }
    if parts.count == 1 { write(layout.phases, columns: 0..<k) }
  }

  /// Some columns of U, of weights whose first column there is at `w`: in × out channels of this
  /// pass, or in × `columns` where U is made by parts.
  private func transformFilters(
    _ layout: WinogradLayout, _ columns: Range<Int>, u: UnsafeMutablePointer<Float>,
    w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let c = layout.from
    // Weights that were turned have no other columns.
    let pitch = layout.direction == .adjoint ? columns.count : layout.to
    let taps = layout.phases.map { $0.taps.map { $0 * c * pitch } }
    let width = PackedMatrix.width
    Self.forEachChannels(c, pool) { channels in
      for (phase, taps) in zip(layout.phases, taps) {
        // Panel by panel, or the rows of all panels would lie on too many pages.
        for first in stride(from: 0, to: columns.count, by: width) {
          for channel in channels {
            ck_winograd_filter(
              phase.transform, w + channel * pitch + first, taps,
              min(width, columns.count - first), u + first * c + channel * width, phase.placesU, c)
          }
        }
      }
    }
  }

  /// y = finish(x ∗ w), or dx from dy, with the transformed weights at `u`, which `prepare` makes for
  /// some columns before they are used.
  private func convolve(
    _ layout: WinogradLayout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    u: UnsafePointer<Float>, input: InputTransform?, finish: ck_finish?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool,
    prepare: (_ columns: Range<Int>) -> Void = { _ in }
  ) {
    let parts = layout.parts
    if parts.count == 1 { prepare(parts[0]) }
    if layout.isBlocked {
      convolveBlocks(
        layout, y: y, x: x, u: u, input: input, finish: finish, scratch: scratch, pool: pool)
      return
    }
    let (phases, sums) = (layout.phases, layout.direction == .forward)
    let (v, m) = (scratch, layout.stageM(scratch))
    layout.forEachSpan { tiles in
      for (index, phase) in phases.enumerated() {
        if sums || index == 0 {
          layout.forEachChunk(of: tiles, pool) { part, first in
            layout.readInput(part, phase: phase, x: x, input: input, v: v + first * layout.pitchV)
          }
        }
        for part in parts {
          if parts.count > 1 { prepare(part) }
          // Halves, because the number of products may be odd and small.
          let middle = part.count / 2 / PackedMatrix.width * PackedMatrix.width
          pool.run(chunks: 2 * phase.products.count) { chunk, _ in
            let (index, half) = chunk.quotientAndRemainder(dividingBy: 2)
            let product = phase.products[index]
            let columns = half == 0 ? 0..<middle : middle..<part.count
            ck_multiply_in_place(
              tiles.count, layout.from, columns.count, v + product.v, layout.pitchV,
              u + product.u + columns.lowerBound * layout.from,
              m + product.m + part.lowerBound + columns.lowerBound, layout.pitchM,
              sums && phase.isLater ? 1 : 0)
          }
        }
        if !sums || index == phases.count - 1 {
          layout.forEachChunk(of: tiles, pool) { part, first in
            layout.writeOutput(
              part, phase: phase, columns: 0..<layout.to, m: m + first * layout.pitchM, y: y,
              finish: finish)
          }
        }
      }
    }
  }

  /// The same where lanes have blocks of their own.
  private func convolveBlocks(
    _ layout: WinogradLayout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    u: UnsafePointer<Float>, input: InputTransform?, finish: ck_finish?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (phases, sums) = (layout.phases, layout.direction == .forward)
    let (step, width) = (layout.stageTiles, layout.pitchM)
    pool.run(chunks: (layout.count + step - 1) / step) { block, lane in
      let part = block * step..<min((block + 1) * step, layout.count)
      let v = layout.laneV(scratch, lane: lane)
      let m = layout.stageM(v)
      for (index, phase) in phases.enumerated() {
        if sums || index == 0 {
          layout.readInput(part, phase: phase, x: x, input: input, v: v)
        }
        for first in stride(from: 0, to: layout.to, by: width) {
          let columns = first..<min(first + width, layout.to)
          for product in phase.products {
            ck_multiply_in_place(
              part.count, layout.from, columns.count, v + product.v, layout.pitchV,
              u + product.u + first * layout.from, m + product.m, layout.pitchM,
              sums && phase.isLater ? 1 : 0)
          }
          if !sums || index == phases.count - 1 {
            layout.writeOutput(part, phase: phase, columns: columns, m: m, y: y, finish: finish)
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
