import Tensors

/// A layer whose shapes and memory are fixed, with its forward and backward pass written out.
///
/// All tensors are NHWC. `src`, `dst` and their gradients never overlap. A planned layer remembers
/// nothing from one call to the next except in the workspace.
///
/// Neighbours may share work: what one leaves to the other is in the values that the passes take
/// and return. Layers that leave nothing to their neighbours conform to ``PlainLayer``.
package protocol PlannedLayer: AnyObject {
  /// The shape of the result.
  var resultShape: Shape { get }
  /// The implementations that its convolutions use, one name for each convolution.
  var kernelNames: [String] { get }
  /// The layer itself, where its result need not be kept for the backward passes.
  var restorable: (any RestorableLayer)? { get }

  /// Computes the layer's result.
  ///
  /// - Parameters:
  ///   - src: what the layer reads. If it is pending, it is written in this call.
  ///   - dst: where the result belongs, of shape ``resultShape``. It is overwritten in this call,
  ///     unless the returned value is pending: then the layer above overwrites it while it reads.
  ///   - pass: a pass over the workspace of the plan that the layer was planned in.
  /// - Returns: the result, to be given to the layer above. In the evaluation phase it is always
  ///   written.
  func forward(_ src: LayerSource, into dst: MutableTensorView, pass: Pass) -> LayerSource

  /// Overwrites `dSrc` and the parameters' gradients, and may use up the memory of `dDst`.
  ///
  /// - Precondition: it comes once after a forward pass in the training phase, with the same `src`
  ///   and `dst`, which are both written by then.
  /// - Parameters:
  ///   - dDst: the gradient of the result, as the layer above returned it.
  ///   - dSrc: where the gradient of `src` belongs; nil where nobody needs it.
  /// - Returns: that gradient, to be given to the layer below; nil where `dSrc` is.
  func backward(
    _ dDst: ResultGradient, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) -> ResultGradient?
}

extension PlannedLayer {
  package var kernelNames: [String] { [] }
  package var restorable: (any RestorableLayer)? { nil }
}

/// A planned layer whose result can be made again, so that its memory is free between the passes.
package protocol RestorableLayer: AnyObject {
  /// Overwrites `dst` by what the forward pass wrote, bit for bit, from what the layer keeps.
  ///
  /// - Precondition: it comes directly before the backward pass of the layer above, which is the
  ///   last that reads `dst`; `src` is written.
  func restoreResult(_ src: TensorView, into dst: MutableTensorView, pass: Pass)
}

/// A planned layer that leaves nothing to its neighbours: every call writes its results itself.
package protocol PlainLayer: PlannedLayer {
  /// Overwrites `dst`.
  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass)

  /// Overwrites `dSrc`, where there is one, and the parameters' gradients; may use up `dDst`.
  ///
  /// - Precondition: it comes once after a forward pass in the training phase, with the same `src`
  ///   and `dst`.
  func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass)
}

extension PlainLayer {
  package func forward(
    _ src: LayerSource, into dst: MutableTensorView, pass: Pass
  ) -> LayerSource {
    forward(src.written(pool: pass.pool), into: dst, pass: pass)
    return .written(dst.readOnly)
  }

  package func backward(
    _ dDst: ResultGradient, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) -> ResultGradient? {
    guard case .whole(let dDst) = dDst else {
      preconditionFailure("only residual blocks are planned below a block that does their ReLU")
    }
    backward(dDst, src: src, dst: dst, into: dSrc, pass: pass)
    return dSrc.map { .whole($0) }
  }
}
