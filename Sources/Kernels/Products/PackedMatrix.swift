import CKernels

/// A depth × columns matrix in the order in which products read it: panel by panel, a panel being
/// ``width`` neighbouring columns, whose rows lie one after the other.
struct PackedMatrix {
  /// Some rows of a matrix before it is packed, which lie together in memory.
  struct Rows {
    let start: UnsafePointer<Float>
    let count: Int

    init(_ start: UnsafePointer<Float>, count: Int) { (self.start, self.count) = (start, count) }
  }

  /// ``count(depth:columns:)`` elements.
  let start: UnsafeMutablePointer<Float>
  let depth: Int
  let columns: Int

  init(_ start: UnsafeMutablePointer<Float>, depth: Int, columns: Int) {
    (self.start, self.depth, self.columns) = (start, depth, columns)
  }

  /// Columns of a panel on this processor.
  static var width: Int { ck_panel_width() }

  /// Elements that a packed matrix takes.
  static func count(depth: Int, columns: Int) -> Int {
    roundUp(ck_packed_count(depth, columns), 16)
  }

  /// The memory after the matrix.
  var end: UnsafeMutablePointer<Float> { start + Self.count(depth: depth, columns: columns) }

  /// Panels, the last of which may be filled with zeros.
  var panels: Int { (columns + Self.width - 1) / Self.width }

  /// Packs rows that lie in several places one below the other: `depth` in all.
  ///
  /// - Parameter transposed: whether each of `sources` is columns × rows, not rows × columns.
  func pack(_ sources: [Rows], transposed: Bool, pool: ThreadPool) {
    pool.run(chunks: sources.count * panels) { chunk, _ in
      let (index, panel) = chunk.quotientAndRemainder(dividingBy: panels)
      let source = sources[index]
      let above = sources[..<index].reduce(0) { $0 + $1.count }
      let to = start + above * Self.width
      if transposed {
        ck_pack_transposed(
          source.count, columns, source.start, source.count, panel, panel + 1, to, depth)
      } else {
        ck_pack(source.count, columns, source.start, columns, panel, panel + 1, to, depth)
      }
    }
  }

  /// Results from this size on are written past the caches: 8 MiB, more than a second-level cache
  /// holds, so that what is read meanwhile stays there.
  static let nonTemporalCount = 1 << 21

  /// One block of rows · matrix, the rows being gathered from their runs.
  ///
  /// - Parameters:
  ///   - rows: those of the block; all runs together are as long as `depths`.
  ///   - depths: the rows of the matrix that the runs meet; nil for all of them.
  ///   - output: how the block is written; where its rows begin is what `result` says.
  ///   - scratch: ``ProductBlocks/threadScratch`` elements.
  ///   - result: where a row of the whole result begins.
  func multiply(
    _ block: ProductBlocks.Block, gathered rows: ck_rows, depths: Range<Int>? = nil,
    output: ProductOutput, scratch: UnsafeMutablePointer<Float>,
    result: (_ row: Int) -> UnsafeMutablePointer<Float>
  ) {
    let count = block.rows.count
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: count) {
      starts in
      for (i, row) in block.rows.enumerated() { starts.initializeElement(at: i, to: result(row)) }
      var output = output
      output.starts = UnsafePointer(starts.baseAddress!)
      multiply(block, rows, from: depths?.lowerBound ?? 0, output: output, scratch: scratch)
    }
  }

  /// One block of rows · matrix.
  ///
  /// - Parameters:
  ///   - rows: those of the block.
  ///   - depth: the first row of the matrix that the rows meet.
  ///   - output: where the block's rows are written, with all columns of the result, and how.
  ///   - scratch: ``ProductBlocks/threadScratch`` elements.
  func multiply(
    _ block: ProductBlocks.Block, _ rows: ck_rows, from depth: Int = 0, output: ProductOutput,
    scratch: UnsafeMutablePointer<Float>
  ) {
    output.withResult { result in
      ck_multiply(
        block.rows.count, columns, block.panels.lowerBound, block.panels.upperBound, rows,
        start + depth * Self.width, self.depth, result, output.adds ? 1 : 0, scratch)
    }
  }
}
