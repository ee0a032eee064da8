import CKernels

/// Where a pass of a Winograd convolution keeps its elements in scratch memory, and in which parts it
/// is computed: U, the transformed weights, V, what is read, transformed, and M, the products of both,
/// a plane for every pair of points; U has its planes for every phase.
///
/// Forward, the phases of what is read take turns in V and are summed in M. Towards the data there is
/// one V, and the phases of the result take turns in M.
struct WinogradLayout {
  /// In which order a pass is computed.
  enum Schedule {
    /// A thread takes a block of tiles through all stages, in scratch memory of its own.
    case blocked
    /// All threads epilogue a stage for a span of tiles before the next begins.
    case staged
    /// A thread takes a part of the result's channels through all stages after the first, and makes
    /// the part's U by slabs of input channels, so that it never leaves a second-level cache.
    case parted
  }

  /// Which way elements go. `weights` is `forward` with dy, transformed, in the place of M.
  enum Direction: CaseIterable { case forward, adjoint, weights }

  /// A phase of the convolution.
  struct Phase {
    let transform: ck_axes
    /// The pixels of what is read, or towards the data of what is written.
    let windows: WinogradWindows
    let products: [Product]
    /// Where its elements of a transformed tile, a filter and a result lie beside those of the first.
    let placesV: [Int]
    let placesU: [Int]
    let placesM: [Int]
    /// The elements of its taps among the nine.
    let taps: [Int]
    /// Whether phases come before it, to whose sums it adds.
    let isLater: Bool
  }

  /// m (tiles × to) = V (tiles × from) · U
  struct Product {
    /// The first number of its U, V and M.
    let u: Int
    let v: Int
    let m: Int
  }

  /// Elements of V and M that a span takes: about what two second-level caches hold.
  static let spanNumbers = 1 << 19
  /// Elements of V and M that a thread's block takes: half of its second-level cache.
  static let blockNumbers = 128 << 10
  /// Channels of M that a block computes at a time.
  static let blockColumns = 64
  /// Channels of the result that a part has.
  static let partColumns = 32
  /// Most elements of a slab's U, and of that and a part's M together, which stay in a second-level
  /// cache; most channels of a slab.
  static let slabNumbers = 96 << 10
  static let partNumbers = 208 << 10
  static let slabChannels = 128
  /// Parts that threads share evenly enough.
  static let enoughParts = 4
  /// Tiles that a thread transforms at a time in a stage.
  static let chunkTiles = 8
  /// Blocks from which threads work on blocks of their own.
  static let enoughBlocks = 8

  let direction: Direction
  /// Tiles of the batch.
  let count: Int
  /// Channels of what is read and of what is written.
  let from: Int
  let to: Int
  let phases: [Phase]
  /// Elements of U, or of a slab of a part of it.
  let countU: Int
  /// Elements from one tile of V, or of M, to the next.
  let pitchV: Int
  let pitchM: Int
  let schedule: Schedule
  /// The channels of each part of the result and of each slab of what is read, where the schedule is
  /// parted.
  let parts: [Range<Int>]
  let slabs: [Range<Int>]
  /// Tiles of a thread's block or of a span.
  let stageTiles: Int
  /// What all phases have in common: the transform, its planes of V or M, and the pixels of y or dy.
  private let common: (transform: ck_axes, places: [Int], windows: WinogradWindows)
  private let countV: Int
  private let countM: Int
  private let countTurned: Int

