import Kernels
import Tensors

/// Puts the encoding of a text beside each image's features: batch × features becomes
/// batch × (features + encoding).
///
/// The texts do not come from the layer below: ``PlannedTextBesideLayer/tokens(in:)`` is filled
/// before the forward pass.
package struct TextBesideLayer: Layer {
  package var path: String { encoder.path }
  private let encoder: TextEncoderLayer
  private let words: Int

  /// - Parameter words: of a text, at most.
  package init(_ encoder: TextEncoderLayer, words: Int) {
    (self.encoder, self.words) = (encoder, words)
  }

  package var parameters: [Parameter] { encoder.parameters }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedTextBesideLayer {
    let texts = Shape.matrix(src.n, words)
    let tokens = plan.reserve(texts.count, for: .untilBackward, label: "\(path) words")
    let encoder = try encoder.plan(for: texts, in: &plan, threads: threads)
    let count = encoder.resultShape.count
    return PlannedTextBesideLayer(
      encoder, beside: src.h * src.w * src.c, texts: texts, tokens: tokens,
      encoding: plan.reserve(count, for: .untilBackward, label: "\(path) encoding"),
      dEncoding: plan.reserve(count, for: .call, label: "\(path) gradient of the encoding"))
  }
}

/// Texts beside images, of given extents.
package final class PlannedTextBesideLayer: PlainLayer {
  private let encoder: PlannedTextEncoderLayer
  /// Elements of an image.
  private let features: Int
  /// batch × words
  private let texts: Shape
  private let tokens: WorkspacePlan.Slot
  /// batch × encoding, and its gradient.
  private let encoding: WorkspacePlan.Slot
  private let dEncoding: WorkspacePlan.Slot

  fileprivate init(
    _ encoder: PlannedTextEncoderLayer, beside features: Int, texts: Shape,
    tokens: WorkspacePlan.Slot, encoding: WorkspacePlan.Slot, dEncoding: WorkspacePlan.Slot
  ) {
    (self.encoder, self.features, self.texts) = (encoder, features, texts)
    (self.tokens, self.encoding, self.dEncoding) = (tokens, encoding, dEncoding)
  }

  /// Elements of an encoding.
  private var width: Int { encoder.resultShape.c }

  package var resultShape: Shape { .matrix(texts.n, features + width) }

  /// batch × words, to be filled before a forward pass; kept until the backward pass is done.
  package func tokens(in workspace: Workspace) -> MutableTensorView {
    workspace.tensor(tokens, texts)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let encoded = pass.workspace.tensor(encoding, encoder.resultShape)
    encoder.forward(tokens(in: pass.workspace).readOnly, into: encoded, pass: pass)
    for row in 0..<texts.n {
      let target = dst.pointer + row * (features + width)
      target.update(from: src.pointer + row * features, count: features)
      (target + features).update(from: encoded.pointer + row * width, count: width)
    }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let encoded = pass.workspace.tensor(encoding, encoder.resultShape)
    let dEncoded = pass.workspace.tensor(dEncoding, encoder.resultShape)
    for row in 0..<texts.n {
      let source = dDst.pointer + row * (features + width)
      if let dSrc { (dSrc.pointer + row * features).update(from: source, count: features) }
      (dEncoded.pointer + row * width).update(from: source + features, count: width)
    }
    encoder.backward(
      dEncoded, src: tokens(in: pass.workspace).readOnly, dst: encoded.readOnly, into: nil,
      pass: pass)
  }
}
