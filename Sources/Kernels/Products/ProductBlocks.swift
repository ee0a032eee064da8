import CKernels

/// A product's result, rows × columns, cut into blocks that threads share.
///
/// A block has so many rows that they stay in the second-level cache, and all columns. Where there
/// are too few rows for enough blocks, a block has some of the panels only: then blocks side by
/// side each copy the same rows. The cut does not change the bits of the result.
struct ProductBlocks {
  struct Block {
    /// The index of its rows in ``ProductBlocks/parts``.
    let part: Int
    let rows: Range<Int>
    let panels: Range<Int>

    /// The columns of its panels, in a result of so many.
    func columns(of columns: Int) -> Range<Int> {
      let width = PackedMatrix.width
      return panels.lowerBound * width..<min(panels.upperBound * width, columns)
    }
  }

  /// Fewest blocks that threads share evenly enough.
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

  /// - Parameter mostRows: the most rows of a block: as many as a loop in C gathers at a time.
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

  /// The rows of each part of the result that blocks side by side have in common.
  var parts: [Int] { (0..<down).map { rows($0).count } }

  private func rows(_ part: Int) -> Range<Int> { part * rows / down..<(part + 1) * rows / down }

  /// The end of the rows behind a block's that are likely to be read next, so that they can be
  /// prefetched.
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
