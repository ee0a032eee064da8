/// What a forward pass reads and writes: y = x ∗ w.
public struct ForwardOperands {
  /// batch × outHeight × outWidth × outChannels; overwritten.
  public var y: MutableOperand
  /// batch × height × width × inChannels
  public var x: Operand
  /// kernelHeight × kernelWidth × inChannels × outChannels; what
  /// ``PreparedForward/prepare(to:w:pool:)`` made of that where weights are prepared.
  public var w: Operand
  /// What happens to x on its way in; nil for nothing.
  public var input: InputTransform?
  /// Where not nil, ``Convolution/statisticsCount`` elements for the sums over the rows of y that
  /// ``BatchNormKernel`` finds means and variances from; only where that is not 0.
  public var statistics: UnsafeMutablePointer<Float>?
  /// What is done to the sums before they are written; only where weights are prepared.
  var epilogue: Epilogue?

  /// Operands of any type.
  public init(
    y: MutableOperand, x: Operand, w: Operand, input: InputTransform? = nil,
    statistics: UnsafeMutablePointer<Float>? = nil
  ) {
    (self.y, self.x, self.w) = (y, x, w)
    (self.input, self.statistics) = (input, statistics)
  }

  /// Operands in single precision.
  public init(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    input: InputTransform? = nil, statistics: UnsafeMutablePointer<Float>? = nil
  ) {
    self.init(
      y: MutableOperand(y), x: Operand(x), w: Operand(w), input: input, statistics: statistics)
  }

  /// The sums that ``statistics`` has room for.
  func sums(_ problem: ConvolutionProblem) -> ColumnSums? {
    statistics.map { ColumnSums.statistics($0, channels: problem.outChannels) }
  }
}

/// What a forward pass with folded weights reads and writes: y = A · (x ∗ w) + B + addend, then
/// max(0, y) with `relu`.
public struct FoldedOperands {
  /// batch × outHeight × outWidth × outChannels; overwritten.
  public var y: MutableOperand
  /// batch × height × width × inChannels
  public var x: Operand
  /// What ``Convolution/fold(_:into:in:)`` made; not changed.
  public var folded: UnsafeMutablePointer<Float>
  /// As y, elsewhere in memory; nil for nothing.
  public var addend: UnsafePointer<Float>?
  public var relu: Bool

  /// Operands in single precision.
  public init(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, folded: UnsafeMutablePointer<Float>,
    addend: UnsafePointer<Float>? = nil, relu: Bool
  ) {
    (self.y, self.x) = (MutableOperand(y), Operand(x))
    (self.folded, self.addend, self.relu) = (folded, addend, relu)
  }
}

/// Weights and the normalisation that is folded into them: A · (x ∗ w) + B.
public struct FoldingOperands {
  /// kernelHeight × kernelWidth × inChannels × outChannels
  public var w: UnsafePointer<Float>
  /// A, outChannels elements.
  public var scale: UnsafePointer<Float>
  /// B, outChannels elements.
  public var shift: UnsafePointer<Float>

  /// Weights with both vectors.
  public init(
    w: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>
  ) {
    (self.w, self.scale, self.shift) = (w, scale, shift)
  }
}
