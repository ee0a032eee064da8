/// 3×3 convolutions of stride 1 and padding 1 by F(4×4, 3×3): 36 products of matrices over
/// transformed tiles take the place of 144 multiplications per tile and channel pair.
///
/// Backward data is the same with the rotated filter. The weights' gradient is
/// dU = Vᵀ D for each of the 36 places, transformed back once at the end.
///
/// Schedules: *blocked*, where a lane takes a block of tiles through all stages in its own scratch
/// memory, and *staged*, where all lanes finish a stage for a span of tiles before the next begins.
enum WinogradConvolution: ConvolutionKernel {
  static let name = "winograd 4×4"

  static var policies: Set<ConvolutionPolicy> { [.fastest] }

  static func accepts(_ problem: ConvolutionProblem) -> Bool {
    guard canCompute(problem) else { return false }
    // Multiplications for each pair of channels. Making U and reading it costs as much as the
    // products of 36 tiles (measured).
    let tiles = WinogradTiles(problem).count
    let cost = 36 * Double(tiles + 36)
    let direct =
      PerPixelConvolution.accepts(problem)
      ? PerPixelConvolution.cost(problem) : Double(9 * problem.outPixels)
    return cost < 0.9 * direct
  }

  /// Whether the formulas apply, fast or not.
  static func canCompute(_ p: ConvolutionProblem) -> Bool {
    p.kernelHeight == 3 && p.kernelWidth == 3 && p.stride == 1 && p.padding == 1
      && p.inChannels >= 16 && p.outChannels >= 16
      && p.inChannels % WinogradTransform.width == 0
      && p.outChannels % WinogradTransform.width == 0
      && p.batch > 0 && p.height > 0 && p.width > 0
  }

  static func scratchCount(for problem: ConvolutionProblem, threads: Int) -> Int {
    let forward = Layout(problem, from: problem.inChannels, to: problem.outChannels)
    let backward = Layout(problem, from: problem.outChannels, to: problem.inChannels)
    return max(
      forward.scratchCount(threads: threads),
      backward.scratchCount(threads: threads) + problem.weightCount,
      weightsLayout(problem).scratchCount(threads: threads))
  }

  static func forward(
    _ problem: ConvolutionProblem, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = Layout(problem, from: problem.inChannels, to: problem.outChannels)
    convolve(layout, y: y, x: x, w: w, scratch: scratch, pool: pool)
  }

  static func backwardData(
    _ problem: ConvolutionProblem, dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = Layout(problem, from: problem.outChannels, to: problem.inChannels)
    let turned = scratch + layout.scratchCount(threads: pool.threads)
    problem.transposeTaps(w, to: turned, pool: pool) { 8 - $0 }
    convolve(layout, y: dx, x: dy, w: turned, scratch: scratch, pool: pool)
  }

  static func backwardWeights(
    _ problem: ConvolutionProblem, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = weightsLayout(problem)
    let (c, k) = (layout.from, layout.to)
    let (v, d) = (layout.spanV(scratch), layout.spanM(scratch))
    layout.forEachSpan { tiles in
      layout.forEachChunk(of: tiles, pool) { part, lane in
        let room = layout.room(scratch, lane: lane)
        let at = part.lowerBound - tiles.lowerBound
        layout.readInput(part, x: x, v: v + at * c, room: room)
        layout.readGradient(part, dy: dy, d: d + at * k, room: room)
      }
      pool.run(chunks: 36) { place, _ in
        Gemm.multiplyTransposedA(
          m: c, n: k, k: tiles.count, a: v + place * layout.planeV, lda: c,
          b: d + place * layout.planeM, ldb: k, beta: tiles.lowerBound == 0 ? 0 : 1,
          c: scratch + place * layout.planeU, ldc: k)
      }
    }
    forEachChannel(c, pool) { channel, lane in
      WinogradTransform.filterGradient(
        scratch + channel * k, plane: layout.planeU, channels: k, dg: dw + channel * k,
        tap: c * k, room: layout.room(scratch, lane: lane).tile)
    }
  }

  private static func weightsLayout(_ problem: ConvolutionProblem) -> Layout {
    Layout(problem, from: problem.inChannels, to: problem.outChannels, isShared: true)
  }

  /// y = x ∗ w with the weights at `w`, in × out channels of this pass.
  private static func convolve(
    _ layout: Layout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    w: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (c, k) = (layout.from, layout.to)
    forEachChannel(c, pool) { channel, lane in
      WinogradTransform.filter(
        w + channel * k, tap: c * k, channels: k, u: scratch + channel * k, plane: layout.planeU,
        room: layout.room(scratch, lane: lane).tile)
    }
    @inline(__always)
    func product(
      _ place: Int, _ tiles: Int, v: UnsafePointer<Float>, m: UnsafeMutablePointer<Float>
    ) {
      Gemm.multiply(
        m: tiles, n: k, k: c, a: v + place * layout.planeV, lda: c,
        b: scratch + place * layout.planeU, ldb: k, c: m + place * layout.planeM, ldc: k)
    }
    if layout.isBlocked {
      let (step, count) = (layout.blockTiles, layout.tiles.count)
      pool.run(chunks: (count + step - 1) / step) { block, lane in
        let part = block * step..<min((block + 1) * step, count)
        let room = layout.room(scratch, lane: lane)
        let m = room.v + 36 * layout.planeV
        layout.readInput(part, x: x, v: room.v, room: room)
        for place in 0..<36 { product(place, part.count, v: room.v, m: m) }
        layout.writeOutput(part, m: m, y: y, room: room)
      }
      return
    }
    let (v, m) = (layout.spanV(scratch), layout.spanM(scratch))
    layout.forEachSpan { tiles in
      layout.forEachChunk(of: tiles, pool) { part, lane in
        layout.readInput(
          part, x: x, v: v + (part.lowerBound - tiles.lowerBound) * c,
          room: layout.room(scratch, lane: lane))
      }
      pool.run(chunks: 36) { place, _ in product(place, tiles.count, v: v, m: m) }
      layout.forEachChunk(of: tiles, pool) { part, lane in
        layout.writeOutput(
          part, m: m + (part.lowerBound - tiles.lowerBound) * k, y: y,
          room: layout.room(scratch, lane: lane))
      }
    }
  }

  /// Shares the input channels of the filters out to the lanes.
  private static func forEachChannel(
    _ channels: Int, _ pool: ThreadPool, _ body: (_ channel: Int, _ lane: Int) -> Void
  ) {
    let step = 8
    pool.run(chunks: (channels + step - 1) / step) { chunk, lane in
      for channel in chunk * step..<min((chunk + 1) * step, channels) { body(channel, lane) }
    }
  }
}
