import CKernels

/// The right factors of the seven products that one product with a depth × columns matrix is made of, in
/// the order in which they are multiplied.
struct StrassenFactors {
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

  /// The memory after the factors.
  var end: UnsafeMutablePointer<Float> { start + Self.count(depth: depth, columns: columns) }

  /// How w lies: depth × columns; columns × depth; or that, its factors to be met by those of another
  /// product, ``DenseBackward``.
  enum Order { case plain, transposed, turned }

  /// Forms them from w.
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

  /// How a product of so many rows is cut: pairs of rows, and panels of the first half of the columns.
  static func blocks(rows: Int, columns: Int) -> ProductBlocks {
    ProductBlocks(rows: rows / 2, columns: columns / 2, mostRows: Int(CK_ROWS) / 2)
  }

  /// The columns of a block.
  func columns(of block: ProductBlocks.Block) -> (low: Range<Int>, high: Range<Int>) {
    let half = columns / 2
    let low = block.columns(of: half)
    return (low, low.lowerBound + half..<low.upperBound + half)
  }

  /// The pairs of rows that a block multiplies, and where they begin.
  enum Rows {
    /// One row after the other.
    case dense(UnsafePointer<Float>)
    /// Those of the block and of what `following` counts.
    case gathered(RunStarts)

    /// The same for the loops in C.
    func described(depth: Int, transform: InputTransform?, following: Int = 0) -> ck_rows {
      var rows = ck_rows(
        starts: nil, first: nil, pitch: depth, segments: 1, length: depth, scale: transform?.scale,
        shift: transform?.shift, following: following)
      switch self {
      case .dense(let first): rows.first = first
      case .gathered(let starts): rows.starts = UnsafePointer(starts)
      }
      return rows
    }
  }

  /// Where rows of a result begin that do not lie one after the other.
  typealias ResultStarts = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>

  /// One block of rows · matrix, as ``PackedMatrix`` has it; `result` is where its first row begins,
  /// `starts` where each does, unless nil.
  func multiply(
    _ block: ProductBlocks.Block, _ a: Rows, following: Int, transform: InputTransform?,
    residual: ck_residual? = nil, adds: Bool = false, isNonTemporal: Bool, epilogue: ck_epilogue?,
    sums: ck_sums?,
    scratch: UnsafeMutablePointer<Float>, result: UnsafeMutablePointer<Float>,
    starts: ResultStarts? = nil
  ) {
    let rows = a.described(depth: depth, transform: transform, following: following)
    epilogue.withPointer { epilogue in
      sums.withPointer { sums in
        residual.withPointer { residual in
          ck_strassen_multiply(
            2 * block.rows.count, columns, block.panels.lowerBound, block.panels.upperBound, rows,
            residual, start,
            ck_result(
              starts: starts.map { UnsafePointer($0) }, first: result, pitch: columns,
              non_temporal: isNonTemporal ? 1 : 0, epilogue: epilogue, sums: sums),
            adds ? 1 : 0, scratch)
        }
      }
    }
  }
}
