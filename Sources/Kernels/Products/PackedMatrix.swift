import CKernels

/// A depth × columns matrix in the order in which products read it: panels of a few columns.
struct PackedMatrix {
  /// Rows of the matrix that lie together in memory.
  struct Part {
    let start: UnsafePointer<Float>
    let rows: Int

    init(_ start: UnsafePointer<Float>, rows: Int) { (self.start, self.rows) = (start, rows) }
  }

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

  var panels: Int { (columns + Self.width - 1) / Self.width }

  /// Packs parts one below the other. A part is rows × columns or, `transposed`, columns × rows.
  func pack(_ parts: [Part], transposed: Bool, pool: ThreadPool) {
    pool.run(chunks: parts.count * panels) { chunk, _ in
      let (index, panel) = chunk.quotientAndRemainder(dividingBy: panels)
      let part = parts[index]
      let above = parts[..<index].reduce(0) { $0 + $1.rows }
      let to = start + above * Self.width
      if transposed {
        ck_pack_transposed(part.rows, columns, part.start, part.rows, panel, panel + 1, to, depth)
      } else {
        ck_pack(part.rows, columns, part.start, columns, panel, panel + 1, to, depth)
      }
    }
  }

  /// One block of rows · matrix, where row r of the block is gathered from its runs.
  ///
  /// `depths` are the rows of the matrix that the runs meet, all of them unless told; with `adds`
  /// the product is added to what is there. `result` is where a row of the result begins. `following`
  /// rows have runs as well and are read next.
  func multiply(
    _ block: ProductBlocks.Block, starts: RunStarts, segments: Int, following: Int = 0,
    depths: Range<Int>? = nil,
    transform: InputTransform?, adds: Bool = false, isNonTemporal: Bool = false,
    epilogue: ck_epilogue? = nil, sums: ck_sums? = nil,
    scratch: UnsafeMutablePointer<Float>,
    result: (_ row: Int) -> UnsafeMutablePointer<Float>
  ) {
    let count = block.rows.count
    let depths = depths ?? 0..<depth
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: count) { c in
      for (i, row) in block.rows.enumerated() { c.initializeElement(at: i, to: result(row)) }
      let rows = ck_rows(
        starts: UnsafePointer(starts), first: nil, pitch: 0, segments: segments,
        length: depths.count / segments, scale: transform?.scale, shift: transform?.shift,
        following: following)
      epilogue.withPointer { epilogue in
        sums.withPointer { sums in
          ck_multiply(
            count, columns, block.panels.lowerBound, block.panels.upperBound, rows,
            start + depths.lowerBound * Self.width, depth,
            ck_result(
              starts: c.baseAddress!, first: nil, pitch: 0, non_temporal: isNonTemporal ? 1 : 0,
              epilogue: epilogue, sums: sums),
            adds ? 1 : 0, scratch)
        }
      }
    }
  }

  /// Results from which on it pays to write past the caches: 8 MiB.
  static let nonTemporalCount = 1 << 21

  /// One block of a · matrix, where the rows of a, `count` in all, and of the result lie one after the
  /// other.
  func multiply(
    _ block: ProductBlocks.Block, a: UnsafePointer<Float>, count: Int, transform: InputTransform?,
    adds: Bool = false, isNonTemporal: Bool, epilogue: ck_epilogue? = nil, sums: ck_sums? = nil,
    scratch: UnsafeMutablePointer<Float>,
    result: UnsafeMutablePointer<Float>
  ) {
    let top = block.rows.lowerBound
    let rows = ck_rows(
      starts: nil, first: a + top * depth, pitch: depth, segments: 1, length: depth,
      scale: transform?.scale, shift: transform?.shift, following: count - block.rows.upperBound)
    epilogue.withPointer { epilogue in
      sums.withPointer { sums in
        ck_multiply(
          block.rows.count, columns, block.panels.lowerBound, block.panels.upperBound, rows, start,
          depth,
          ck_result(
            starts: nil, first: result + top * columns, pitch: columns,
            non_temporal: isNonTemporal ? 1 : 0,
            epilogue: epilogue, sums: sums),
          adds ? 1 : 0, scratch)
      }
    }
  }
}

/// A product's result cut into blocks that threads share: rows that stay in the second-level cache,
/// fewer where there are few and, where there are very few, a share of the panels: blocks side by
/// side each copy the rows.
///
/// The cut is free: it does not change the bits of the result.
struct ProductBlocks {
  struct Block {
    /// The number of its rows' part among ``ProductBlocks/parts``.
    let part: Int
    let rows: Range<Int>
    let panels: Range<Int>

    /// Those of its panels that belong to a matrix of so many.
    func columns(of columns: Int) -> Range<Int> {
      let width = PackedMatrix.width
      return panels.lowerBound * width..<min(panels.upperBound * width, columns)
    }
  }

  /// Blocks that two or more threads share evenly enough.
  static let enough = 8
  /// Fewest rows for which a block reads the whole matrix.
  static let leastRows = 42
  /// Elements of scratch memory of a thread.
  static var threadScratch: Int { roundUp(ck_multiply_scratch(), 16) }

  private let rows: Int
  private let mostRows: Int
  private let panels: Int
  private let down: Int
  private let across: Int

  /// - Parameter mostRows: how many rows a loop gathers at a time.
  init(rows: Int, columns: Int, mostRows: Int = Int(CK_ROWS)) {
    (self.rows, self.mostRows) = (rows, mostRows)
    panels = (columns + PackedMatrix.width - 1) / PackedMatrix.width
    // An even number of blocks: two threads would wait for the odd one of a few.
    let whole = (rows + mostRows - 1) / mostRows
    let most = max(whole, rows / Self.leastRows)
    down = most < 2 ? 1 : roundUp(max(whole, min(Self.enough, most) / 2 * 2), 2)
    across = max(1, min(panels, (Self.enough + down - 1) / down))
  }

  var count: Int { down * across }

  /// How many rows the parts have that blocks side by side share.
  var parts: [Int] { (0..<down).map { rows($0).count } }

  private func rows(_ part: Int) -> Range<Int> { part * rows / down..<(part + 1) * rows / down }

  /// The end of the rows after a block's that are read next.
  func end(ofNext block: Block) -> Int {
    across > 1 ? block.rows.upperBound : min(block.rows.upperBound + mostRows, rows)
  }

  subscript(_ index: Int) -> Block {
    let (i, j) = index.quotientAndRemainder(dividingBy: across)
    return Block(
      part: i, rows: rows(i),
      panels: j * panels / across..<(j + 1) * panels / across)
  }
}
