import Kernels
import Tensors

/// Batch normalisation over batch, height and width; the arithmetic is in `BatchNormKernel`.
///
/// As in PyTorch, the biased variance normalises, the unbiased one goes into the running average
/// (momentum 0.1), and ε is 1e-5. In the evaluation phase the running averages normalise.
package struct BatchNormLayer: Layer {
  package let path: String
  /// γ, β and the running averages, one element for each channel.
  let gamma: Parameter
  let beta: Parameter
  let runningMean: Parameter
  let runningVariance: Parameter
  private let channels: Int

  /// A normalisation of so many channels.
  package init(_ path: String, channels: Int) {
    (self.path, self.channels) = (path, channels)
    func vector(_ name: String, _ kind: Parameter.Kind, _ value: Float) -> Parameter {
      Parameter(
        "\(path).\(name)", [channels], part: .trunk, kind: kind, initial: .constant(value))
    }
    gamma = vector("weight", .normScale, 1)
    beta = vector("bias", .normShift, 0)
    runningMean = vector("running_mean", .buffer, 0)
    runningVariance = vector("running_var", .buffer, 1)
  }

  package var parameters: [Parameter] { [gamma, beta, runningMean, runningVariance] }

  /// Fixes the extents and reserves what a forward pass leaves for the backward pass, but no scratch
  /// memory: a block's normalisations share theirs.
  ///
  /// - Throws: `ShapeError` where the channels are others or have a single element each.
  func planned(
    for src: Shape, in plan: inout WorkspacePlan
  ) throws(ShapeError) -> PlannedNormalization {
    guard src.pixels > 1, src.c == channels else {
      throw ShapeError(
        "\(path): batch normalisation of \(channels) channels cannot take \(src): it needs at "
          + "least two numbers per channel. Use a larger batch or larger images.")
    }
    let kernel = BatchNormKernel(rows: src.pixels, channels: channels)
    return PlannedNormalization(
      self, kernel,
      saved: plan.reserve(
        PlannedNormalization.savedCount(kernel), for: .untilBackward, label: "\(path) statistics"))
  }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedBatchNormLayer {
    let norm = try planned(for: src, in: &plan)
    return PlannedBatchNormLayer(
      norm, on: src,
      scratch: plan.reserve(norm.scratchCount, for: .call, label: "\(path) scratch"))
  }
}

/// A batch normalisation by itself, with its scratch memory.
package final class PlannedBatchNormLayer: PlainLayer {
  package let resultShape: Shape
  private let norm: PlannedNormalization
  private let scratch: WorkspacePlan.Slot

  fileprivate init(_ norm: PlannedNormalization, on src: Shape, scratch: WorkspacePlan.Slot) {
    (self.norm, resultShape, self.scratch) = (norm, src, scratch)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let found = norm.observe(src.pointer, scratch: pass.workspace[scratch], pass: pass)
    norm.kernel.apply(
      y: dst.pointer, x: src.pointer, scale: found.scale, shift: found.shift, relu: false,
      pool: pass.pool)
  }

  /// The parameters' gradients are found on the way to that of the source, so without `dSrc` there
  /// is nowhere to compute them.
  ///
  /// - Precondition: `dSrc` is not nil.
  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { preconditionFailure("a normalisation by itself needs dSrc") }
    dSrc.pointer.update(from: src.pointer, count: src.count)
    let found = norm.gradient(
      x: dSrc.pointer, dy: dDst.pointer, mask: .none, scratch: pass.workspace[scratch],
      pass: pass)
    norm.kernel.apply(found, pool: pass.pool)
  }
}
