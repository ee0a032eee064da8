import Kernels
import Randomness
import Tensors

/// The mean over each image's pixels.
package final class GlobalAveragePoolLayer: Layer {
  package let path = "avgpool"
  package let parameters: [Parameter] = []
  private var kernel: GlobalAveragePool?

  package init() {}

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    kernel = GlobalAveragePool(batch: src.n, pixels: src.h * src.w, channels: src.c)
    return .matrix(src.n, src.c)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    kernel!.forward(y: dst.pointer, x: src.pointer, pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    if let dSrc { kernel!.backward(dx: dSrc.pointer, dy: dDst.pointer, pool: pass.pool) }
  }
}

/// y = x · Wᵀ + b
package final class LinearLayer: Layer {
  package let path: String
  let weight: Parameter
  let bias: Parameter
  private var kernel: LinearKernel
  private var scratch: WorkspacePlan.Slot?

  /// A layer with PyTorch's initial values; a bias that starts at a given value does not decay.
  package init(_ path: String, inputs: Int, outputs: Int, initialBias: Double? = nil) {
    self.path = path
    weight = Parameter(
      "\(path).weight", [outputs, inputs], part: .head, kind: .weight,
      initial: .linear(inputs: inputs))
    bias = Parameter(
      "\(path).bias", [outputs], part: .head, kind: .bias,
      initial: initialBias.map { .constant(Float($0)) } ?? .linear(inputs: inputs),
      decays: initialBias == nil)
    kernel = LinearKernel(batch: 0, inputs: inputs, outputs: outputs)
  }

  package var parameters: [Parameter] { [weight, bias] }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    guard src.count == src.n * kernel.inputs else {
      throw ShapeError("\(path): a linear layer on \(kernel.inputs) features cannot take \(src)")
    }
    kernel = LinearKernel(batch: src.n, inputs: kernel.inputs, outputs: kernel.outputs)
    scratch = plan.reserve(
      kernel.scratchCount(threads: threads), for: .call, label: "\(path) scratch")
    return .matrix(src.n, kernel.outputs)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    timed(.forward, pass.pool) {
      kernel.forward(
        y: dst.pointer, x: src.pointer, w: weight.elements, b: bias.elements,
        scratch: pass.workspace[scratch!], pool: pass.pool)
    }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    timed(.backwardWeights, pass.pool) {
      for parameter in parameters { parameter.clearGradient(pool: pass.pool) }
      kernel.backwardWeights(
        dw: weight.gradient!.pointer, db: bias.gradient!.pointer, dy: dDst.pointer,
        x: src.pointer, scratch: pass.workspace[scratch!], pool: pass.pool)
    }
    guard let dSrc else { return }
    timed(.backwardData, pass.pool) {
      kernel.backwardData(
        dx: dSrc.pointer, dy: dDst.pointer, w: weight.elements, scratch: pass.workspace[scratch!],
        pool: pass.pool)
    }
  }

  private func timed(_ part: WorkClock.Pass, _ pool: ThreadPool, _ body: () -> Void) {
    let operations = 2 * kernel.batch * kernel.inputs * kernel.outputs
    pool.timed(path, part, kind: "linear", operations: Double(operations), body)
  }
}

/// y = max(0, x)
package final class ReLULayer: Layer {
  package let path: String
  package let parameters: [Parameter] = []

  package init(_ path: String) { self.path = path }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape { src }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    Activation.relu(y: dst.pointer, x: src.pointer, count: src.count, pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { return }
    Activation.reluBackward(
      dx: dSrc.pointer, dy: dDst.pointer, y: dst.pointer, count: src.count, pool: pass.pool)
  }
}

/// Inverted dropout: nothing in the evaluation phase.
package final class DropoutLayer: Layer {
  package let path: String
  package let parameters: [Parameter] = []
  private let probability: Double
  private var factors: WorkspacePlan.Slot?

  package init(_ path: String, probability: Double) {
    (self.path, self.probability) = (path, probability)
  }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    factors = plan.reserve(src.count, for: .untilBackward, label: "\(path) factors")
    return src
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let factors = pass.workspace[factors!]
    switch pass.phase {
    case .evaluation: factors.update(repeating: 1, count: src.count)
    case .training:
      Dropout.factors(
        factors, count: src.count, probability: probability, seed: pass.seed, step: pass.step,
        layer: stableHash(path))
    }
    Activation.multiply(
      y: dst.pointer, x: src.pointer, factors: factors, count: src.count, pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { return }
    Activation.multiply(
      y: dSrc.pointer, x: dDst.pointer, factors: pass.workspace[factors!], count: src.count,
      pool: pass.pool)
  }
}

/// 3×3 max-pooling with stride 2, alone: the stem does it together with normalisation and ReLU.
package final class MaxPoolLayer: Layer {
  package let path: String
  package let parameters: [Parameter] = []
  private var kernel: MaxPool?
  private var winners: WorkspacePlan.Slot?

  package init(_ path: String) { self.path = path }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    let pool = MaxPool(batch: src.n, height: src.h, width: src.w, channels: src.c)
    winners = plan.reserve(pool.outputCount, for: .untilBackward, label: "\(path) winners")
    kernel = pool
    return Shape(n: src.n, h: pool.outHeight, w: pool.outWidth, c: src.c)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    kernel!.forward(
      y: dst.pointer, winners: pass.workspace[winners!], x: src.pointer, pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { return }
    kernel!.backward(
      dx: dSrc.pointer, dy: dDst.pointer, winners: pass.workspace[winners!], pool: pass.pool)
  }
}
