/// Eight elements that are computed together.
typealias Vector = SIMD8<Float>

extension UnsafePointer where Pointee == Float {
  /// The eight elements from `index` on, at any alignment.
  @inline(__always) func vector(_ index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// The eight elements from `index` on, at any alignment.
  @inline(__always) func vector(_ index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }

  /// Stores eight elements from `index` on.
  @inline(__always) func store(_ vector: Vector, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: vector, as: Vector.self)
  }
}

/// How the rows of a matrix are cut into chunks: by the matrix's extents only, never by the number
/// of threads, so that sums formed per chunk and then in chunk order are always the same.
struct RowChunks: Sendable {
  let rows: Int
  /// Rows of every chunk but the last, a multiple of eight.
  let rowsPerChunk: Int

  /// About 32 chunks, of 8 to 512 rows: enough to share, few enough to combine, and no sum in
  /// single precision longer than 512.
  init(rows: Int) {
    self.rows = rows
    rowsPerChunk = max(8, min(512, (rows / 32 + 7) / 8 * 8))
  }

  var count: Int { (rows + rowsPerChunk - 1) / rowsPerChunk }

  /// Rows of a chunk.
  func range(_ chunk: Int) -> Range<Int> {
    let start = chunk * rowsPerChunk
    return start..<min(start + rowsPerChunk, rows)
  }
}

/// How a run of elements is cut into chunks: 16,384 at a time.
struct FlatChunks: Sendable {
  static let size = 16_384
  let total: Int

  init(_ total: Int) { self.total = total }

  var count: Int { (total + Self.size - 1) / Self.size }

  /// Elements of a chunk.
  func range(_ chunk: Int) -> Range<Int> {
    let start = chunk * Self.size
    return start..<min(start + Self.size, total)
  }
}
