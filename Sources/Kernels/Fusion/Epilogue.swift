import CKernels

/// What becomes of a convolution's finished sums before they are written, while they are in
/// registers: max(0, gated(sum + shift + addend)), each addition rounded once, in this order.
struct Epilogue {
  /// A number for each output channel, readable up to a multiple of ``shiftStep``; nil for none.
  let shift: UnsafePointer<Float>?
  /// As the result, elsewhere in memory.
  let addend: UnsafePointer<Float>?
  /// As the result, elsewhere in memory: where it is not above 0 the result is 0.
  let gate: UnsafePointer<Float>?
  let relu: Bool

  init(
    shift: UnsafePointer<Float>? = nil, addend: UnsafePointer<Float>? = nil,
    gate: UnsafePointer<Float>? = nil, relu: Bool = false
  ) {
    (self.shift, self.addend, self.gate, self.relu) = (shift, addend, gate, relu)
  }

  /// Whether nothing becomes of them.
  var isNone: Bool { shift == nil && addend == nil && gate == nil && !relu }

  /// The widest panel of any processor.
  static let shiftStep = 32

  /// The same for the loops in C that write to `y`.
  func loop(_ y: UnsafePointer<Float>) -> ck_epilogue {
    func distance(_ other: UnsafePointer<Float>?) -> Int {
      other.map { UnsafeRawPointer($0) - UnsafeRawPointer(y) } ?? 0
    }
    return ck_epilogue(
      shift: shift, addend: distance(addend), gate: distance(gate), rectifies: relu ? 1 : 0)
  }

  /// Finishes some panels of the result's row that begins at `start`.
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

  /// Finishes a whole result in memory, shared out.
  func apply(to y: UnsafeMutablePointer<Float>, count: Int, channels: Int, pool: ThreadPool) {
    let chunks = RowChunks(rows: count / channels)
    let panels = 0..<(channels + PackedMatrix.width - 1) / PackedMatrix.width
    pool.run(chunks: chunks.count) { chunk, _ in
      for row in chunks.range(chunk) {
        apply(to: y, at: row * channels, panels: panels, columns: channels)
      }
    }
  }

  /// Finishes a whole result in memory; defines the answer.
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
