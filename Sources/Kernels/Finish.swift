import CKernels

/// What becomes of a convolution's finished sums before they are written, while they are in
/// registers: max(0, sum + shift + addend), each addition rounded once, in this order.
struct Finish {
  /// A number for each output channel, readable up to a multiple of ``shiftStep``; nil for none.
  let shift: UnsafePointer<Float>?
  /// As the result, elsewhere in memory.
  let addend: UnsafePointer<Float>?
  let relu: Bool

  /// The addition alone; nil where nothing is added.
  init?(adding addend: UnsafePointer<Float>?) {
    guard let addend else { return nil }
    self.init(shift: nil, addend: addend, relu: false)
  }

  init(shift: UnsafePointer<Float>?, addend: UnsafePointer<Float>?, relu: Bool) {
    (self.shift, self.addend, self.relu) = (shift, addend, relu)
  }

  /// The widest panel of any processor.
  static let shiftStep = 32

  /// The same for the loops in C that write to `y`.
  func loop(_ y: UnsafePointer<Float>) -> ck_finish {
    ck_finish(
      shift: shift, addend: addend.map { UnsafeRawPointer($0) - UnsafeRawPointer(y) } ?? 0,
      rectifies: relu ? 1 : 0)
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
      y[start + c] = relu && sum < 0 ? 0 : sum
    }
  }

  /// Finishes a whole result in memory; defines the answer.
  func apply(to y: UnsafeMutablePointer<Float>, count: Int, channels: Int) {
    for i in 0..<count {
      var sum = y[i]
      if let shift { sum += shift[i % channels] }
      if let addend { sum += addend[i] }
      y[i] = relu && sum < 0 ? 0 : sum
    }
  }
}

extension Optional where Wrapped == ck_finish {
  /// Calls `body` with a pointer that lives as long as the call.
  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<ck_finish>?) -> Result) -> Result {
    guard let finish = self else { return body(nil) }
    return withUnsafePointer(to: finish) { body($0) }
  }
}
