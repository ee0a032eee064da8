import CKernels

/// A depth × columns matrix of bfloat16 in the order in which products read it.
///
/// Products are summed in single precision. Bits depend on ``BFloat16/instructions`` and on nothing
/// else: neither on threads nor on how rows and columns are cut.
package struct BFloat16Matrix {
  /// ``count(depth:columns:)`` elements.
  package let start: UnsafeMutablePointer<UInt16>
  /// Its rows, a multiple of ``BFloat16/depthStep``.
  package let depth: Int
  package let columns: Int

  package init(_ start: UnsafeMutablePointer<UInt16>, depth: Int, columns: Int) {
    precondition(depth % BFloat16.depthStep == 0, "the depth \(depth) is not filled up")
    (self.start, self.depth, self.columns) = (start, depth, columns)
  }

  /// Elements that a packed matrix takes.
  package static func count(depth: Int, columns: Int) -> Int {
    ck_bf16_packed_count(depth, columns)
  }

  /// Rounds and packs a row-major matrix.
  ///
  /// - Parameter transposed: whether `matrix` is columns × depth, not depth × columns.
  package func pack(_ matrix: UnsafePointer<Float>, transposed: Bool = false, pool: ThreadPool) {
    forEachPanel(pool) { first, count in
      let to = start + first * depth
      if transposed {
        ck_bf16_pack_transposed(depth, count, matrix + first * depth, depth, to)
      } else {
        ck_bf16_pack(depth, count, matrix + first, columns, to)
      }
    }
  }

  /// Packs a row-major matrix of bfloat16, whose `rows` may be fewer than the depth: what is missing
  /// counts as zeros.
  package func pack(_ matrix: UnsafePointer<UInt16>, rows: Int, pool: ThreadPool) {
    forEachPanel(pool) { first, count in
      ck_bf16_pack_rounded(rows, depth, count, matrix + first, columns, start + first * depth)
    }
  }

  /// c (rows × columns) = a (rows × depth) · matrix, or c += a · matrix.
  package func multiply(
    c: UnsafeMutablePointer<Float>, a: UnsafePointer<UInt16>, rows: Int, adds: Bool = false,
    pool: ThreadPool
  ) {
    let step = Self.rowsOfBlock(depth: depth)
    // Rows first: where they are few, panels share the work out instead.
    let blocks = (rows + step - 1) / step
    let parts = blocks >= 4 ? 1 : min(panels, 8)
    pool.run(chunks: blocks * parts) { chunk, _ in
      let (block, part) = chunk.quotientAndRemainder(dividingBy: parts)
      let first = block * step
      let left = panels * part / parts * Self.width
      let right = min(columns, panels * (part + 1) / parts * Self.width)
      guard left < right else { return }
      ck_bf16_multiply(
        min(step, rows - first), depth, right - left, a + first * depth, depth,
        start + left * depth, c + first * columns + left, columns, adds ? 1 : 0)
    }
  }

  private static let width = CK_BF16_WIDTH

  private var panels: Int { (columns + Self.width - 1) / Self.width }

  private func forEachPanel(_ pool: ThreadPool, _ body: (_ first: Int, _ count: Int) -> Void) {
    pool.run(chunks: panels) { panel, _ in
      let first = panel * Self.width
      body(first, min(Self.width, columns - first))
    }
  }

  /// Rows that a thread multiplies at a time: 256 KB of them, which stay in the second-level cache
  /// while the panels pass, in steps of the tiles of both instruction sets (14 and 32 rows).
  private static func rowsOfBlock(depth: Int) -> Int {
    let tiles = 2 * 7 * 16
    return max(tiles / 2, (1 << 17) / max(depth, 1) / tiles * tiles)
  }
}
