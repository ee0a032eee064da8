import Kernels
import Tensors

/// A residual block of given extents.
///
/// Of every convolution only the raw result is kept until the backward pass, which replaces it by
/// that result's gradient; the next convolution normalises it while it reads.
///
/// Blocks that follow one another share work. In the training phase the block above adds, rectifies
/// and writes the result of the block below while its first convolution reads it, where it can
/// (``BlockFusion``). Its backward pass then applies the last ReLU of the block below to the gradient
/// while that is in registers and, past an identity, forms the sums that the last normalisation
/// below needs (``ResultGradient``).
package final class PlannedResidualBlock: PlannedLayer {
  /// What all convolutions of a block share during one call.
  struct Memory {
    /// The gradient of a source inside the branch, as large as the largest of them.
    let gradient: WorkspacePlan.Slot
    let scratch: WorkspacePlan.Slot
    let sums: WorkspacePlan.Slot
  }

  package let resultShape: Shape
  let first: PlannedNormalizedConvolution
  /// Those of the branch after the first, in order.
  let others: [PlannedNormalizedConvolution]
  let last: PlannedNormalizedConvolution
  let shortcut: PlannedShortcut
  let memory: Memory
  /// The block whose result this one reads, if that is a block.
  let below: PlannedResidualBlock?
  private let fusion: BlockFusion

  /// - Precondition: the branch has at least two convolutions.
  init(
    _ branch: [PlannedNormalizedConvolution], _ shortcut: PlannedShortcut, _ memory: Memory,
    below: PlannedResidualBlock?, fusion: BlockFusion
  ) {
    (first, last) = (branch[0], branch[branch.count - 1])
    others = Array(branch.dropFirst())
    (self.shortcut, self.memory, self.below, self.fusion) = (shortcut, memory, below, fusion)
    resultShape = last.resultShape
  }

  package var kernelNames: [String] {
    ([first] + others + shortcut.units).map(\.convolution.kernelName)
  }

  package var restorable: (any RestorableLayer)? { fusion.isRestorable ? self : nil }

  package func forward(
    _ src: LayerSource, into dst: MutableTensorView, pass: Pass
  ) -> LayerSource {
    switch pass.phase {
    case .evaluation:
      evaluate(src.written(pool: pass.pool), into: dst, pass: pass)
      return .written(dst.readOnly)
    case .training:
      let src = forwardConvolutions(src, pass: pass)
      let result = ending(src, into: dst, pass: pass)
      return switch fusion.ending {
      case .here: .written(result.write(pool: pass.pool))
      case .above: .pending(result)
      }
    }
  }

  /// Computes the raw results of all convolutions and what normalises them.
  ///
  /// - Returns: the source, which is written by then.
  private func forwardConvolutions(_ src: LayerSource, pass: Pass) -> TensorView {
    let (scratch, sums) = (pass.workspace[memory.scratch], pass.workspace[memory.sums])
    let source: TensorView
    if case .pending(let result) = src, first.convolution.endsBlocks {
      // The first convolution ends the block below while it reads.
      first.forward(result.x, input: result.input, sums: sums, scratch: scratch, pass: pass)
      source = result.place.readOnly
    } else {
      source = src.written(pool: pass.pool)
      first.forward(source.pointer, sums: sums, scratch: scratch, pass: pass)
    }
    var previous = first
    for unit in others {
      unit.forward(
        pass.workspace[previous.raw], input: previous.normalizing(pass), sums: sums,
        scratch: scratch, pass: pass)
      previous = unit
    }
    if case .projection(let unit) = shortcut {
      unit.forward(source.pointer, sums: sums, scratch: scratch, pass: pass)
    }
    return source
  }

  /// The last normalisation, the addition and the ReLU, still to be done.
  private func ending(
    _ src: TensorView, into dst: MutableTensorView, pass: Pass
  ) -> PendingResult {
    PendingResult(
      kernel: last.norm.kernel, x: pass.workspace[last.raw],
      affine: last.norm.vectors(pass.workspace), addend: shortcut.addend(src, pass: pass),
      place: dst)
  }

  /// Normalisation, addition and ReLU happen where a convolution's sums leave the registers.
  private func evaluate(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let (workspace, pool) = (pass.workspace, pass.pool)
    let scratch = workspace[memory.scratch]
    let addend = shortcut.evaluate(src, scratch: scratch, pass: pass)
    first.evaluate(
      into: workspace[first.raw], src.pointer, relu: true, scratch: scratch, pool: pool)
    var previous = first
    for unit in others.dropLast() {
      unit.evaluate(
        into: workspace[unit.raw], workspace[previous.raw], relu: true, scratch: scratch,
        pool: pool)
      previous = unit
    }
    last.evaluate(
      into: dst.pointer, workspace[previous.raw], addend: addend, relu: true, scratch: scratch,
      pool: pool)
  }
}

extension PlannedResidualBlock: RestorableLayer {
  package func restoreResult(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    _ = ending(src, into: dst, pass: pass).write(pool: pass.pool)
  }
}
