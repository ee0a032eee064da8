/// The windows of the images of a batch that tiles read or write, numbered image by image, row by
/// row.
///
/// Windows at the edges reach beyond the image: pixels there are nil, read as zeros and not
/// written.
struct WinogradWindows {
  /// The windows along one side of an image.
  struct Side {
    /// Pixels of the image.
    let extent: Int
    /// Windows.
    let count: Int
    /// Pixels of a window, and from one of them to the next.
    let samples: Int
    let step: Int
    /// The first pixel of the first window, and pixels from there to the next window's.
    let first: Int
    let distance: Int
  }

  let rows: Side
  let columns: Side

  /// The pixels of a phase: those of x that its tiles read, or, in the pass backward to the data,
  /// those of dx that they write.
  init(
    _ problem: ConvolutionProblem, _ tiling: WinogradTiling, _ phase: WinogradTiling.Phase,
    isAdjoint: Bool
  ) {
    func side(
      _ axis: WinogradAxis, _ extent: Int, _ outputs: Int, _ phase: WinogradAxis.Phase
    ) -> Side {
      Side(
        extent: extent, count: axis.count(outputs),
        samples: isAdjoint ? axis.tile : axis.inputs(phase), step: axis.stride,
        first: isAdjoint ? phase.output : phase.input, distance: axis.tile * axis.stride)
    }
    rows = side(tiling.rows, problem.height, problem.outHeight, phase.rows)
    columns = side(tiling.columns, problem.width, problem.outWidth, phase.columns)
  }

  /// The pixels of y or dy that tiles write or, in the pass backward to the data, read.
  init(ofOutputs problem: ConvolutionProblem, _ tiling: WinogradTiling, isAdjoint: Bool) {
    func side(_ axis: WinogradAxis, _ outputs: Int) -> Side {
      let phase = axis.phases[0]
      return Side(
        extent: outputs, count: axis.count(outputs),
        samples: isAdjoint ? axis.inputs(phase) : axis.tile, step: 1,
        first: isAdjoint && axis.stride == 1 ? phase.input : 0, distance: axis.tile)
    }
    rows = side(tiling.rows, problem.outHeight)
    columns = side(tiling.columns, problem.outWidth)
  }

  typealias Pixels = UnsafeMutablePointer<UnsafePointer<Float>?>
  typealias Places = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>

  /// Calls `body` with each tile's index, a table of its window's pixels, and the next tile's
  /// table, whose pixels can be prefetched.
  @inline(__always)
  func read(
    _ tiles: Range<Int>, image: UnsafePointer<Float>, channels: Int,
    _ body: (_ tile: Int, _ pixels: Pixels, _ next: Pixels?) -> Void
  ) {
    forEachTile(tiles, at: { image + $0 * channels }, body)
  }

  /// The same for tiles that are written.
  @inline(__always)
  func write(
    _ tiles: Range<Int>, image: UnsafeMutablePointer<Float>, channels: Int,
    _ body: (_ tile: Int, _ pixels: Places, _ next: Places?) -> Void
  ) {
    forEachTile(tiles, at: { image + $0 * channels }, body)
  }

  /// How many pixels of some tiles lie inside the images.
  func pixelCount(_ tiles: Range<Int>) -> Int {
    var count = 0
    for tile in tiles { forEachPixel(tile) { count += $1 < 0 ? 0 : 1 } }
    return count
  }

  /// Fills two tables in turn, so that the next tile's is ready while a tile is worked on.
  @inline(__always)
  private func forEachTile<Pointer>(
    _ tiles: Range<Int>, at pointer: (_ pixel: Int) -> Pointer,
    _ body: (
      _ tile: Int, _ pixels: UnsafeMutablePointer<Pointer?>, _ next: UnsafeMutablePointer<Pointer?>?
    ) -> Void
  ) {
    let count = rows.samples * columns.samples
    withUnsafeTemporaryAllocation(of: Pointer?.self, capacity: 2 * count) { tables in
      var (table, other) = (tables.baseAddress!, tables.baseAddress! + count)
      @inline(__always)
      func fill(_ table: UnsafeMutablePointer<Pointer?>, _ tile: Int) {
        forEachPixel(tile) { index, pixel in
          (table + index).initialize(to: pixel < 0 ? nil : pointer(pixel))
        }
      }
      if let first = tiles.first { fill(table, first) }
      for tile in tiles {
        let isLast = tile + 1 == tiles.upperBound
        if !isLast { fill(other, tile + 1) }
        body(tile, table, isLast ? nil : other)
        swap(&table, &other)
      }
    }
  }

  /// Visits the pixels of a window in order, with −1 for those outside the image.
  @inline(__always)
  private func forEachPixel(_ tile: Int, _ body: (_ index: Int, _ pixel: Int) -> Void) {
    let (n, place) = tile.quotientAndRemainder(dividingBy: rows.count * columns.count)
    let (row, column) = place.quotientAndRemainder(dividingBy: columns.count)
    let left = columns.first + column * columns.distance
    var (y, index) = (rows.first + row * rows.distance, 0)
    for _ in 0..<rows.samples {
      let inRows = y >= 0 && y < rows.extent
      let base = (n * rows.extent + y) * columns.extent
      var x = left
      for _ in 0..<columns.samples {
        body(index, inRows && x >= 0 && x < columns.extent ? base + x : -1)
        index += 1
        x += columns.step
      }
      y += rows.step
    }
  }
}
