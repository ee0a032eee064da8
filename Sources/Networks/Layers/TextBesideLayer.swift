import Kernels
import Tensors

/// Puts the encoding of a text beside each image's features: batch × features becomes
/// batch × (features + encoding).
///
/// The texts come by a way of their own: ``tokens(in:)`` is filled before the forward pass.
package final class TextBesideLayer: Layer {
  package var path: String { encoder.path }
  private let encoder: TextEncoderLayer
  private let words: Int
  private var features = 0
  private var batch = 0
  private var tokens: WorkspacePlan.Slot?
  private var encoding: WorkspacePlan.Slot?
  private var dEncoding: WorkspacePlan.Slot?

  package init(_ encoder: TextEncoderLayer, words: Int) {
    (self.encoder, self.words) = (encoder, words)
  }

  package var parameters: [Parameter] { encoder.parameters }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    (batch, features) = (src.n, src.h * src.w * src.c)
    let texts = Shape.matrix(batch, words)
    tokens = plan.reserve(texts.count, for: .untilBackward, label: "\(path) words")
    let shape = try encoder.plan(for: texts, in: &plan, threads: threads)
    encoding = plan.reserve(shape.count, for: .untilBackward, label: "\(path) encoding")
    dEncoding = plan.reserve(shape.count, for: .call, label: "\(path) gradient of the encoding")
    return .matrix(batch, features + encoder.outputs)
  }

  /// batch × words, to be filled before a forward pass; kept until the backward pass is done.
  package func tokens(in workspace: Workspace) -> MutableTensorView {
    workspace.tensor(tokens!, .matrix(batch, words))
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let encoded = pass.workspace.tensor(encoding!, .matrix(batch, encoder.outputs))
    encoder.forward(tokens(in: pass.workspace).readOnly, into: encoded, pass: pass)
    let width = features + encoder.outputs
    for row in 0..<batch {
      (dst.pointer + row * width).update(from: src.pointer + row * features, count: features)
      (dst.pointer + row * width + features).update(
        from: encoded.pointer + row * encoder.outputs, count: encoder.outputs)
    }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let encoded = pass.workspace.tensor(encoding!, .matrix(batch, encoder.outputs))
    let dEncoded = pass.workspace.tensor(dEncoding!, encoded.shape)
    let width = features + encoder.outputs
    for row in 0..<batch {
      let source = dDst.pointer + row * width
      if let dSrc { (dSrc.pointer + row * features).update(from: source, count: features) }
      (dEncoded.pointer + row * encoder.outputs).update(
        from: source + features, count: encoder.outputs)
    }
    encoder.backward(
      dEncoded, src: tokens(in: pass.workspace).readOnly, dst: encoded.readOnly, into: nil,
      pass: pass)
  }
}
