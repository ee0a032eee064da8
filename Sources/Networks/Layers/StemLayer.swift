import Kernels
import Tensors

/// The first convolution with its normalisation and ReLU and, for the ImageNet stem, the 3×3
/// max-pool with stride 2, which reads the raw convolution: the normalised image is never stored.
package final class StemLayer: Layer {
  package let path = ""
  package let unit: NormalizedConvolution
  private let pools: Bool
  private var raw: WorkspacePlan.Slot?
  private var winners: WorkspacePlan.Slot?
  private var gradient: WorkspacePlan.Slot?
  private var scratch: WorkspacePlan.Slot?
  private var sums: WorkspacePlan.Slot?
  private var maxPool: MaxPool?

  package init(_ unit: NormalizedConvolution, pools: Bool) {
    (self.unit, self.pools) = (unit, pools)
  }

  package var parameters: [Parameter] { unit.parameters }
  package var kernelNames: [String] { unit.convolution.kernelNames }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    var shape = try unit.convolution.prepare(for: src, threads: threads)
    try unit.norm.prepare(for: shape, in: &plan)
    raw = plan.reserve(shape.count, for: .untilBackward, label: unit.convolution.path)
    sums = plan.reserve(
      unit.convolution.sumCount, for: .call, label: "\(unit.convolution.path) sums")
    var scratchCount = max(unit.convolution.scratchCount, unit.norm.scratchCount)
    if pools {
      let pool = MaxPool(batch: shape.n, height: shape.h, width: shape.w, channels: shape.c)
      scratchCount = max(scratchCount, unit.norm.kernel.scratchCount(pool))
      if !unit.convolution.readsLines {
        gradient = plan.reserve(shape.count, for: .call, label: "maxpool gradient")
      }
      winners = plan.reserve(pool.outputCount, for: .untilBackward, label: "maxpool winners")
      shape = Shape(n: shape.n, h: pool.outHeight, w: pool.outWidth, c: shape.c)
      maxPool = pool
    }
    scratch = plan.reserve(
      scratchCount, for: .call, label: "\(unit.convolution.path) scratch")
    return shape
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let (x, scratch) = (pass.workspace[raw!], pass.workspace[scratch!])
    if pass.phase == .evaluation {
      unit.convolution.forwardFolded(
        y: maxPool == nil ? dst.pointer : x, x: src.pointer, norm: unit.norm, relu: true,
        scratch: scratch, pool: pass.pool)
      maxPool?.forward(
        y: dst.pointer, winners: pass.workspace[winners!], x: x, pool: pass.pool)
      return
    }
    let found = unit.forward(
      y: x, x: src.pointer, sums: pass.workspace[sums!], scratch: scratch, pass: pass)
    if let maxPool {
      maxPool.forward(
        y: dst.pointer, winners: pass.workspace[winners!], x: x, scale: found.scale,
        shift: found.shift, pool: pass.pool)
    } else {
      unit.norm.kernel.apply(
        y: dst.pointer, x: x, scale: found.scale, shift: found.shift, relu: true, pool: pass.pool)
    }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let (x, scratch) = (pass.workspace[raw!], pass.workspace[scratch!])
    let found: NormalizedGradient
    if let maxPool {
      let winners = pass.workspace[winners!]
      if unit.convolution.readsLines {
        let pooled = PooledGradient(maxPool, dy: dDst.pointer, winners: winners)
        let lines = unit.norm.gradient(x: x, dy: pooled, scratch: scratch, pass: pass)
        unit.convolution.backward(
          dx: dSrc?.pointer, lines: lines, x: src.pointer, scratch: scratch, pool: pass.pool)
        return
      }
      let gradient = pass.workspace[gradient!]
      maxPool.backward(dx: gradient, dy: dDst.pointer, winners: winners, pool: pass.pool)
      found = unit.norm.gradient(x: x, dy: gradient, mask: .none, scratch: scratch, pass: pass)
    } else {
      found = unit.norm.gradient(
        x: x, dy: dDst.pointer, mask: .normalized, scratch: scratch, pass: pass)
    }
    unit.convolution.backward(
      dx: dSrc?.pointer, dy: found, norm: unit.norm, x: src.pointer, scratch: scratch,
      pool: pass.pool)
  }
}