  /// - Parameter isPrepared: whether U is made beforehand, which takes all of it at once.
  init(
    _ problem: ConvolutionProblem, _ tiling: WinogradTiling, _ direction: Direction,
    isPrepared: Bool = false
  ) {
    self.direction = direction
    let isAdjoint = direction == .adjoint
    let (from, to) =
      isAdjoint
      ? (problem.outChannels, problem.inChannels) : (problem.inChannels, problem.outChannels)
    (self.from, self.to) = (from, to)
    count = tiling.tiles(problem)
    let phases = tiling.phases

    let slab = min(
      from, Self.slabChannels,
      max(16, Self.slabNumbers / (tiling.planes * Self.partColumns) / 16 * 16))
    let isParted =
      !isPrepared && to >= Self.enoughParts * Self.partColumns
      && tiling.planes * (count + slab) * Self.partColumns <= Self.partNumbers
    // One extra line keeps tiles and planes from falling on the same sets of a cache.
    pitchV = isParted ? slab : from + 16
    // Several phases are summed, so their channels cannot be computed by parts.
    let columns = phases.count > 1 && !isAdjoint ? to : min(to, Self.blockColumns)
    let wanted = Self.blockNumbers / (tiling.planes * (pitchV + columns))
    let blockTiles = max(28, min(112, wanted / 14 * 14))
    if isParted {
      schedule = .parted
      (stageTiles, pitchM) = (count, Self.partColumns)
    } else if direction != .weights && count >= Self.enoughBlocks * blockTiles {
      schedule = .blocked
      // An even number of equal blocks: two threads would wait for the odd or the short one of a few.
      let blocks = roundUp((count + blockTiles - 1) / blockTiles, 2)
      (stageTiles, pitchM) = ((count + blocks - 1) / blocks, columns)
    } else {
      schedule = .staged
      pitchM = direction == .weights ? roundUp(to, PackedMatrix.width) + 16 : to
      // U is read once for each span, so the span is at least as large.
      let most = max(
        96, Self.spanNumbers / (tiling.planes * (pitchV + pitchM)), from * to / (from + to))
      let spans = (count + most - 1) / most
      stageTiles = min(count, roundUp((count + spans - 1) / spans, 12))
    }
    let planeV = roundUp(stageTiles * pitchV, 16) + 16
    let planeM = roundUp(stageTiles * pitchM, 16) + 16 + PackedMatrix.width
    parts = Self.cut(to, by: Self.partColumns)
    slabs = Self.cut(from, by: slab)
    let (rowsU, columnsU) = isParted ? (slab, Self.partColumns) : (from, to)
    let planeU =
      max(PackedMatrix.count(depth: rowsU, columns: columnsU), roundUp(rowsU * columnsU, 16)) + 16
    countU = (isParted ? tiling.planes : tiling.products) * planeU
    (countV, countM) = (tiling.planes * planeV, tiling.planes * planeM)
    countTurned = isParted && isAdjoint ? 9 * slab * Self.partColumns : 0

    func side(
      _ axis: WinogradAxis, _ extents: (input: Int, output: Int), _ phase: WinogradAxis.Phase
    ) -> (common: WinogradWindows.Side, phase: WinogradWindows.Side) {
      func windows(
        _ extent: Int, samples: Int, step: Int, first: Int
      ) -> WinogradWindows.Side {
        WinogradWindows.Side(
          extent: extent, count: axis.count(extents.output), samples: samples, step: step,
          first: first, distance: axis.tile * step)
      }
      return isAdjoint
        ? (
          windows(
            extents.output, samples: axis.inputs(axis.phases[0]), step: 1,
            first: axis.stride == 1 ? axis.phases[0].input : 0),
          windows(extents.input, samples: axis.tile, step: axis.stride, first: phase.output)
        )
        : (
          windows(extents.output, samples: axis.tile, step: 1, first: 0),
          windows(
            extents.input, samples: axis.inputs(phase), step: axis.stride, first: phase.input)
        )
    }
    var next = 0
    var made: [Phase] = []
    for phase in phases {
      if isParted { next = 0 }
      let products = phase.planes.enumerated().map { index, plane in
        Product(u: (next + index) * planeU, v: plane * planeV, m: plane * planeM)
      }
      next += products.count
      made.append(
        Phase(
          transform: phase.transform,
          windows: WinogradWindows(
            rows: side(tiling.rows, (problem.height, problem.outHeight), phase.rows).phase,
            columns: side(tiling.columns, (problem.width, problem.outWidth), phase.columns).phase),
          products: products, placesV: products.map(\.v), placesU: products.map(\.u),
          placesM: products.map(\.m), taps: phase.taps, isLater: !made.isEmpty))
    }
    self.phases = made
    let first = phases[0]
    common = (
      first.transform, isAdjoint ? made[0].placesV : made[0].placesM,
      WinogradWindows(
        rows: side(tiling.rows, (problem.height, problem.outHeight), first.rows).common,
        columns: side(tiling.columns, (problem.width, problem.outWidth), first.columns).common)
    )
  }

