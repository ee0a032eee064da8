import CKernels

/// A product by Strassen's method that has few rows. The ``StrassenFactors`` of its matrix would be
/// written to memory to be read once or twice; so the left factors are formed from the rows first,
/// which are fewer, and threads share the panels of the matrix, whose right factors each packs when
/// it multiplies them. The bits are the same.
struct StrassenPanels {
  /// Most rows for which this is faster (measured).
  static let mostRows = 512

  let rows: Int
  let depth: Int
  let columns: Int

  /// Nil where there are too many rows.
  init?(rows: Int, depth: Int, columns: Int) {
    guard rows <= Self.mostRows else { return nil }
    (self.rows, self.depth, self.columns) = (rows, depth, columns)
  }

  /// Elements of the left factors.
  var formedCount: Int { roundUp(ck_strassen_formed_count(rows, depth), 16) }
  /// Elements of scratch memory of a thread.
  var threadScratch: Int { roundUp(ck_strassen_panel_scratch(depth), 16) }

  /// Elements of scratch memory.
  func scratchCount(threads: Int) -> Int { formedCount + threads * threadScratch }

  /// Forms the left factors.
  ///
  /// - Parameter formed: ``formedCount`` elements, which are overwritten.
  func form(_ source: StrassenRows, to formed: UnsafeMutablePointer<Float>, pool: ThreadPool) {
    let pairs = RowChunks(rows: rows / 2)
    let pitch = ck_strassen_formed_pitch(depth)
    pool.run(chunks: pairs.count) { chunk, _ in
      let range = pairs.range(chunk)
      source.withRows(2 * range.lowerBound..<2 * range.upperBound) { some in
        source.residual.withPointer { residual in
          ck_strassen_form(
            2 * range.count, rows, some, residual, formed + range.lowerBound * pitch)
        }
      }
    }
  }

  /// All panels of result = rows · w, for threads to share.
  ///
  /// - Parameters:
  ///   - w: depth × columns or, where it is `transposed`, columns × depth.
  ///   - formed: the left factors of the rows.
  ///   - threads: ``threadScratch`` elements or more for each.
  func work(
    _ w: UnsafePointer<Float>, transposed: Bool, formed: UnsafePointer<Float>,
    into result: ProductResult, threads: ThreadScratch
  ) -> PooledWork {
    let (width, half) = (PackedMatrix.width, columns / 2)
    let panels = half / width
    return PooledWork(chunks: panels) { panel, thread in
      let low = panel * width..<(panel + 1) * width
      let high = low.lowerBound + half..<low.upperBound + half
      let sums = result.columnSums?.part(0, of: result.start, columns: low, high)
      result.rows(from: 0, pitch: columns, sums: sums).withResult { output in
        ck_strassen_multiply_panel(
          rows, depth, columns, panel, panel + 1 < panels ? panel + 1 : -1, formed, w,
          transposed ? 1 : 0, output, result.adds ? 1 : 0, threads[thread])
      }
    }
  }
}
