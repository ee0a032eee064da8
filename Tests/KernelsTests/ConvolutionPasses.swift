import Kernels
import Tensors

/// One implementation run over one problem. Results that a pass overwrites are NaN before it, and
/// so is the scratch memory.
struct ConvolutionPasses: Equatable {
  var y: [Float]
  var dx: [Float]
  /// dx with x added on the way.
  var dxAdded: [Float]
  /// The same, 0 where x is not above 0.
  var dxGated: [Float]
  /// dx added to x in place, for kernels of one tap; else as ``dxAdded``.
  var dxAccumulated: [Float]
  /// The same, 0 where x is not above 0, added to x with zeros there already; else as ``dxGated``.
  var dxAccumulatedGated: [Float]
  var dw: [Float]
  /// dx, in place as ``dxAccumulated`` for kernels of one tap, and dw of both at the same time.
  var joined: [[Float]]

  init(_ convolution: Convolution, _ inputs: ConvolutionReference, threads: Int) {
    let problem = convolution.problem
    let pool = ThreadPool(threads: threads)
    func copy(_ numbers: [Float]) -> AlignedBuffer {
      let buffer = AlignedBuffer(count: numbers.count)
      _ = buffer.buffer.update(fromContentsOf: numbers)
      return buffer
    }
    let x = copy(inputs.x)
    let w = copy(inputs.w)
    let dy = copy(inputs.dy)
    let (guardCount, canary) = (64, Float(12345))
    let scratchCount = convolution.scratchCount(threads: threads)
    let scratch = AlignedBuffer(count: scratchCount + guardCount)
    let execution = Execution(scratch: scratch.pointer, pool: pool)
    func poison() {
      scratch.buffer.update(repeating: .nan)
      for i in 0..<guardCount { scratch.pointer[scratchCount + i] = canary }
    }
    func checkCanary() {
      for i in 0..<guardCount {
        precondition(
          scratch.pointer[scratchCount + i] == canary, "\(problem) wrote beyond its scratch memory")
      }
    }

    let result = AlignedBuffer(count: problem.outputCount)
    result.buffer.update(repeating: .nan)
    poison()
    convolution.forward(
      ForwardOperands(y: result.pointer, x: x.pointer, w: w.pointer), in: execution)
    checkCanary()
    y = result.array

    let data = AlignedBuffer(count: problem.inputCount)
    data.buffer.update(repeating: .nan)
    poison()
    func backwardData(_ epilogue: GradientEpilogue) {
      convolution.backwardData(
        DataGradientOperands(
          dx: data.pointer, dy: dy.pointer, w: w.pointer, epilogue: epilogue), in: execution)
    }
    backwardData(GradientEpilogue())
    checkCanary()
    dx = data.array

    data.buffer.update(repeating: .nan)
    poison()
    backwardData(GradientEpilogue(addend: x.pointer))
    checkCanary()
    dxAdded = data.array

    data.buffer.update(repeating: .nan)
    poison()
    backwardData(GradientEpilogue(addend: x.pointer, gate: x.pointer))
    checkCanary()
    dxGated = data.array

    (dxAccumulated, dxAccumulatedGated) = (dxAdded, dxGated)
    if problem.kernelHeight * problem.kernelWidth == 1, convolution.kernelName != "per pixel" {
      _ = data.buffer.update(fromContentsOf: inputs.x)
      poison()
      backwardData(GradientEpilogue(addend: data.pointer))
      checkCanary()
      dxAccumulated = data.array
      _ = data.buffer.update(fromContentsOf: inputs.x.map { max(0, $0) })
      poison()
      backwardData(GradientEpilogue(addend: data.pointer, gate: x.pointer))
      checkCanary()
      dxAccumulatedGated = data.array
    }

    let weights = copy(inputs.startingGradient)
    poison()
    convolution.backwardWeights(
      WeightGradientOperands(dw: weights.pointer, dy: dy.pointer, x: x.pointer), in: execution)
    checkCanary()
    dw = weights.array

    let isInPlace =
      problem.kernelHeight * problem.kernelWidth == 1
      && convolution.kernelName != "per pixel"
    if isInPlace { _ = data.buffer.update(fromContentsOf: inputs.x) }
    _ = weights.buffer.update(fromContentsOf: inputs.startingGradient)
    poison()
    convolution.backward(
      DataGradientOperands(
        dx: data.pointer, dy: dy.pointer, w: w.pointer,
        epilogue: GradientEpilogue(addend: isInPlace ? data.pointer : x.pointer)),
      WeightGradientOperands(dw: weights.pointer, dy: dy.pointer, x: x.pointer), in: execution)
    checkCanary()
    joined = [data.array, weights.array]
  }
}
