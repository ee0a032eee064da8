/// How the rows of a matrix are cut into chunks: by the matrix's extents only, never by the number
/// of threads, so that sums that are formed chunk by chunk and added up in chunk order always have
/// the same bits.
struct RowChunks: Sendable {
  let rows: Int
  /// Rows of every chunk but the last, a multiple of eight.
  let rowsPerChunk: Int

  /// About 32 chunks, of 8 to 512 rows: enough for threads to share evenly, few enough to add their
  /// sums up, and no sum in single precision of more than 512 terms.
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
