/// What is done to the sums of dx while they are in registers, before they are written:
///
///     dx = gated(sum + addend)
public struct GradientEpilogue {
  /// As dx: the gradient along another path, elsewhere in memory; or dx itself, where sums are
  /// added to what it holds, which must have passed the gate already. Only kernels of one tap can
  /// do that.
  public var addend: UnsafePointer<Float>?
  /// As dx: where it is not above 0 the gradient becomes 0. It is x itself if x is the result of a
  /// ReLU.
  public var gate: UnsafePointer<Float>?
  /// What is summed over the rows of dx meanwhile; only where ``Convolution/gradientSumCount`` is
  /// not 0.
  public var sums: ColumnSums?

  /// Nothing is done unless told.
  public init(
    addend: UnsafePointer<Float>? = nil, gate: UnsafePointer<Float>? = nil, sums: ColumnSums? = nil
  ) {
    (self.addend, self.gate, self.sums) = (addend, gate, sums)
  }

  /// Whether sums are added to what dx holds.
  func accumulates(_ dx: UnsafePointer<Float>) -> Bool { addend == dx }

  /// The same for what is written to dx, without the addition to what dx holds, which products do
  /// themselves; nil where nothing else is done.
  func epilogue(writing dx: UnsafePointer<Float>) -> Epilogue? {
    let epilogue = Epilogue(addend: accumulates(dx) ? nil : addend, gate: gate)
    return epilogue.isNone ? nil : epilogue
  }
}
