import CKernels

/// A product by quarters of few rows: ``StrassenFactors`` of its matrix would be written to memory to be
/// read once or twice. So rows' factors are formed first, which are fewer, and threads share the panels of the
/// matrix, whose factors each packs where it meets them. The bits are the same.
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

  /// Elements of the rows' factors.
  var formedCount: Int { roundUp(ck_strassen_formed_count(rows, depth), 16) }
  /// Elements of scratch memory of a thread.
  var threadScratch: Int { roundUp(ck_strassen_panel_scratch(depth), 16) }

  /// Elements of scratch memory.
  func scratchCount(threads: Int) -> Int { formedCount + threads * threadScratch }

  /// Forms the factors of the rows, with which `withRows` calls its second argument.
  func form(
    to formed: UnsafeMutablePointer<Float>, transform: InputTransform?, residual: ck_residual?,
    pool: ThreadPool,
    withRows: (_ rows: Range<Int>, _ body: (StrassenFactors.Rows) -> Void) -> Void
  ) {
    let pairs = RowChunks(rows: rows / 2)
    let pitch = ck_strassen_formed_pitch(depth)
    pool.run(chunks: pairs.count) { chunk, _ in
      let range = pairs.range(chunk)
      withRows(2 * range.lowerBound..<2 * range.upperBound) { part in
        residual.withPointer { residual in
          ck_strassen_form(
            2 * range.count, rows, part.described(depth: depth, transform: transform), residual,
            formed + range.lowerBound * pitch)
        }
      }
    }
  }

  /// result = rows · w, or · wᵀ where it is `transposed`, columns × depth, the rows being formed.
  ///
  /// - Parameters:
  ///   - starts: where rows of the result begin, unless nil.
  ///   - threads: each thread's scratch memory, ``threadScratch`` elements or more, `pitch` apart.
  func work(
    _ w: UnsafePointer<Float>, transposed: Bool, formed: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, starts: StrassenFactors.ResultStarts? = nil,
    adds: Bool = false, epilogue: ck_epilogue?, sums: ColumnSums?,
    threads: UnsafeMutablePointer<Float>, pitch: Int
  ) -> PooledWork {
    let (width, half) = (PackedMatrix.width, columns / 2)
    let panels = half / width
    return PooledWork(chunks: panels) { panel, thread in
      let low = panel * width..<(panel + 1) * width
      let high = low.lowerBound + half..<low.upperBound + half
      let over = sums?.part(0, of: result, columns: low, high)
      epilogue.withPointer { epilogue in
        over.withPointer { over in
          ck_strassen_multiply_panel(
            rows, depth, columns, panel, panel + 1 < panels ? panel + 1 : -1, formed, w,
            transposed ? 1 : 0,
            ck_result(
              starts: starts.map { UnsafePointer($0) }, first: result, pitch: columns,
              non_temporal: 0,
              epilogue: epilogue, sums: over),
            adds ? 1 : 0, threads + thread * pitch)
        }
      }
    }
  }
}
