/// What the pass backward to the data reads and writes: dx = the adjoint of the convolution,
/// applied to dy, then the epilogue.
public struct DataGradientOperands {
  /// batch × height × width × inChannels; overwritten, unless the epilogue's addend is dx itself.
  public var dx: MutableOperand
  /// batch × outHeight × outWidth × outChannels
  public var dy: Operand
  /// kernelHeight × kernelWidth × inChannels × outChannels
  public var w: Operand
  /// What is done to the sums before they are written.
  public var epilogue: GradientEpilogue

  /// Operands of any type.
  public init(
    dx: MutableOperand, dy: Operand, w: Operand, epilogue: GradientEpilogue = GradientEpilogue()
  ) {
    (self.dx, self.dy, self.w, self.epilogue) = (dx, dy, w, epilogue)
  }

  /// Operands in single precision.
  public init(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue = GradientEpilogue()
  ) {
    self.init(dx: MutableOperand(dx), dy: Operand(dy), w: Operand(w), epilogue: epilogue)
  }
}

/// What the pass backward to the weights reads and writes: dw = Σ over batch and pixels of xᵀ dy.
public struct WeightGradientOperands {
  /// kernelHeight × kernelWidth × inChannels × outChannels; overwritten.
  public var dw: MutableOperand
  /// batch × outHeight × outWidth × outChannels
  public var dy: Operand
  /// batch × height × width × inChannels
  public var x: Operand
  /// What happened to x on its way into the convolution; nil for nothing.
  public var input: InputTransform?

  /// Operands of any type.
  public init(dw: MutableOperand, dy: Operand, x: Operand, input: InputTransform? = nil) {
    (self.dw, self.dy, self.x, self.input) = (dw, dy, x, input)
  }

  /// Operands in single precision.
  public init(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform? = nil
  ) {
    self.init(dw: MutableOperand(dw), dy: Operand(dy), x: Operand(x), input: input)
  }
}

/// The same where dy is formed line by line while it is read.
public struct LineGradientOperands {
  /// kernelHeight × kernelWidth × inChannels × outChannels; overwritten.
  public var dw: MutableOperand
  /// dy
  public var lines: GradientLines
  /// batch × height × width × inChannels
  public var x: Operand
  /// What happened to x on its way into the convolution; nil for nothing.
  public var input: InputTransform?

  /// Operands in single precision.
  public init(
    dw: UnsafeMutablePointer<Float>, lines: GradientLines, x: UnsafePointer<Float>,
    input: InputTransform? = nil
  ) {
    (self.dw, self.lines, self.x) = (MutableOperand(dw), lines, Operand(x))
    self.input = input
  }
}

/// What both gradients in one pass read and write, from the gradient of a normalisation that need
/// not be in memory.
public struct FusedGradientOperands {
  /// batch × height × width × inChannels; nil where nobody wants it, else as
  /// ``DataGradientOperands/dx``.
  public var dx: MutableOperand?
  /// kernelHeight × kernelWidth × inChannels × outChannels; overwritten.
  public var dw: MutableOperand
  /// Of the convolution's result, batch · outHeight · outWidth × outChannels.
  public var dy: NormalizedGradient
  /// batch × height × width × inChannels
  public var x: Operand
  /// kernelHeight × kernelWidth × inChannels × outChannels
  public var w: Operand
  /// What happened to x on its way into the convolution; nil for nothing.
  public var input: InputTransform?
  /// What is done to the sums of dx before they are written.
  public var epilogue = GradientEpilogue()

  /// Operands in single precision.
  public init(
    dx: UnsafeMutablePointer<Float>?, dw: UnsafeMutablePointer<Float>, dy: NormalizedGradient,
    x: UnsafePointer<Float>, w: UnsafePointer<Float>
  ) {
    (self.dx, self.dw, self.dy) = (dx.map { MutableOperand($0) }, MutableOperand(dw), dy)
    (self.x, self.w) = (Operand(x), Operand(w))
  }
}
