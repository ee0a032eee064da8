import CKernels

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
    return 36 * Double(tiles + 36) < 0.9 * Double(directCost(problem))
  }

  private static func preparedCost(_ problem: ConvolutionProblem) -> Double {
    36 * Double(WinogradTiles(problem).count + 12)
  }

  /// Multiplications for each pair of channels of the next best implementation.
  private static func directCost(_ problem: ConvolutionProblem) -> Int {
    PerPixelConvolution.accepts(problem)
      ? PerPixelConvolution.cost(problem) : 9 * problem.outPixels
  }

  /// U is there already, and only read.
  static func acceptsPrepared(_ problem: ConvolutionProblem) -> Bool {
    guard canCompute(problem) else { return false }
    return preparedCost(problem) < 0.9 * Double(directCost(problem))
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

  static func preparedCount(for problem: ConvolutionProblem) -> Int {
    Layout(problem, from: problem.inChannels, to: problem.outChannels).countU
  }

  static func prepare(
    _ problem: ConvolutionProblem, to prepared: UnsafeMutablePointer<Float>,
    w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let layout = Layout(problem, from: problem.inChannels, to: problem.outChannels)
    transformFilters(layout, u: prepared, w: w, pool: pool)
  }

  static func forward(
    _ problem: ConvolutionProblem, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    prepared: UnsafeMutablePointer<Float>, input: InputTransform?, finish: Finish?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let layout = Layout(problem, from: problem.inChannels, to: problem.outChannels)
    convolve(
      layout, y: y, x: x, u: prepared, input: input, finish: finish?.loop(y), scratch: scratch,
      pool: pool)
  }

  static func backwardData(
    _ problem: ConvolutionProblem, dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    w: UnsafePointer<Float>, finish: GradientFinish,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    precondition(!finish.accumulates(dx), "\(problem) cannot add to its result")
    let layout = Layout(problem, from: problem.outChannels, to: problem.inChannels)
    let turned = scratch + layout.scratchCount(threads: pool.threads)
    problem.transposeTaps(w, to: turned, pool: pool) { 8 - $0 }
    transformFilters(layout, u: scratch, w: turned, pool: pool)
    convolve(
      layout, y: dx, x: dy, u: scratch, input: nil, finish: finish.finish(dx)?.loop(dx),
      scratch: scratch + layout.countU, pool: pool)
  }

  static func backwardWeights(
    _ problem: ConvolutionProblem, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let layout = weightsLayout(problem)
    let (c, k) = (layout.from, layout.to)
    let (v, d) = (scratch + layout.countU, layout.spanM(scratch + layout.countU))
    layout.forEachSpan { tiles in
      layout.forEachChunk(of: tiles, pool) { part in
        let at = part.lowerBound - tiles.lowerBound
        layout.readInput(part, x: x, input: input, v: v + at * layout.pitchV)
        layout.readGradient(part, dy: dy, d: d + at * layout.pitchD)
      }
      pool.run(chunks: 36) { place, _ in
        ck_gradient_in_place(
          tiles.count, c, k, v + place * layout.planeV, layout.pitchV,
          d + place * layout.planeM, layout.pitchD, scratch + place * layout.planeU, k,
          tiles.lowerBound == 0 ? 0 : 1)
      }
    }
    forEachChannel(c, pool) { channel in
      WinogradTransform.filterGradient(
        scratch + channel * k, plane: layout.planeU, channels: k, dg: dw + channel * k,
        tap: c * k)
    }
  }

  private static func weightsLayout(_ problem: ConvolutionProblem) -> Layout {
    Layout(problem, from: problem.inChannels, to: problem.outChannels, isShared: true)
  }

  /// U of the weights at `w`, in × out channels of this pass.
  private static func transformFilters(
    _ layout: Layout, u: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let (c, k) = (layout.from, layout.to)
    forEachChannel(c, pool) { channel in
      WinogradTransform.filter(
        w + channel * k, tap: c * k, channels: k, u: u + channel * PackedMatrix.width,
        plane: layout.planeU, depth: c)
    }
  }

  /// y = finish(x ∗ w) with the transformed weights at `u`.
  private static func convolve(
    _ layout: Layout, y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    u: UnsafePointer<Float>, input: InputTransform?, finish: ck_finish?,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (c, k) = (layout.from, layout.to)
    @inline(__always)
    func product(
      _ place: Int, _ tiles: Int, v: UnsafePointer<Float>, m: UnsafeMutablePointer<Float>
    ) {
      ck_multiply_in_place(
        tiles, c, k, v + place * layout.planeV, layout.pitchV, u + place * layout.planeU,
        m + place * layout.planeM, k)
    }
    if layout.isBlocked {
      let (step, count) = (layout.blockTiles, layout.tiles.count)
      pool.run(chunks: (count + step - 1) / step) { block, lane in
        let part = block * step..<min((block + 1) * step, count)
        let v = layout.laneV(scratch, lane: lane)
        let m = v + 36 * layout.planeV
        layout.readInput(part, x: x, input: input, v: v)
        for place in 0..<36 { product(place, part.count, v: v, m: m) }
        layout.writeOutput(part, m: m, y: y, finish: finish)
      }
      return
    }
    let (v, m) = (scratch, layout.spanM(scratch))
    layout.forEachSpan { tiles in
      layout.forEachChunk(of: tiles, pool) { part in
        layout.readInput(
          part, x: x, input: input, v: v + (part.lowerBound - tiles.lowerBound) * layout.pitchV)
      }
      pool.run(chunks: 36) { place, _ in product(place, tiles.count, v: v, m: m) }
      layout.forEachChunk(of: tiles, pool) { part in
        layout.writeOutput(
          part, m: m + (part.lowerBound - tiles.lowerBound) * k, y: y, finish: finish)
      }
    }
  }

  /// Shares the input channels of the filters out to the lanes.
  private static func forEachChannel(
    _ channels: Int, _ pool: ThreadPool, _ body: (_ channel: Int) -> Void
  ) {
    let step = 8
    pool.run(chunks: (channels + step - 1) / step) { chunk, _ in
      for channel in chunk * step..<min((chunk + 1) * step, channels) { body(channel) }
    }
  }
}
