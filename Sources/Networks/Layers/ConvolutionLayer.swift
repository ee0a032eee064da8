import Kernels
import Tensors

/// A convolution without bias, with a square kernel.
package struct ConvolutionLayer: Layer {
  package let path: String
  /// out × in × kernel × kernel in PyTorch's order.
  package let weight: Parameter
  private let inChannels: Int
  private let outChannels: Int
  private let kernel: Int
  private let stride: Int
  private let policy: ConvolutionPolicy

  /// A convolution that keeps the image's size at stride 1.
  ///
  /// - Precondition: `kernel` is odd.
  package init(
    _ path: String, from inChannels: Int, to outChannels: Int, kernel: Int, stride: Int = 1,
    policy: ConvolutionPolicy
  ) {
    (self.path, self.kernel, self.stride, self.policy) = (path, kernel, stride, policy)
    (self.inChannels, self.outChannels) = (inChannels, outChannels)
    weight = Parameter(
      "\(path).weight", [outChannels, inChannels, kernel, kernel], part: .trunk, kind: .weight,
      initial: .kaiming(outChannels: outChannels, kernel: kernel))
  }

  package var parameters: [Parameter] { [weight] }

  /// The problem that a source poses, and the implementation that the policy allows for it.
  func convolution(for src: Shape) -> Convolution {
    let problem = ConvolutionProblem(
      batch: src.n, height: src.h, width: src.w, inChannels: inChannels,
      outChannels: outChannels, kernel: kernel, stride: stride, padding: kernel / 2)
    return Convolution(problem, policy: policy)
  }

  /// Fixes the extents without reserving memory: a block's convolutions share theirs.
  ///
  /// - Throws: `ShapeError` where the channels are others or the image is smaller than the kernel.
  func planned(for src: Shape, threads: Int) throws(ShapeError) -> PlannedConvolution {
    let padding = kernel / 2
    guard
      src.c == inChannels, src.h + 2 * padding >= kernel, src.w + 2 * padding >= kernel
    else {
      throw ShapeError(
        "\(path): a \(kernel)×\(kernel) convolution of \(inChannels) channels cannot take \(src)")
    }
    return PlannedConvolution(
      path, weight, convolution(for: src), threads: threads,
      kind: "\(kernel)×\(kernel)" + (stride == 1 ? "" : " stride \(stride)"))
  }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedConvolutionLayer {
    let convolution = try planned(for: src, threads: threads)
    return PlannedConvolutionLayer(
      convolution,
      scratch: plan.reserve(convolution.scratchCount, for: .call, label: "\(path) scratch"))
  }
}

/// A convolution of given extents, without the memory for its passes.
///
/// y and dy are the result and its gradient, batch × height × width × out; x and dx the source and
/// its gradient. None of them overlap unless said so. Scratch memory has ``scratchCount`` elements
/// and is 64-byte aligned.
final class PlannedConvolution {
  let path: String
  let resultShape: Shape
  private let weight: Parameter
  private let convolution: Convolution
  /// Such as `3×3 stride 2`, for clocks.
  private let kind: String
  private let folded = FoldedWeights()
  /// Elements of scratch memory for any pass.
  let scratchCount: Int
  /// Whether a forward pass can compute the end of the block below while it reads it.
  let endsBlocks: Bool

  fileprivate init(
    _ path: String, _ weight: Parameter, _ convolution: Convolution, threads: Int, kind: String
  ) {
    (self.path, self.weight, self.convolution, self.kind) = (path, weight, convolution, kind)
    let problem = convolution.problem
    resultShape = Shape(
      n: problem.batch, h: problem.outHeight, w: problem.outWidth, c: problem.outChannels)
    scratchCount = convolution.scratchCount(threads: threads)
    endsBlocks = convolution.endsBlocks
  }

  var kernelName: String { convolution.kernelName }
  /// Elements that the sums of any pass take.
  var sumCount: Int { max(convolution.statisticsCount, convolution.gradientSumCount) }
  /// Rows of each part of the result that sums are formed of; empty where none are formed.
  var resultParts: [Int] { convolution.resultParts }
  /// How many parts of dx sums are formed of; 0 where none are formed.
  var gradientParts: Int { convolution.gradientParts }

