import Kernels
import Tensors

/// A convolution and the normalisation after it.
package struct NormalizedConvolution {
  let convolution: ConvolutionLayer
  let norm: BatchNormLayer

  /// A convolution and a normalisation of as many channels as it gives.
  package init(convolution: ConvolutionLayer, norm: BatchNormLayer) {
    (self.convolution, self.norm) = (convolution, norm)
  }

  package var parameters: [Parameter] { convolution.parameters + norm.parameters }

  /// Fixes the extents and reserves what a forward pass leaves for the backward pass.
  ///
  /// - Throws: `ShapeError` where the convolution or the normalisation cannot take its source.
  func planned(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedNormalizedConvolution {
    let convolution = try convolution.planned(for: src, threads: threads)
    let norm = try norm.planned(for: convolution.resultShape, in: &plan)
    return PlannedNormalizedConvolution(
      convolution: convolution, norm: norm,
      raw: plan.reserve(
        convolution.resultShape.count, for: .untilBackward, label: convolution.path))
  }
}

/// A convolution and the normalisation after it, of given extents.
///
/// Of both, only the raw result of the convolution is kept until the backward pass, which replaces
/// it by that result's gradient.
struct PlannedNormalizedConvolution {
  let convolution: PlannedConvolution
  let norm: PlannedNormalization
  /// The result of the convolution before the normalisation, of shape ``resultShape``; in the
  /// evaluation phase, with the normalisation in the convolution's weights, the result of both.
  let raw: WorkspacePlan.Slot

  var resultShape: Shape { convolution.resultShape }

  /// Elements of scratch memory for any pass.
  var scratchCount: Int { max(convolution.scratchCount, norm.scratchCount) }

  /// Writes the raw result x ∗ w, x being read through `input`, and finds the statistics that
  /// normalise it.
  ///
  /// - Parameters:
  ///   - sums: ``PlannedConvolution/sumCount`` elements.
  ///   - scratch: ``scratchCount`` elements.
  @discardableResult
  func forward(
    _ x: UnsafePointer<Float>, input: InputTransform? = nil, sums: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pass: Pass
  ) -> BatchNormKernel.Saved {
    let (y, parts) = (pass.workspace[raw], convolution.resultParts)
    convolution.forward(
      y: y, x: x, input: input, statistics: parts.isEmpty ? nil : sums, scratch: scratch,
      pool: pass.pool)
    return norm.observe(
      y, found: parts.isEmpty ? nil : (UnsafePointer(sums), parts), scratch: scratch, pass: pass)
  }

  /// The evaluation of both, y = norm(x ∗ w) + addend, then max(0, y) with `relu`; overwrites y.
  func evaluate(
    into y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    addend: UnsafePointer<Float>? = nil, relu: Bool, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    convolution.forwardFolded(
      y: y, x: x, norm: norm, addend: addend, relu: relu, scratch: scratch, pool: pool)
  }

  /// The normalisation of the raw result and its ReLU, for the convolution that reads it next.
  func normalizing(_ pass: Pass) -> InputTransform {
    let found = norm.vectors(pass.workspace)
    return InputTransform(scale: found.scale, shift: found.shift)
  }

  /// Overwrites the weights' gradient and, where it is wanted, dx.
  ///
  /// - Parameter dy: the gradient of the raw result, as the normalisation found it.
  func backward(
    dx: UnsafeMutablePointer<Float>?, epilogue: GradientEpilogue = GradientEpilogue(),
    dy: NormalizedGradient, x: UnsafePointer<Float>, input: InputTransform? = nil,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    convolution.backward(
      dx: dx, epilogue: epilogue, dy: dy, norm: norm, x: x, input: input, scratch: scratch,
      pool: pool)
  }
}
