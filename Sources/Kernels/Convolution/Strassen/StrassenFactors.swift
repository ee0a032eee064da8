import CKernels

/// The right factors of the seven products that one product with a depth × columns matrix is made
/// of: sums of the matrix's quadrants, packed in the order in which they are multiplied.
struct StrassenFactors {
  /// ``count(depth:columns:)`` elements.
  let start: UnsafeMutablePointer<Float>
  let depth: Int
  let columns: Int

  init(_ start: UnsafeMutablePointer<Float>, depth: Int, columns: Int) {
    (self.start, self.depth, self.columns) = (start, depth, columns)
  }

  /// Whether a product with such a matrix can be cut this way.
  static func canCut(depth: Int, columns: Int) -> Bool { ck_strassen_fits(depth, columns) != 0 }

  /// Elements that the factors take.
  static func count(depth: Int, columns: Int) -> Int {
    roundUp(ck_strassen_packed_count(depth, columns), 16)
  }

  /// Elements of scratch memory of a thread.
  static var threadScratch: Int { roundUp(ck_strassen_scratch(), 16) }

  /// How w lies in memory.
  enum Order {
    /// depth × columns
    case plain
    /// columns × depth
    case transposed
    /// columns × depth, with the quadrants in the order that lets the left factors of another
    /// product, the weights' gradient in ``DenseBackward``, serve this one as well.
    case turned
  }

  /// Forms the factors from w.
  func pack(_ w: UnsafePointer<Float>, _ order: Order, pool: ThreadPool) {
    pool.run(chunks: columns / 2 / PackedMatrix.width) { panel, _ in
      if order == .plain {
        ck_strassen_pack(depth, columns, w, panel, panel + 1, start)
      } else {
        ck_strassen_pack_transposed(
          depth, columns, w, panel, panel + 1, order == .turned ? 1 : 0, start)
      }
    }
  }

  /// How a product of so many rows is cut: a block's rows are pairs of rows, its panels those of
  /// the first half of the columns, which the same panels of the second half come with.
  static func blocks(rows: Int, columns: Int) -> ProductBlocks {
    ProductBlocks(rows: rows / 2, columns: columns / 2, mostRows: Int(CK_ROWS) / 2)
  }

  /// The columns of a block in both halves of the result.
  func columns(of block: ProductBlocks.Block) -> (low: Range<Int>, high: Range<Int>) {
    let half = columns / 2
    let low = block.columns(of: half)
    return (low, low.lowerBound + half..<low.upperBound + half)
  }

  /// One block of rows · matrix.
  ///
  /// - Parameters:
  ///   - rows: the pairs of rows of the block.
  ///   - residual: what the rows are added to while they are read; nil for nothing.
  ///   - output: where the block's rows are written, with all columns of the result, and how.
  ///   - scratch: ``threadScratch`` elements.
  func multiply(
    _ block: ProductBlocks.Block, _ rows: ck_rows, residual: ck_residual?, output: ProductOutput,
    scratch: UnsafeMutablePointer<Float>
  ) {
    output.withResult { result in
      residual.withPointer { residual in
        ck_strassen_multiply(
          2 * block.rows.count, columns, block.panels.lowerBound, block.panels.upperBound, rows,
          residual, start, result, output.adds ? 1 : 0, scratch)
      }
    }
  }

  /// All blocks of a product, for threads to share.
  ///
  /// - Parameter threads: ``threadScratch`` elements or more for each.
  func work(
    _ source: StrassenRows, into result: ProductResult, threads: ThreadScratch
  ) -> PooledWork {
    let blocks = Self.blocks(rows: source.count, columns: columns)
    return PooledWork(chunks: blocks.count) { chunk, thread in
      let block = blocks[chunk]
      let (low, high) = columns(of: block)
      let (first, end) = (2 * block.rows.lowerBound, 2 * blocks.end(ofNext: block))
      let sums = result.columnSums?.part(block.part, of: result.start, columns: low, high)
      source.withRows(first..<end, following: end - 2 * block.rows.upperBound) { rows in
        multiply(
          block, rows, residual: source.residual,
          output: result.rows(from: first, pitch: columns, sums: sums), scratch: threads[thread])
      }
    }
  }
}
