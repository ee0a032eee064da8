import CKernels

/// Pointers to the runs of some rows; nil stands for a run of zeros.
typealias RunStarts = UnsafeMutablePointer<UnsafePointer<Float>?>

extension ck_rows {
  /// Rows of one run each that lie `pitch` apart.
  ///
  /// - Parameters:
  ///   - length: elements of a row that are read.
  ///   - transform: what happens to them on the way; its vectors have `length` elements.
  ///   - following: rows behind these that are likely to be read next.
  static func dense(
    _ first: UnsafePointer<Float>, pitch: Int, length: Int, transform: InputTransform? = nil,
    following: Int = 0
  ) -> ck_rows {
    ck_rows(
      starts: nil, first: first, pitch: pitch, segments: 1, length: length,
      scale: transform?.scale, shift: transform?.shift, following: following)
  }

  /// Rows of `segments` runs of `length` elements each; otherwise as
  /// ``dense(_:pitch:length:transform:following:)``.
  static func gathered(
    _ starts: RunStarts, segments: Int, length: Int, transform: InputTransform? = nil,
    following: Int = 0
  ) -> ck_rows {
    ck_rows(
      starts: UnsafePointer(starts), first: nil, pitch: 0, segments: segments, length: length,
      scale: transform?.scale, shift: transform?.shift, following: following)
  }
}
