import Kernels
import Tensors

/// A convolution without bias, square kernel.
package final class ConvolutionLayer: Layer {
  package let path: String
  package let weight: Parameter
  private let inChannels: Int
  private let outChannels: Int
  private let kernel: Int
  private let stride: Int
  private let policy: ConvolutionPolicy
  private var convolution: Convolution?
  private var threads = 1
  private var scratch: WorkspacePlan.Slot?
  private var folded: Folded?

  /// Weights with their normalisation, made once for all batches of an evaluation.
  private struct Folded {
    let elements: AlignedBuffer
    let batch: ConvolutionProblem
    /// Sum of the changes of what they were made from, which only grow.
    let changes: Int
  }

  /// A convolution that keeps the image's size at stride 1.
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
  package var kernelNames: [String] { convolution.map { [$0.kernelName] } ?? [] }

  /// Fixes the extents; returns the result's shape.
  func prepare(for src: Shape, threads: Int) throws(ShapeError) -> Shape {
    let padding = kernel / 2
    let problem = ConvolutionProblem(
      batch: src.n, height: src.h, width: src.w, inChannels: inChannels,
      outChannels: outChannels, kernel: kernel, stride: stride, padding: padding)
    guard
      src.c == inChannels, src.h + 2 * padding >= kernel, src.w + 2 * padding >= kernel
    else {
      throw ShapeError(
        "\(path): a \(kernel)×\(kernel) convolution of \(inChannels) channels cannot take \(src)")
    }
    convolution = Convolution(problem, policy: policy)
    self.threads = threads
    return Shape(n: src.n, h: problem.outHeight, w: problem.outWidth, c: outChannels)
  }

  /// Elements of scratch memory for any pass.
  var scratchCount: Int { convolution!.scratchCount(threads: threads) }

  /// Elements that the sums of any pass take.
  var sumCount: Int { max(convolution!.statisticsCount, convolution!.gradientSumCount) }
  /// Rows of each part of the result, and how many parts dx has, that sums are formed of.
  var resultParts: [Int] { convolution!.resultParts }
  var gradientParts: Int { convolution!.gradientParts }
  /// Whether a forward pass can do what ends the block below.
  var endsBlocks: Bool { convolution!.endsBlocks }

  /// y = x ∗ w, x being read through `input`.
  ///
  /// - Parameter statistics: where not nil, ``sumCount`` elements for sums over the rows of y.
  package func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, input: InputTransform? = nil,
    statistics: UnsafeMutablePointer<Float>? = nil, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    // While it is trained, folded weights are no use, and their memory is.
    folded = nil
    timed(.forward, pool) {
      convolution!.forward(
        ForwardOperands(y: y, x: x, w: weight.elements, input: input, statistics: statistics),
        in: Execution(scratch: scratch, pool: pool))
    }
  }

  /// y = norm(x ∗ w) + addend, then max(0, y) with `relu`: the one way of evaluation, with the
  /// normalisation by running averages folded into the weights.
  func forwardFolded(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, norm: BatchNormLayer,
    addend: UnsafePointer<Float>? = nil, relu: Bool, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let folded = folded(with: norm, pool: pool)
    timed(.forward, pool) {
      convolution!.forward(
        folded: FoldedOperands(y: y, x: x, folded: folded.pointer, addend: addend, relu: relu),
        in: Execution(scratch: scratch, pool: pool))
    }
  }

  private func folded(with norm: BatchNormLayer, pool: ThreadPool) -> AlignedBuffer {
    let convolution = convolution!
    let changes = ([weight] + norm.parameters).reduce(0) { $0 &+ $1.changes }
    if let folded, folded.changes == changes, folded.batch == convolution.problem {
      return folded.elements
    }
    folded = nil
    let elements = AlignedBuffer(count: convolution.foldedCount)
    let scaled = AlignedBuffer(count: weight.count)
    let (scale, shift) = norm.runningAffine()
    pool.timed(path, .other) {
      convolution.fold(
        FoldingOperands(w: weight.elements, scale: scale.pointer, shift: shift.pointer),
        into: elements.pointer, in: Execution(scratch: scaled.pointer, pool: pool))
    }
    withExtendedLifetime((scaled, scale, shift)) {}
    folded = Folded(elements: elements, batch: convolution.problem, changes: changes)
    return elements
  }

  /// Overwrites the weights' gradient and, where it is wanted, dx.
  func backward(
    dx: UnsafeMutablePointer<Float>?, epilogue: GradientEpilogue = GradientEpilogue(),
    dy: UnsafePointer<Float>, x: UnsafePointer<Float>, input: InputTransform? = nil,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let execution = Execution(scratch: scratch, pool: pool)
    let weights = WeightGradientOperands(
      dw: weight.gradient!.pointer, dy: dy, x: x, input: input)
    let data = dx.map {
      DataGradientOperands(dx: $0, dy: dy, w: weight.elements, epilogue: epilogue)
    }
    if let data, convolution!.joinsBackward {
      timed(.backward, pool, passes: 2) { convolution!.backward(data, weights, in: execution) }
      return
    }
    timed(.backwardWeights, pool) { convolution!.backwardWeights(weights, in: execution) }
    guard let data else { return }
    timed(.backwardData, pool) { convolution!.backwardData(data, in: execution) }
  }

  /// The same from the gradient of the normalisation after the convolution, which is computed
  /// first where it cannot be on the way.
  func backward(
    dx: UnsafeMutablePointer<Float>?, epilogue: GradientEpilogue = GradientEpilogue(),
    dy: NormalizedGradient, norm: BatchNormLayer, x: UnsafePointer<Float>,
    input: InputTransform? = nil, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard convolution!.fusesBackward else {
      norm.kernel.apply(dy, pool: pool)
      backward(
        dx: dx, epilogue: epilogue, dy: dy.x, x: x, input: input, scratch: scratch, pool: pool)
      return
    }
    var operands = FusedGradientOperands(
      dx: dx, dw: weight.gradient!.pointer, dy: dy, x: x, w: weight.elements)
    (operands.input, operands.epilogue) = (input, epilogue)
    timed(.backward, pool, passes: dx == nil ? 1 : 2) {
      convolution!.backward(operands, in: Execution(scratch: scratch, pool: pool))
    }
  }

  /// Whether the weights' gradient can be computed from lines that are not in memory.
  var readsLines: Bool { convolution!.readsLines }

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
      convolution!.backwardWeights(
        lines: LineGradientOperands(dw: weight.gradient!.pointer, lines: lines, x: x),
        in: Execution(scratch: scratch, pool: pool))
    }
  }

  private func timed(
    _ pass: WorkClock.Pass, _ pool: ThreadPool, passes: Double = 1, _ body: () -> Void
  ) {
    pool.timed(
      path, pass, kind: "\(kernel)×\(kernel)" + (stride == 1 ? "" : " stride \(stride)"),
      kernel: convolution!.kernelName, operations: passes * convolution!.problem.operations, body)
  }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    let dst = try prepare(for: src, threads: threads)
    scratch = plan.reserve(scratchCount, for: .call, label: "\(path) scratch")
    return dst
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    forward(y: dst.pointer, x: src.pointer, scratch: pass.workspace[scratch!], pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    backward(
      dx: dSrc?.pointer, dy: dDst.pointer, x: src.pointer, scratch: pass.workspace[scratch!],
      pool: pass.pool)
  }
}
