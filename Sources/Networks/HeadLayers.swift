import Kernels
import Randomness
import Tensors

/// The mean over each image's pixels.
final class GlobalAveragePoolLayer: Layer {
  let path = "avgpool"
  let parameters: [Parameter] = []
  private var kernel: GlobalAveragePool?

  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    kernel = GlobalAveragePool(batch: src.n, pixels: src.h * src.w, channels: src.c)
    return .matrix(src.n, src.c)
  }

  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    kernel!.forward(y: dst.pointer, x: src.pointer, pool: pass.pool)
  }

  func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    if let dSrc { kernel!.backward(dx: dSrc.pointer, dy: dDst.pointer, pool: pass.pool) }
  }
}

/// y = x · Wᵀ + b
final class LinearLayer: Layer {
  let path: String
  let weight: Parameter
  let bias: Parameter
  private var kernel: LinearKernel

  init(_ path: String, inputs: Int, outputs: Int) {
    self.path = path
    weight = Parameter(
      "\(path).weight", [outputs, inputs], part: .head, kind: .weight,
      initial: .linear(inputs: inputs))
    bias = Parameter(
      "\(path).bias", [outputs], part: .head, kind: .bias, initial: .linear(inputs: inputs))
    kernel = LinearKernel(batch: 0, inputs: inputs, outputs: outputs)
  }

  var parameters: [Parameter] { [weight, bias] }

  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    guard src.count == src.n * kernel.inputs else {
      throw ShapeError("\(path): a linear layer on \(kernel.inputs) features cannot take \(src)")
    }
    kernel = LinearKernel(batch: src.n, inputs: kernel.inputs, outputs: kernel.outputs)
    return .matrix(src.n, kernel.outputs)
  }

  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    kernel.forward(
      y: dst.pointer, x: src.pointer, w: weight.value.pointer, b: bias.value.pointer)
  }

  func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    kernel.backwardWeights(
      dw: weight.gradient!.pointer, db: bias.gradient!.pointer, dy: dDst.pointer, x: src.pointer)
    if let dSrc {
      kernel.backwardData(dx: dSrc.pointer, dy: dDst.pointer, w: weight.value.pointer)
    }
  }
}

/// y = max(0, x)
final class ReLULayer: Layer {
  let path: String
  let parameters: [Parameter] = []

  init(_ path: String) { self.path = path }

  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape { src }

  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    Activation.relu(y: dst.pointer, x: src.pointer, count: src.count, pool: pass.pool)
  }

  func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { return }
    Activation.reluBackward(
      dx: dSrc.pointer, dy: dDst.pointer, y: dst.pointer, count: src.count, pool: pass.pool)
  }
}

/// Inverted dropout: nothing in the evaluation phase.
final class DropoutLayer: Layer {
  let path: String
  let parameters: [Parameter] = []
  private let probability: Double
  private var factors: WorkspacePlan.Slot?

  init(_ path: String, probability: Double) {
    (self.path, self.probability) = (path, probability)
  }

  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    factors = plan.reserve(src.count, for: .untilBackward, label: "\(path) factors")
    return src
  }

  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
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

  func backward(
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
final class MaxPoolLayer: Layer {
  let path: String
  let parameters: [Parameter] = []
  private var kernel: MaxPool?
  private var winners: WorkspacePlan.Slot?

  init(_ path: String) { self.path = path }

  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    let pool = MaxPool(batch: src.n, height: src.h, width: src.w, channels: src.c)
    winners = plan.reserve(pool.outputCount, for: .untilBackward, label: "\(path) winners")
    kernel = pool
    return Shape(n: src.n, h: pool.outHeight, w: pool.outWidth, c: src.c)
  }

  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    kernel!.forward(
      y: dst.pointer, winners: pass.workspace[winners!], x: src.pointer, pool: pass.pool)
  }

  func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { return }
    kernel!.backward(
      dx: dSrc.pointer, dy: dDst.pointer, winners: pass.workspace[winners!], pool: pass.pool)
  }
}
