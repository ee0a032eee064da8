import CKernels

/// The rows of a left factor, count × length: the pixels that a 1×1 convolution reads, or those of
/// dy.
struct StrassenRows {
  let start: UnsafePointer<Float>
  let count: Int
  let length: Int
  /// Which pixels a stride meets; nil where rows lie one after the other.
  var gather: Gather?
  /// What happens to the rows on the way.
  var transform: InputTransform?
  /// What is added to them then; only where rows lie one after the other.
  var residual: ck_residual?

  /// Rows that lie one after the other.
  init(_ start: UnsafePointer<Float>, count: Int, length: Int) {
    (self.start, self.count, self.length) = (start, count, length)
  }

  /// Calls `body` with some of the rows, the last `following` of which are only prefetched.
  func withRows(_ rows: Range<Int>, following: Int = 0, _ body: (ck_rows) -> Void) {
    guard let gather else {
      body(
        .dense(
          start + rows.lowerBound * length, pitch: length, length: length, transform: transform,
          following: following))
      return
    }
    gather.withRows(rows, of: start) { starts in
      body(
        .gathered(
          starts, segments: 1, length: length, transform: transform, following: following))
    }
  }
}
