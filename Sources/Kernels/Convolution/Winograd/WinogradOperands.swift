import CKernels

/// What a pass of a Winograd convolution reads and writes beside the weights.
struct WinogradOperands {
  /// y, or dx in the pass backward to the data; not written by the weights' gradient.
  let result: UnsafeMutablePointer<Float>
  /// x, or dy in the pass backward to the data.
  let source: UnsafePointer<Float>
  /// What happens to x on its way in.
  let input: InputTransform?
  /// What is done to the sums before they are written.
  let epilogue: ck_epilogue?
  let columnSums: ColumnSums?

  init(_ operands: ForwardOperands, _ problem: ConvolutionProblem) {
    (result, source) = (operands.y.float32, operands.x.float32)
    (input, epilogue) = (operands.input, operands.epilogue?.relative(to: operands.y.float32))
    columnSums = operands.sums(problem)
  }

  init(_ operands: DataGradientOperands) {
    (result, source, input) = (operands.dx.float32, operands.dy.float32, nil)
    epilogue = operands.epilogue.epilogue(writing: result)?.relative(to: result)
    columnSums = operands.epilogue.sums
  }

  /// Those of the weights' gradient that V is made from.
  init(_ operands: WeightGradientOperands) {
    (result, source) = (operands.dw.float32, operands.x.float32)
    (input, epilogue, columnSums) = (operands.input, nil, nil)
  }
}
