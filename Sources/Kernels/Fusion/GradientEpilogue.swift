/// What becomes of a convolution's gradient for its data while its sums are in registers:
///
///     dx = gated(sum + addend)
public struct GradientEpilogue {
  /// The gradient that comes along another path; dx itself where sums are added to what it holds,
  /// gated already, which kernels of one tap can.
  public var addend: UnsafePointer<Float>?
  /// Where it is not above 0 the gradient becomes 0: x itself, if x came out of a ReLU.
  public var gate: UnsafePointer<Float>?
  /// What is summed over the rows of dx meanwhile, where the convolution can:
  /// ``Convolution/gradientSumCount``.
  public var sums: ColumnSums?

  /// Matrices as dx; nothing unless told.
  public init(
    addend: UnsafePointer<Float>? = nil, gate: UnsafePointer<Float>? = nil, sums: ColumnSums? = nil
  ) {
    (self.addend, self.gate, self.sums) = (addend, gate, sums)
  }

  /// Whether sums are added to what dx holds.
  func accumulates(_ dx: UnsafePointer<Float>) -> Bool { addend == dx }

  /// What remains to be done to dx by loops that add to it themselves where it accumulates.
  func epilogue(_ dx: UnsafePointer<Float>) -> Epilogue? {
    let epilogue = Epilogue(addend: accumulates(dx) ? nil : addend, gate: gate)
    return epilogue.isNone ? nil : epilogue
  }
}
