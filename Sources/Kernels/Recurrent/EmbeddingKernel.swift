/// Rows of a table that are looked up by index; row 0 stands for padding and gets no gradient.
public struct EmbeddingKernel: Sendable {
  /// Lookups.
  public let rows: Int
  /// Elements of a row of the table.
  public let width: Int

  private static let rowsPerChunk = 256
  private static let columnsPerChunk = 16

  /// A lookup of `rows` rows of `width` elements.
  public init(rows: Int, width: Int) { (self.rows, self.width) = (rows, width) }

  /// y (rows × width) = the table's rows at `ids`; overwrites y.
  ///
  /// - Parameter ids: `rows` indices of rows of the table.
  public func forward(
    y: UnsafeMutablePointer<Float>, ids: UnsafePointer<Int32>, table: UnsafePointer<Float>,
    pool: ThreadPool
  ) {
    let step = Self.rowsPerChunk
    pool.run(chunks: (rows + step - 1) / step) { chunk, _ in
      for row in chunk * step..<min((chunk + 1) * step, rows) {
        (y + row * width).update(from: table + Int(ids[row]) * width, count: width)
      }
    }
  }

  /// dTable[ids[row]] += dy[row] for all rows in order, but not where the id is 0.
  ///
  /// A chunk is a few columns of all rows, so that every sum has one order.
  public func backward(
    dTable: UnsafeMutablePointer<Float>, ids: UnsafePointer<Int32>, dy: UnsafePointer<Float>,
    pool: ThreadPool
  ) {
    let step = Self.columnsPerChunk
    pool.run(chunks: (width + step - 1) / step) { chunk, _ in
      let columns = chunk * step..<min((chunk + 1) * step, width)
      for row in 0..<rows where ids[row] != 0 {
        let target = dTable + Int(ids[row]) * width
        let source = dy + row * width
        for column in columns { target[column] += source[column] }
      }
    }
  }
}