  private static func cut(_ count: Int, by step: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: step).map { $0..<min($0 + step, count) }
  }

  /// Elements of U, V and M.
  func scratchCount(threads: Int) -> Int {
    switch schedule {
    case .blocked: countU + threads * (countV + countM)
    case .staged: countU + countV + countM
    case .parted: stagesV * slabs.count * countV + threads * perThreadCount
    }
  }

  /// Phases whose V are there at the same time where the schedule is parted.
  private var stagesV: Int { direction == .adjoint ? 1 : phases.count }

  /// Elements of a thread's U, M and turned weights.
  private var perThreadCount: Int { countU + countM + countTurned }

  /// V of a slab.
  func slabV(
    _ v: UnsafeMutablePointer<Float>, phase: Int, slab: Int
  ) -> UnsafeMutablePointer<Float> {
    v + (phase * slabs.count + slab) * countV
  }

  /// A thread's U, M and turned weights, where the schedule is parted.
  func thread(
    _ thread: Int, _ scratch: UnsafeMutablePointer<Float>
  ) -> (
    u: UnsafeMutablePointer<Float>, m: UnsafeMutablePointer<Float>,
    turned: UnsafeMutablePointer<Float>
  ) {
    let u = scratch + stagesV * slabs.count * countV + thread * perThreadCount
    return (u, u + countU, u + countU + countM)
  }

  /// A span's or a block's M, or D of the weights' gradient, after its V.
  func stageM(_ v: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> { v + countV }

  /// V of a thread's block, the first thread's at `stage`.
  func threadV(_ stage: UnsafeMutablePointer<Float>, thread: Int) -> UnsafeMutablePointer<Float> {
    stage + thread * (countV + countM)
  }

  /// Calls `body` with spans of tiles that together are all tiles.
  func forEachSpan(_ body: (_ tiles: Range<Int>) -> Void) {
    for first in stride(from: 0, to: count, by: stageTiles) {
      body(first..<min(first + stageTiles, count))
    }
  }

  /// Shares a span's tiles out to the threads.
  func forEachChunk(
    of span: Range<Int>, _ pool: ThreadPool, _ body: (_ tiles: Range<Int>, _ first: Int) -> Void
  ) {
    let step = Self.chunkTiles
    pool.run(chunks: (span.count + step - 1) / step) { chunk, _ in
      let first = span.lowerBound + chunk * step
      body(first..<min(first + step, span.upperBound), chunk * step)
    }
  }

  /// The tiles whose pixels sums of their own are formed over: those that are written in one go.
  private var partTiles: [Range<Int>] {
    switch schedule {
    case .blocked: Self.cut(count, by: stageTiles)
    case .parted: [0..<count]
    case .staged:
      Self.cut(count, by: stageTiles).flatMap { span in
        Self.cut(span.count, by: Self.chunkTiles).map {
          span.lowerBound + $0.lowerBound..<span.lowerBound + $0.upperBound
        }
      }
    }
  }

  /// The number of the part that begins with this tile.
  private func part(_ tile: Int) -> Int {
    switch schedule {
    case .blocked: tile / stageTiles
    case .parted: 0
    case .staged:
      tile / stageTiles * ((stageTiles + Self.chunkTiles - 1) / Self.chunkTiles) + tile % stageTiles
        / Self.chunkTiles
    }
  }

  /// Pixels of each part of the result, forward.
  var resultParts: [Int] { partTiles.map { common.windows.pixelCount($0) } }

  /// How many parts there are.
  var partCount: Int { partTiles.count }

  /// V of some tiles and channels, the first one at `v`: of a phase of x, or of dy.
  func readInput(
    _ part: Range<Int>, channels: Range<Int>, phase: Phase, x: UnsafePointer<Float>,
    input: InputTransform?, v: UnsafeMutablePointer<Float>
  ) {
    let isAdjoint = direction == .adjoint
    let transform = isAdjoint ? common.transform : phase.transform
    let places = isAdjoint ? common.places : phase.placesV
    let first = channels.lowerBound
    (isAdjoint ? common.windows : phase.windows).read(part, image: x + first, channels: from) {
      ck_winograd_input(
        transform, $1, $2, channels.count, input.map { $0.scale + first },
        input.map { $0.shift + first }, v + ($0 - part.lowerBound) * pitchV, places,
        schedule == .blocked ? 0 : 1)
    }
  }

  /// D of some tiles and channels, the first one at `d`.
  func readGradient(
    _ part: Range<Int>, channels: Range<Int>, dy: UnsafePointer<Float>,
    d: UnsafeMutablePointer<Float>
  ) {
    common.windows.read(part, image: dy + channels.lowerBound, channels: to) {
      ck_winograd_gradient(
        common.transform, $1, $2, channels.count, d + ($0 - part.lowerBound) * pitchM,
        common.places, schedule == .staged ? 1 : 0)
    }
  }

  /// Some channels of the result of a part's tiles, the first one's M at `m`: y, or a phase of dx.
  func writeOutput(
    _ part: Range<Int>, phase: Phase, columns: Range<Int>, m: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>, epilogue: ck_epilogue?, sums: ColumnSums?
  ) {
    let isAdjoint = direction == .adjoint
    let transform = isAdjoint ? phase.transform : common.transform
    let places = isAdjoint ? phase.placesM : common.places
    var epilogue = epilogue
    if let shift = epilogue?.shift { epilogue?.shift = shift + columns.lowerBound }
    // Phases of dx are added to the same sums.
    let windows = isAdjoint ? phase.windows : common.windows
    let sums = sums?.part(
      self.part(part.lowerBound), of: y, columns: columns, clears: !isAdjoint || !phase.isLater
    ).from(columns.lowerBound)
    epilogue.withPointer { epilogue in
      windows.write(part, image: y + columns.lowerBound, channels: to) { tile, pixels, next in
        (tile == part.lowerBound ? sums : sums?.later).withPointer { sums in
          ck_winograd_output(
            transform, m + (tile - part.lowerBound) * pitchM, places, columns.count, epilogue, sums,
            pixels, next)
        }
      }
    }
  }
}
