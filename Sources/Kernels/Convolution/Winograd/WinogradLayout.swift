import CKernels

/// Where a pass of a Winograd convolution keeps its elements in scratch memory, and in which order
/// it is computed: U, the transformed weights, V, the transformed tiles of what is read, and M, the
/// products of both. Each has a plane for every pair of points; U has planes of its own for every
/// phase.
///
///     U: products × (from × to)   V: planes × (tiles × from)   M: planes × (tiles × to)
///
/// Forward, the phases of what is read take turns in V and are summed in M. In the pass backward to
/// the data there is one V, and the phases of the result take turns in M.
struct WinogradLayout {
  /// Which pass it is.
  enum Direction: CaseIterable {
    /// y from x.
    case forward
    /// dx from dy.
    case adjoint
    /// dw from x and dy: as `forward`, with D, the transformed dy, in the place of M.
    case weights
  }

  /// A phase of the convolution: some taps and the pixels of x that meet them.
  struct Phase {
    let transform: ck_axes
    /// The pixels of x, or of dx in the pass backward to the data.
    let windows: WinogradWindows
    let products: [Product]
    /// Where the elements of a transformed tile, filter and result lie, counted from the first one:
    /// one for each of its products.
    let placesV: [Int]
    let placesU: [Int]
    let placesM: [Int]
    /// The indices of its taps among the nine.
    let taps: [Int]
    /// Whether another phase comes before it, to whose sums it adds.
    let isLater: Bool
  }

  /// A product of matrices for a pair of points: M (tiles × to) = V (tiles × from) · U (from × to).
  struct Product {
    /// The first elements of its U, V and M.
    let u: Int
    let v: Int
    let m: Int
  }

  /// Tiles that a thread transforms at a time in a stage.
  static let chunkTiles = 8

  let direction: Direction
  /// Tiles of the batch.
  let count: Int
  /// Channels of what is read and of what is written.
  let from: Int
  let to: Int
  let phases: [Phase]
  let schedule: Schedule
  /// Elements from one tile of V, or of M, to the next.
  let pitchV: Int
  let pitchM: Int
  /// Tiles of a thread's block or of a span.
  let stageTiles: Int
  /// The channels of each strip of the result and of each slab of what is read, where the schedule
  /// is ``Schedule/strips``.
  let strips: [Range<Int>]
  let slabs: [Range<Int>]
  /// Elements of U, or of that of a slab of a strip.
  let countU: Int
  private let countV: Int
  private let countM: Int
  private let countTurned: Int
  /// What all phases have in common: the transform, its planes of V or M, and the pixels of y or
  /// dy.
  let common: (transform: ck_axes, places: [Int], windows: WinogradWindows)

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
    let cut = Cut(
      tiling, direction, count: count, from: from, to: to, isPrepared: isPrepared)
    (schedule, stageTiles) = (cut.schedule, cut.stageTiles)
    (pitchV, pitchM) = (cut.pitchV, cut.pitchM)
    strips = Self.cut(to, by: Cut.stripColumns)
    slabs = Self.cut(from, by: cut.slab)

    // Elements of a plane, those of different planes on different sets of a cache.
    let usesStrips = schedule == .strips
    let planeV = roundUp(stageTiles * pitchV, 16) + 16
    let planeM = roundUp(stageTiles * pitchM, 16) + 16 + PackedMatrix.width
    let (rowsU, columnsU) = usesStrips ? (cut.slab, Cut.stripColumns) : (from, to)
    let planeU =
      max(PackedMatrix.count(depth: rowsU, columns: columnsU), roundUp(rowsU * columnsU, 16)) + 16
    countU = (usesStrips ? tiling.planes : tiling.products) * planeU
    (countV, countM) = (tiling.planes * planeV, tiling.planes * planeM)
    countTurned = usesStrips && isAdjoint ? 9 * cut.slab * Cut.stripColumns : 0

    // The products of every phase; where the schedule is ``Schedule/strips``, phases take turns in
    // U.
    var next = 0
    var made: [Phase] = []
    for phase in tiling.phases {
      if usesStrips { next = 0 }
      let products = phase.planes.enumerated().map { index, plane in
        Product(u: (next + index) * planeU, v: plane * planeV, m: plane * planeM)
      }
      next += products.count
      made.append(
        Phase(
          transform: phase.transform,
          windows: WinogradWindows(problem, tiling, phase, isAdjoint: isAdjoint),
          products: products, placesV: products.map(\.v), placesU: products.map(\.u),
          placesM: products.map(\.m), taps: phase.taps, isLater: !made.isEmpty))
    }
    phases = made
    common = (
      tiling.phases[0].transform, isAdjoint ? made[0].placesV : made[0].placesM,
      WinogradWindows(ofOutputs: problem, tiling, isAdjoint: isAdjoint)
    )
  }

  /// Ranges of `step` that together are 0..<`count`, the last of which may be shorter.
  static func cut(_ count: Int, by step: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: step).map { $0..<min($0 + step, count) }
  }

  /// Elements of U, V and M.
  func scratchCount(threads: Int) -> Int {
    switch schedule {
    case .blocked: countU + threads * (countV + countM)
    case .staged: countU + countV + countM
    case .strips: stagesV * slabs.count * countV + threads * perThreadCount
    }
  }

  /// Phases whose V are in memory at the same time where the schedule is ``Schedule/strips``.
  private var stagesV: Int { direction == .adjoint ? 1 : phases.count }

  /// Elements of a thread's U, M and turned weights.
  private var perThreadCount: Int { countU + countM + countTurned }

  /// V of a slab.
  func slabV(
    _ v: UnsafeMutablePointer<Float>, phase: Int, slab: Int
  ) -> UnsafeMutablePointer<Float> {
    v + (phase * slabs.count + slab) * countV
  }

  /// A thread's U, M and turned weights, where the schedule is ``Schedule/strips``.
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
}
