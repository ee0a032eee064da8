import CKernels

/// What is done to the sums of a convolution while they are in registers, before they are written:
///
///     y = max(0, gated(sum + shift + addend))
///
/// Each addition is rounded once, in this order.
struct Epilogue {
  /// An element for each channel of the result, readable up to a multiple of ``shiftStep``; nil for
  /// none.
  let shift: UnsafePointer<Float>?
  /// As the result, elsewhere in memory.
  let addend: UnsafePointer<Float>?
  /// As the result, elsewhere in memory: where it is not above 0 the result is 0.
  let gate: UnsafePointer<Float>?
  /// Whether max(0, …) is applied at the end.
  let relu: Bool

  init(
    shift: UnsafePointer<Float>? = nil, addend: UnsafePointer<Float>? = nil,
    gate: UnsafePointer<Float>? = nil, relu: Bool = false
  ) {
    (self.shift, self.addend, self.gate, self.relu) = (shift, addend, gate, relu)
  }

  /// Whether it changes nothing.
  var isNone: Bool { shift == nil && addend == nil && gate == nil && !relu }

  /// Columns of the widest panel of any processor: the loops in C read `shift` panel by panel.
  static let shiftStep = 32

  /// The same for the loops in C that write to `y`, where matrices are given by their distance from
  /// y.
  func relative(to y: UnsafePointer<Float>) -> ck_epilogue {
    func distance(_ other: UnsafePointer<Float>?) -> Int {
      other.map { UnsafeRawPointer($0) - UnsafeRawPointer(y) } ?? 0
    }
    return ck_epilogue(
      shift: shift, addend: distance(addend), gate: distance(gate), rectifies: relu ? 1 : 0)
  }

  /// Applies it to some panels of a row of `columns` elements that begins at y[start].
  func apply(
    to y: UnsafeMutablePointer<Float>, at start: Int, panels: Range<Int>, columns: Int
  ) {
    let width = PackedMatrix.width
    for c in panels.lowerBound * width..<min(panels.upperBound * width, columns) {
      var sum = y[start + c]
      if let shift { sum += shift[c] }
      if let addend { sum += addend[start + c] }
      if let gate, gate[start + c] <= 0 { sum = 0 }
      y[start + c] = relu && sum < 0 ? 0 : sum
    }
  }

  /// Applies it to a whole result in memory, on all threads.
  func apply(to y: UnsafeMutablePointer<Float>, count: Int, channels: Int, pool: ThreadPool) {
    let chunks = RowChunks(rows: count / channels)
    let panels = 0..<(channels + PackedMatrix.width - 1) / PackedMatrix.width
    pool.run(chunks: chunks.count) { chunk, _ in
      for row in chunks.range(chunk) {
        apply(to: y, at: row * channels, panels: panels, columns: channels)
      }
    }
  }

  /// Applies it to a whole result in memory; defines the answer.
  func apply(to y: UnsafeMutablePointer<Float>, count: Int, channels: Int) {
    for i in 0..<count {
      var sum = y[i]
      if let shift { sum += shift[i % channels] }
      if let addend { sum += addend[i] }
      if let gate, gate[i] <= 0 { sum = 0 }
      y[i] = relu && sum < 0 ? 0 : sum
    }
  }
}
