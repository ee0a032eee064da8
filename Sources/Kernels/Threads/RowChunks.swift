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
