import CKernels

/// The gradient of a product's right factor: dw (channels × columns) = xᵀ · dy, where x is
/// rows × channels and dy rows × columns, both of bfloat16, and sums are in single precision.
package struct BFloat16Gradient {
  package let rows: Int
  package let channels: Int
  package let columns: Int

  package init(rows: Int, channels: Int, columns: Int) {
    (self.rows, self.channels, self.columns) = (rows, channels, columns)
  }

  /// Elements of scratch that ``compute(dw:x:dy:scratch:pool:)`` takes.
  package var scratchCount: Int {
    channels * blockRows + BFloat16Matrix.count(depth: blockRows, columns: columns)
  }

  /// Blocks of rows follow each other, each adding to dw, in an order that follows from the extents.
  package func compute(
    dw: UnsafeMutablePointer<Float>, x: UnsafePointer<UInt16>, dy: UnsafePointer<UInt16>,
    scratch: UnsafeMutablePointer<UInt16>, pool: ThreadPool
  ) {
    for first in stride(from: 0, to: rows, by: blockRows) {
      let count = min(blockRows, rows - first)
      let depth = Self.filled(count)
      let packed = BFloat16Matrix(scratch + channels * blockRows, depth: depth, columns: columns)
      packed.pack(dy + first * columns, rows: count, pool: pool)
      transpose(x + first * channels, count: count, depth: depth, to: scratch, pool: pool)
      packed.multiply(c: dw, a: scratch, rows: channels, adds: first > 0, pool: pool)
    }
  }

  private func transpose(
    _ x: UnsafePointer<UInt16>, count: Int, depth: Int, to: UnsafeMutablePointer<UInt16>,
    pool: ThreadPool
  ) {
    let step = BFloat16.depthStep
    pool.run(chunks: (channels + step - 1) / step) { chunk, _ in
      let first = chunk * step
      ck_bf16_transpose(
        count, min(step, channels - first), x + first, channels, to + first * depth, depth, depth)
    }
  }

  /// Rows that are transposed and packed at a time: as many as 512 KB of the wider matrix.
  private var blockRows: Int {
    let wide = max(channels, columns, 1)
    return Self.filled(min(rows, max(256, (1 << 18) / wide)))
  }

  /// Rows filled up with zeros to what a product's depth must be.
  private static func filled(_ rows: Int) -> Int {
    let step = BFloat16.depthStep
    return (rows + step - 1) / step * step
  }
}
