import CKernels

extension WinogradTiles {
  /// The tiles of a problem's output (and, with padding 1, of its input).
  init(_ problem: ConvolutionProblem) {
    self.init(batch: problem.batch, height: problem.height, width: problem.width)
  }
}

extension WinogradConvolution {
  /// Where a pass from `from` to `to` channels keeps its numbers in scratch memory:
  /// 36 planes of U, then either a span of V and M shared by all lanes or a block of V and M for
  /// each lane.
  struct Layout {
    /// Numbers of V and M that a span takes: about what two second-level caches hold.
    static let spanNumbers = 1 << 19
    /// Numbers of V and M that a lane's block takes: half of its second-level cache.
    static let blockNumbers = 128 << 10
    /// Tiles that a lane transforms at a time in a stage.
    static let chunkTiles = 8
    /// Blocks from which lanes work on blocks of their own.
    static let enoughBlocks = 8

    let tiles: WinogradTiles
    let from: Int
    let to: Int
    let isBlocked: Bool
    /// Tiles of a lane's block.
    let blockTiles: Int
    /// Tiles of a span.
    let spanTiles: Int

    /// `isShared` asks for the staged schedule whatever the extents.
    init(_ problem: ConvolutionProblem, from: Int, to: Int, isShared: Bool = false) {
      tiles = WinogradTiles(problem)
      (self.from, self.to) = (from, to)
      let wanted = Self.blockNumbers / (36 * (from + to))
      blockTiles = max(24, min(192, wanted / 12 * 12))
      isBlocked = !isShared && tiles.count >= Self.enoughBlocks * blockTiles
      // U is read once for each span, so the span is at least as large.
      let most = max(96, Self.spanNumbers / (36 * (from + to)), from * to / (from + to))
      let spans = (tiles.count + most - 1) / most
      spanTiles = min(tiles.count, roundUp((tiles.count + spans - 1) / spans, 12))
    }

    // One extra line keeps the 36 planes from falling on the same sets of a cache.
    var planeU: Int {
      max(PackedMatrix.count(depth: from, columns: to), roundUp(from * to, 16)) + 16
    }
    /// Numbers from one tile of V to the next, not a power of two either.
    var pitchV: Int { from + 16 }
    /// Numbers from one tile of D to the next: room for whole panels.
    var pitchD: Int { roundUp(to, PackedMatrix.width) + 16 }
    private var planeTiles: Int { isBlocked ? blockTiles : spanTiles }
    var planeV: Int { roundUp(planeTiles * pitchV, 16) + 16 }
    var planeM: Int { roundUp(planeTiles * pitchD, 16) + 16 + PackedMatrix.width }
    /// V and M of a span or of a block.
    private var stageCount: Int { 36 * (planeV + planeM) }
    func scratchCount(threads: Int) -> Int {
      36 * planeU + (isBlocked ? threads : 1) * stageCount
    }

    /// Numbers of U.
    var countU: Int { 36 * planeU }

    /// A span's M, or D of the weights' gradient, after its V at `stage`.
    func spanM(_ stage: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
      stage + 36 * planeV
    }

    /// V of a lane's block, the first lane's at `stage`; its M comes after.
    func laneV(_ stage: UnsafeMutablePointer<Float>, lane: Int) -> UnsafeMutablePointer<Float> {
      stage + lane * stageCount
    }

    /// Calls `body` with spans of tiles that together are all tiles.
    func forEachSpan(_ body: (_ tiles: Range<Int>) -> Void) {
      for first in stride(from: 0, to: tiles.count, by: spanTiles) {
        body(first..<min(first + spanTiles, tiles.count))
      }
    }

    /// Shares a span's tiles out to the lanes.
    func forEachChunk(
      of span: Range<Int>, _ pool: ThreadPool, _ body: (_ tiles: Range<Int>) -> Void
    ) {
      let step = Self.chunkTiles
      pool.run(chunks: (span.count + step - 1) / step) { chunk, _ in
        let first = span.lowerBound + chunk * step
        body(first..<min(first + step, span.upperBound))
      }
    }
  }
}

extension WinogradConvolution.Layout {
  /// V of some tiles, the first one at `v`.
  func readInput(
    _ part: Range<Int>, x: UnsafePointer<Float>, input: InputTransform?,
    v: UnsafeMutablePointer<Float>
  ) {
    tiles.read(part, size: 6, border: 1, image: x, channels: from) {
      WinogradTransform.input(
        $1, channels: from, input: input, v: v + ($0 - part.lowerBound) * pitchV, plane: planeV)
    }
  }

  /// D of some tiles, the first one at `d`.
  func readGradient(
    _ part: Range<Int>, dy: UnsafePointer<Float>, d: UnsafeMutablePointer<Float>
  ) {
    tiles.read(part, size: 4, border: 0, image: dy, channels: to) {
      WinogradTransform.gradient(
        $1, channels: to, d: d + ($0 - part.lowerBound) * pitchD, plane: planeM)
    }
  }

  /// The output of some tiles, the first one's M at `m`.
  func writeOutput(
    _ part: Range<Int>, m: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    finish: ck_finish?
  ) {
    finish.withPointer { finish in
      tiles.write(part, image: y, channels: to) {
        ck_winograd_output(
          m + ($0 - part.lowerBound) * to, planeM, to, finish, UnsafePointer($1))
      }
    }
  }
}
