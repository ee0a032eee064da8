extension WinogradLayout {
  /// In which order a pass is computed.
  enum Schedule {
    /// A thread takes a block of tiles through all stages (transform, products, transform back), in
    /// scratch memory of its own.
    case blocked
    /// All threads finish a stage for a span of tiles before the next stage begins.
    case staged
    /// For few tiles and many weights. The first stage is done for all tiles; then a thread takes a
    /// strip, some channels of the result, through the other stages. It makes the strip's U slab by
    /// slab of input channels, so that U never leaves a second-level cache.
    case strips
  }

  /// The schedule of a pass and how much of it is computed at a time.
  struct Cut {
    /// Most elements of V and M of a span: about what two second-level caches hold.
    static let spanElements = 1 << 19
    /// Most elements of V and M of a thread's block: half of its second-level cache.
    static let blockElements = 128 << 10
    /// Channels of M that a block computes at a time.
    static let blockColumns = 64
    /// Channels of the result that a strip has.
    static let stripColumns = 32
    /// Most elements of a slab's U.
    static let slabElements = 96 << 10
    /// Most elements of a slab's U and a strip's M together, which stay in a second-level cache.
    static let stripElements = 208 << 10
    /// Most channels of a slab.
    static let slabChannels = 128
    /// Fewest strips that threads share evenly enough.
    static let enoughStrips = 4
    /// Fewest blocks for which each thread works on blocks of its own.
    static let enoughBlocks = 8

    let schedule: Schedule
    /// Input channels of a slab.
    let slab: Int
    /// Tiles of a thread's block or of a span.
    let stageTiles: Int
    /// Elements from one tile of V, or of M, to the next.
    let pitchV: Int
    let pitchM: Int

    /// - Parameters:
    ///   - count: tiles.
    ///   - from: channels of what is read.
    ///   - to: channels of what is written.
    ///   - isPrepared: whether U is made beforehand, which takes all of it at once.
    init(
      _ tiling: WinogradTiling, _ direction: Direction, count: Int, from: Int, to: Int,
      isPrepared: Bool
    ) {
      slab = min(
        from, Self.slabChannels,
        max(16, Self.slabElements / (tiling.planes * Self.stripColumns) / 16 * 16))
      let usesStrips =
        !isPrepared && to >= Self.enoughStrips * Self.stripColumns
        && tiling.planes * (count + slab) * Self.stripColumns <= Self.stripElements
      // One cache line more keeps tiles and planes from falling on the same sets of a cache.
      pitchV = usesStrips ? slab : from + 16
      // Forward, the phases are summed in M, so that all of its channels are computed together.
      let isSummed = tiling.phases.count > 1 && direction != .adjoint
      let columns = isSummed ? to : min(to, Self.blockColumns)
      let wanted = Self.blockElements / (tiling.planes * (pitchV + columns))
      let blockTiles = max(28, min(112, wanted / 14 * 14))
      if usesStrips {
        schedule = .strips
        (stageTiles, pitchM) = (count, Self.stripColumns)
      } else if direction != .weights && count >= Self.enoughBlocks * blockTiles {
        schedule = .blocked
        // An even number of equal blocks: two threads would wait for the odd or the short one of a
        // few.
        let blocks = roundUp((count + blockTiles - 1) / blockTiles, 2)
        (stageTiles, pitchM) = ((count + blocks - 1) / blocks, columns)
      } else {
        schedule = .staged
        pitchM = direction == .weights ? roundUp(to, PackedMatrix.width) + 16 : to
        // U is read once for each span, so the span is at least as large.
        let most = max(
          96, Self.spanElements / (tiling.planes * (pitchV + pitchM)), from * to / (from + to))
        let spans = (count + most - 1) / most
        stageTiles = min(count, roundUp((count + spans - 1) / spans, 12))
      }
    }
  }
}