  /// y = x ∗ w, x being read through `input`.
  ///
  /// - Parameter statistics: where not nil, ``sumCount`` elements for sums over the rows of y.
  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, input: InputTransform? = nil,
    statistics: UnsafeMutablePointer<Float>? = nil, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    // Folded weights are of no use while the network is trained, and take memory.
    folded.discard()
    timed(.forward, pool) {
      convolution.forward(
        ForwardOperands(y: y, x: x, w: weight.elements, input: input, statistics: statistics),
        in: Execution(scratch: scratch, pool: pool))
    }
  }

  /// y = norm(x ∗ w) + addend, then max(0, y) with `relu`: the one way of evaluation, with the
  /// normalisation by running averages folded into the weights.
  func forwardFolded(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, norm: PlannedNormalization,
    addend: UnsafePointer<Float>? = nil, relu: Bool, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let folded = folded(with: norm, pool: pool)
    timed(.forward, pool) {
      convolution.forward(
        folded: FoldedOperands(y: y, x: x, folded: folded.pointer, addend: addend, relu: relu),
        in: Execution(scratch: scratch, pool: pool))
    }
  }

  /// The weights times the scale of the normalisation by running averages, then its shift.
  private func folded(with norm: PlannedNormalization, pool: ThreadPool) -> AlignedBuffer {
    folded.elements(madeAfter: weight.changes &+ norm.changes) {
      let elements = AlignedBuffer(count: convolution.foldedCount)
      let scaled = AlignedBuffer(count: weight.count)
      let (scale, shift) = norm.runningAffine()
      pool.timed(path, .other) {
        convolution.fold(
          FoldingOperands(w: weight.elements, scale: scale.pointer, shift: shift.pointer),
          into: elements.pointer, in: Execution(scratch: scaled.pointer, pool: pool))
      }
      withExtendedLifetime((scaled, scale, shift)) {}
      return elements
    }
  }

  /// Overwrites the weights' gradient and, where it is wanted, dx.
  func backward(
    dx: UnsafeMutablePointer<Float>?, epilogue: GradientEpilogue = GradientEpilogue(),
    dy: UnsafePointer<Float>, x: UnsafePointer<Float>, input: InputTransform? = nil,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let execution = Execution(scratch: scratch, pool: pool)
    let weights = WeightGradientOperands(
      dw: weight.trainedGradient.pointer, dy: dy, x: x, input: input)
    let data = dx.map {
      DataGradientOperands(dx: $0, dy: dy, w: weight.elements, epilogue: epilogue)
    }
    if let data, convolution.joinsBackward {
      timed(.backward, pool, passes: 2) { convolution.backward(data, weights, in: execution) }
      return
    }
    timed(.backwardWeights, pool) { convolution.backwardWeights(weights, in: execution) }
    guard let data else { return }
    timed(.backwardData, pool) { convolution.backwardData(data, in: execution) }
  }

  /// The same from the gradient of the normalisation after the convolution, which is computed
  /// first where it cannot be on the way.
  func backward(
    dx: UnsafeMutablePointer<Float>?, epilogue: GradientEpilogue = GradientEpilogue(),
    dy: NormalizedGradient, norm: PlannedNormalization, x: UnsafePointer<Float>,
    input: InputTransform? = nil, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard convolution.fusesBackward else {
      norm.kernel.apply(dy, pool: pool)
      backward(
        dx: dx, epilogue: epilogue, dy: dy.x, x: x, input: input, scratch: scratch, pool: pool)
      return
    }
    var operands = FusedGradientOperands(
      dx: dx, dw: weight.trainedGradient.pointer, dy: dy, x: x, w: weight.elements)
    (operands.input, operands.epilogue) = (input, epilogue)
    timed(.backward, pool, passes: dx == nil ? 1 : 2) {
      convolution.backward(operands, in: Execution(scratch: scratch, pool: pool))
    }
  }

  /// Whether the weights' gradient can be computed from lines that are not in memory.
  var readsLines: Bool { convolution.readsLines }

  /// Overwrites the weights' gradient and, where it is wanted, dx.
  func backward(
    dx: UnsafeMutablePointer<Float>?, lines: GradientLines, x: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    if let dx {
      backward(dx: dx, dy: lines.apply(pool: pool), x: x, scratch: scratch, pool: pool)
      return
    }
    timed(.backwardWeights, pool) {
      convolution.backwardWeights(
        lines: LineGradientOperands(dw: weight.trainedGradient.pointer, lines: lines, x: x),
        in: Execution(scratch: scratch, pool: pool))
    }
  }

  private func timed(
    _ pass: WorkClock.Pass, _ pool: ThreadPool, passes: Double = 1, _ body: () -> Void
  ) {
    pool.timed(
      path, pass, kind: kind, kernel: convolution.kernelName,
      operations: passes * convolution.problem.operations, body)
  }
}

/// A convolution by itself, with its scratch memory.
package final class PlannedConvolutionLayer: PlainLayer {
  private let convolution: PlannedConvolution
  private let scratch: WorkspacePlan.Slot

  fileprivate init(_ convolution: PlannedConvolution, scratch: WorkspacePlan.Slot) {
    (self.convolution, self.scratch) = (convolution, scratch)
  }

  package var resultShape: Shape { convolution.resultShape }
  package var kernelNames: [String] { [convolution.kernelName] }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    convolution.forward(
      y: dst.pointer, x: src.pointer, scratch: pass.workspace[scratch], pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    convolution.backward(
      dx: dSrc?.pointer, dy: dDst.pointer, x: src.pointer, scratch: pass.workspace[scratch],
      pool: pass.pool)
  }
}
