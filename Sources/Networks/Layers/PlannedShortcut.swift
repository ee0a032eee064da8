import Kernels
import Tensors

/// How x reaches the addition at the end of a residual block of given extents.
enum PlannedShortcut {
  case identity
  case projection(PlannedNormalizedConvolution)
  /// With the memory for what is added, for one call.
  case padded(PaddedShortcut, addend: WorkspacePlan.Slot)

  /// The convolution in it, if there is one.
  var units: [PlannedNormalizedConvolution] {
    if case .projection(let unit) = self { [unit] } else { [] }
  }

  /// What is added to the normalised branch in the training phase.
  ///
  /// - Precondition: a projection has done its forward pass on `src`.
  func addend(_ src: TensorView, pass: Pass) -> BatchNormKernel.Addend {
    switch self {
    case .identity: return .plain(src.pointer)
    case .projection(let unit):
      let found = unit.norm.vectors(pass.workspace)
      return .normalized(pass.workspace[unit.raw], scale: found.scale, shift: found.shift)
    case .padded(let kernel, let addend):
      let y = pass.workspace[addend]
      kernel.forward(y: y, x: src.pointer, pool: pass.pool)
      return .plain(y)
    }
  }

  /// What is added to the branch in the evaluation phase, of the shape of the block's result.
  func evaluate(
    _ src: TensorView, scratch: UnsafeMutablePointer<Float>, pass: Pass
  ) -> UnsafePointer<Float> {
    switch self {
    case .identity: return src.pointer
    case .projection(let unit):
      let y = pass.workspace[unit.raw]
      unit.evaluate(into: y, src.pointer, relu: false, scratch: scratch, pool: pass.pool)
      return UnsafePointer(y)
    case .padded(let kernel, let addend):
      let y = pass.workspace[addend]
      kernel.forward(y: y, x: src.pointer, pool: pass.pool)
      return UnsafePointer(y)
    }
  }
}
