import Kernels
import Tensors

/// The mean over each image's pixels: batch × height × width × channels becomes batch × channels.
package struct GlobalAveragePoolLayer: Layer {
  package let path = "avgpool"
  package let parameters: [Parameter] = []

  /// A pool over all pixels.
  package init() {}

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedGlobalAveragePoolLayer {
    PlannedGlobalAveragePoolLayer(
      GlobalAveragePool(batch: src.n, pixels: src.h * src.w, channels: src.c))
  }
}

/// The mean over each image's pixels, of given extents.
package final class PlannedGlobalAveragePoolLayer: PlainLayer {
  private let kernel: GlobalAveragePool

  fileprivate init(_ kernel: GlobalAveragePool) { self.kernel = kernel }

  package var resultShape: Shape { .matrix(kernel.batch, kernel.channels) }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    kernel.forward(y: dst.pointer, x: src.pointer, pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    if let dSrc { kernel.backward(dx: dSrc.pointer, dy: dDst.pointer, pool: pass.pool) }
  }
}
