import Kernels
import Tensors

/// What a layer reads: the result of the layer below.
package enum LayerSource {
  /// All of it is in memory.
  case written(TensorView)
  /// Its last operations are still to be done, by whoever reads it.
  case pending(PendingResult)

  /// The result in memory, where it is written now if it was pending.
  func written(pool: ThreadPool) -> TensorView {
    switch self {
    case .written(let view): view
    case .pending(let result): result.write(pool: pool)
    }
  }
}

/// The end of a residual block that is still to be computed: max(0, A · x + B + addend).
///
/// Everything it points to stays as it is until the result is written, which is before the block
/// above returns from its forward pass.
package struct PendingResult {
  /// The normalisation of x, pixels × channels.
  let kernel: BatchNormKernel
  /// The raw result of the block's last convolution, of the shape of `place`.
  let x: UnsafePointer<Float>
  /// A and B, one element for each channel.
  let affine: BatchNormKernel.Saved
  /// What the shortcut adds, of the shape of `place`.
  let addend: BatchNormKernel.Addend
  /// Where the result belongs.
  let place: MutableTensorView

  /// Overwrites ``place`` in a pass of its own.
  func write(pool: ThreadPool) -> TensorView {
    kernel.apply(
      y: place.pointer, x: x, scale: affine.scale, shift: affine.shift, addend: addend, relu: true,
      pool: pool)
    return place.readOnly
  }

  /// For a convolution that reads x through it and overwrites ``place`` meanwhile, with the bits of
  /// ``write(pool:)``.
  var input: InputTransform {
    InputTransform(
      scale: affine.scale, shift: affine.shift,
      residual: InputTransform.Residual(addend: addend, result: place.pointer))
  }
}
