import CKernels

/// Where each row of a result begins, where rows do not lie one after the other.
typealias ResultStarts = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>

/// Where a loop in C writes some rows of a result, and what it does to the sums before.
struct ProductOutput {
  /// The first row; row r begins at `first + r * pitch`. Nil where `starts` says where rows begin.
  var first: UnsafeMutablePointer<Float>?
  var starts: UnsafePointer<UnsafeMutablePointer<Float>?>?
  var pitch = 0
  /// Whether sums are added to what is there.
  var adds = false
  /// Whether the result is written past the caches; rows are then aligned to 64 bytes.
  var isNonTemporal = false
  var epilogue: ck_epilogue?
  var sums: ck_sums?

  /// Calls `body` with the same for the loops in C, which lives as long as the call.
  @inline(__always)
  func withResult(_ body: (ck_result) -> Void) {
    epilogue.withPointer { epilogue in
      sums.withPointer { sums in
        body(
          ck_result(
            starts: starts, first: first, pitch: pitch, non_temporal: isNonTemporal ? 1 : 0,
            epilogue: epilogue, sums: sums))
      }
    }
  }
}

/// A whole result of a product that threads share, and what is done to the sums before they are
/// written.
struct ProductResult {
  /// rows × columns
  let start: UnsafeMutablePointer<Float>
  /// Where each row begins; nil where rows lie one after the other.
  var starts: ResultStarts?
  /// Whether sums are added to what is there.
  var adds = false
  /// Whether the result is written past the caches.
  var isNonTemporal = false
  var epilogue: ck_epilogue?
  var columnSums: ColumnSums?

  /// The rows from `row` on, of `pitch` elements each.
  func rows(from row: Int, pitch: Int, sums: ck_sums?) -> ProductOutput {
    ProductOutput(
      first: start + row * pitch, starts: starts.map { UnsafePointer($0 + row) }, pitch: pitch,
      adds: adds, isNonTemporal: isNonTemporal, epilogue: epilogue, sums: sums)
  }
}
