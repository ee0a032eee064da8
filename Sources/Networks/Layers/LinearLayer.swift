import Kernels
import Tensors

/// y = x · Wᵀ + b, from batch × inputs to batch × outputs.
package struct LinearLayer: Layer {
  package let path: String
  /// outputs × inputs
  private let weight: Parameter
  private let bias: Parameter
  private let inputs: Int
  private let outputs: Int

  /// A layer with PyTorch's initial values; a bias that starts at a given value does not decay.
  package init(_ path: String, inputs: Int, outputs: Int, initialBias: Double? = nil) {
    (self.path, self.inputs, self.outputs) = (path, inputs, outputs)
    weight = Parameter(
      "\(path).weight", [outputs, inputs], part: .head, kind: .weight,
      initial: .linear(inputs: inputs))
    bias = Parameter(
      "\(path).bias", [outputs], part: .head, kind: .bias,
      initial: initialBias.map { .constant(Float($0)) } ?? .linear(inputs: inputs),
      decays: initialBias == nil)
  }

  package var parameters: [Parameter] { [weight, bias] }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedLinearLayer {
    guard src.count == src.n * inputs else {
      throw ShapeError("\(path): a linear layer on \(inputs) features cannot take \(src)")
    }
    let kernel = LinearKernel(batch: src.n, inputs: inputs, outputs: outputs)
    return PlannedLinearLayer(
      path, kernel, weight: weight, bias: bias,
      scratch: plan.reserve(
        kernel.scratchCount(threads: threads), for: .call, label: "\(path) scratch"))
  }
}

/// A linear layer of given extents.
package final class PlannedLinearLayer: PlainLayer {
  private let path: String
  private let kernel: LinearKernel
  private let weight: Parameter
  private let bias: Parameter
  private let scratch: WorkspacePlan.Slot

  fileprivate init(
    _ path: String, _ kernel: LinearKernel, weight: Parameter, bias: Parameter,
    scratch: WorkspacePlan.Slot
  ) {
    (self.path, self.kernel, self.scratch) = (path, kernel, scratch)
    (self.weight, self.bias) = (weight, bias)
  }

  package var resultShape: Shape { .matrix(kernel.batch, kernel.outputs) }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    timed(.forward, pass.pool) {
      kernel.forward(
        y: dst.pointer, x: src.pointer, w: weight.elements, b: bias.elements,
        scratch: pass.workspace[scratch], pool: pass.pool)
    }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    timed(.backwardWeights, pass.pool) {
      weight.clearGradient(pool: pass.pool)
      bias.clearGradient(pool: pass.pool)
      kernel.backwardWeights(
        dw: weight.trainedGradient.pointer, db: bias.trainedGradient.pointer, dy: dDst.pointer,
        x: src.pointer, scratch: pass.workspace[scratch], pool: pass.pool)
    }
    guard let dSrc else { return }
    timed(.backwardData, pass.pool) {
      kernel.backwardData(
        dx: dSrc.pointer, dy: dDst.pointer, w: weight.elements, scratch: pass.workspace[scratch],
        pool: pass.pool)
    }
  }

  private func timed(_ part: WorkClock.Pass, _ pool: ThreadPool, _ body: () -> Void) {
    let operations = 2 * kernel.batch * kernel.inputs * kernel.outputs
    pool.timed(path, part, kind: "linear", operations: Double(operations), body)
  }
}
