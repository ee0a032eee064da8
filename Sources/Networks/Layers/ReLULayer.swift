import Kernels
import Tensors

/// y = max(0, x), for any shape.
package struct ReLULayer: Layer {
  package let path: String
  package let parameters: [Parameter] = []

  /// A rectifier, named for clocks only.
  package init(_ path: String) { self.path = path }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedReLULayer {
    PlannedReLULayer(src)
  }
}

/// A rectifier of a given shape.
package final class PlannedReLULayer: PlainLayer {
  package let resultShape: Shape

  fileprivate init(_ shape: Shape) { resultShape = shape }

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
