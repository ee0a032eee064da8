import CKernels

/// The tiles of a pass: how they are cut, read and written.
extension WinogradLayout {
  /// Calls `body` with all spans of tiles, one after the other.
  func forEachSpan(_ body: (_ tiles: Range<Int>) -> Void) {
    for first in stride(from: 0, to: count, by: stageTiles) {
      body(first..<min(first + stageTiles, count))
    }
  }

  /// Calls `body` with a few tiles of a span at a time, and the place of the first within the span,
  /// on all threads.
  func forEachChunk(
    of span: Range<Int>, _ pool: ThreadPool, _ body: (_ tiles: Range<Int>, _ first: Int) -> Void
  ) {
    let step = Self.chunkTiles
    pool.run(chunks: (span.count + step - 1) / step) { chunk, _ in
      let first = span.lowerBound + chunk * step
      body(first..<min(first + step, span.upperBound), chunk * step)
    }
  }

  /// The tiles of each part of the result that column sums are formed over: those that are
  /// transformed back together.
  private var partTiles: [Range<Int>] {
    switch schedule {
    case .blocked: Self.cut(count, by: stageTiles)
    case .strips: [0..<count]
    case .staged:
      Self.cut(count, by: stageTiles).flatMap { span in
        Self.cut(span.count, by: Self.chunkTiles).map {
          span.lowerBound + $0.lowerBound..<span.lowerBound + $0.upperBound
        }
      }
    }
  }

  /// The index of the part that begins with this tile.
  private func part(_ tile: Int) -> Int {
    switch schedule {
    case .blocked: tile / stageTiles
    case .strips: 0
    case .staged:
      tile / stageTiles * ((stageTiles + Self.chunkTiles - 1) / Self.chunkTiles) + tile % stageTiles
        / Self.chunkTiles
    }
  }

  /// Pixels of each part, in a forward pass.
  var resultParts: [Int] { partTiles.map { common.windows.pixelCount($0) } }

  /// How many parts there are.
  var partCount: Int { partTiles.count }

  /// Forms V of some tiles and channels, from a phase of x, or from dy.
  ///
  /// - Parameter v: where V of the first tile and channel begins.
  func readInput(
    _ tiles: Range<Int>, channels: Range<Int>, phase: Phase, _ operands: WinogradOperands,
    v: UnsafeMutablePointer<Float>
  ) {
    let isAdjoint = direction == .adjoint
    let transform = isAdjoint ? common.transform : phase.transform
    let places = isAdjoint ? common.places : phase.placesV
    let first = channels.lowerBound
    let input = operands.input?.from(first)
    (isAdjoint ? common.windows : phase.windows).read(
      tiles, image: operands.source + first, channels: from
    ) {
      ck_winograd_input(
        transform, $1, $2, channels.count, input?.scale, input?.shift,
        v + ($0 - tiles.lowerBound) * pitchV, places, schedule == .blocked ? 0 : 1)
    }
  }

  /// Forms D of some tiles and channels, from dy.
  ///
  /// - Parameter d: where D of the first tile and channel begins.
  func readGradient(
    _ tiles: Range<Int>, channels: Range<Int>, dy: UnsafePointer<Float>,
    d: UnsafeMutablePointer<Float>
  ) {
    common.windows.read(tiles, image: dy + channels.lowerBound, channels: to) {
      ck_winograd_gradient(
        common.transform, $1, $2, channels.count, d + ($0 - tiles.lowerBound) * pitchM,
        common.places, schedule == .staged ? 1 : 0)
    }
  }

  /// Transforms some channels of some tiles' M back, and writes them to y, or to a phase of dx.
  ///
  /// - Parameter m: where M of the first tile and channel begins.
  func writeOutput(
    _ tiles: Range<Int>, phase: Phase, columns: Range<Int>, m: UnsafePointer<Float>,
    _ operands: WinogradOperands
  ) {
    let isAdjoint = direction == .adjoint
    let transform = isAdjoint ? phase.transform : common.transform
    let places = isAdjoint ? phase.placesM : common.places
    var epilogue = operands.epilogue
    if let shift = epilogue?.shift { epilogue?.shift = shift + columns.lowerBound }
    // Phases of dx are added to the same sums.
    let windows = isAdjoint ? phase.windows : common.windows
    let sums = operands.columnSums?.part(
      part(tiles.lowerBound), of: operands.result, columns: columns,
      clears: !isAdjoint || !phase.isLater
    ).from(columns.lowerBound)
    epilogue.withPointer { epilogue in
      windows.write(tiles, image: operands.result + columns.lowerBound, channels: to) {
        tile, pixels, next in
        (tile == tiles.lowerBound ? sums : sums?.later).withPointer { sums in
          ck_winograd_output(
            transform, m + (tile - tiles.lowerBound) * pitchM, places, columns.count, epilogue,
            sums, pixels, next)
        }
      }
    }
  }
}
