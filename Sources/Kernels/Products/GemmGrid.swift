/// A large product cut into blocks of its result, each one sgemm on one thread.
///
/// The cut depends only on the extents, never on the number of threads, because last bits of a
/// product depend on where its blocks begin.
struct GemmGrid {
  let rows: Int
  let columns: Int
  let depth: Int
  let rowStep: Int
  let columnStep: Int

  /// Multiply–adds that are worth a block of their own: about 10 µs of one core.
  static let leastWork = 1 << 19
  /// Rows of a block: their operands and results stay in the second-level cache.
  static let mostRows = 384
  /// Blocks that two or more threads share evenly enough.
  static let enoughBlocks = 8

  /// Cuts a result of `rows` × `columns`, each a sum of `depth` products.
  init(rows: Int, columns: Int, depth: Int) {
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    let work = rows * columns * depth
    let wanted = max(1, min(Self.enoughBlocks, work / Self.leastWork))
    let tallBlocks = (rows + Self.mostRows - 1) / Self.mostRows
    if tallBlocks >= wanted {
      (rowStep, columnStep) = (min(Self.mostRows, max(rows, 1)), columns)
    } else if columns > rows || columns >= 256 {
      let share = (wanted + tallBlocks - 1) / tallBlocks
      rowStep = min(Self.mostRows, max(rows, 1))
      columnStep = roundUp((columns + share - 1) / share, 64)
    } else {
      rowStep = roundUp((rows + wanted - 1) / wanted, 12)
      columnStep = columns
    }
  }

  /// Blocks side by side.
  var across: Int { (columns + columnStep - 1) / columnStep }
  /// Blocks in all.
  var count: Int { (rows + rowStep - 1) / rowStep * across }

  /// Rows and columns of a block.
  func block(_ index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let top = index / across * rowStep
    let left = index % across * columnStep
    return (top..<min(top + rowStep, rows), left..<min(left + columnStep, columns))
  }

  /// Computes one block of c (rows × columns) = a (rows × depth) · b (depth × columns).
  func multiply(
    _ index: Int, c: UnsafeMutablePointer<Float>, a: UnsafePointer<Float>, b: UnsafePointer<Float>
  ) {
    let (i, j) = block(index)
    Gemm.multiply(
      m: i.count, n: j.count, k: depth, a: a + i.lowerBound * depth, lda: depth,
      b: b + j.lowerBound, ldb: columns, c: c + i.lowerBound * columns + j.lowerBound,
      ldc: columns)
  }

  /// Elements of scratch memory for b transposed; 0 when products read it as it is.
  var transposedCount: Int {
    Gemm.isInPlace(matrixCount: columns * depth) ? roundUp(columns * depth, 16) : 0
  }

  /// Computes c (rows × columns) = a (rows × depth) · bᵀ, where b is columns × depth.
  func multiplyTransposedB(
    c: UnsafeMutablePointer<Float>, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard transposedCount == 0 else {
      Gemm.transpose(rows: 0..<columns, of: columns, columns: depth, from: b, to: scratch)
      pool.run(chunks: count) { block, _ in multiply(block, c: c, a: a, b: scratch) }
      return
    }
    pool.run(chunks: count) { index, _ in
      let (i, j) = block(index)
      Gemm.multiplyTransposedB(
        m: i.count, n: j.count, k: depth, a: a + i.lowerBound * depth, lda: depth,
        b: b + j.lowerBound * depth, ldb: depth,
        c: c + i.lowerBound * columns + j.lowerBound, ldc: columns)
    }
  }
}

/// The least multiple of `step` that is not below `value`.
@inline(__always)
func roundUp(_ value: Int, _ step: Int) -> Int { (value + step - 1) / step * step }
