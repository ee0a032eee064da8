import Kernels
import Tensors

/// 3×3 max-pooling with stride 2 by itself; ``StemLayer`` does it together with normalisation and
/// ReLU.
package struct MaxPoolLayer: Layer {
  package let path: String
  package let parameters: [Parameter] = []

  /// A max-pool, named for clocks only.
  package init(_ path: String) { self.path = path }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedMaxPoolLayer {
    let kernel = MaxPool(batch: src.n, height: src.h, width: src.w, channels: src.c)
    return PlannedMaxPoolLayer(
      kernel,
      winners: plan.reserve(kernel.outputCount, for: .untilBackward, label: "\(path) winners"))
  }
}

/// Max-pooling of given extents.
package final class PlannedMaxPoolLayer: PlainLayer {
  private let kernel: MaxPool
  /// Which element of its window each element of the result was, of the result's shape.
  private let winners: WorkspacePlan.Slot

  fileprivate init(_ kernel: MaxPool, winners: WorkspacePlan.Slot) {
    (self.kernel, self.winners) = (kernel, winners)
  }

  package var resultShape: Shape {
    Shape(n: kernel.batch, h: kernel.outHeight, w: kernel.outWidth, c: kernel.channels)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    kernel.forward(
      y: dst.pointer, winners: pass.workspace[winners], x: src.pointer, pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { return }
    kernel.backward(
      dx: dSrc.pointer, dy: dDst.pointer, winners: pass.workspace[winners], pool: pass.pool)
  }
}
