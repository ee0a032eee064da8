import Kernels
import Tensors

/// The first convolution with its normalisation and ReLU and, for the ImageNet stem, the 3×3
/// max-pool with stride 2, which reads the raw convolution: the normalised image is never stored.
package struct StemLayer: Layer {
  package let path = ""
  private let unit: NormalizedConvolution
  private let pools: Bool

  /// A stem with or without the max-pool.
  package init(_ unit: NormalizedConvolution, pools: Bool) {
    (self.unit, self.pools) = (unit, pools)
  }

  package var parameters: [Parameter] { unit.parameters }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedStemLayer {
    let unit = try unit.planned(for: src, in: &plan, threads: threads)
    let path = unit.convolution.path
    let sums = plan.reserve(unit.convolution.sumCount, for: .call, label: "\(path) sums")
    let pooling = pools ? pooling(of: unit, in: &plan) : nil
    let scratchCount = max(
      unit.scratchCount, pooling.map { unit.norm.kernel.scratchCount($0.kernel) } ?? 0)
    return PlannedStemLayer(
      unit, pooling, sums: sums,
      scratch: plan.reserve(scratchCount, for: .call, label: "\(path) scratch"))
  }

  private func pooling(
    of unit: PlannedNormalizedConvolution, in plan: inout WorkspacePlan
  ) -> PlannedStemLayer.Pooling {
    let shape = unit.resultShape
    let kernel = MaxPool(batch: shape.n, height: shape.h, width: shape.w, channels: shape.c)
    let gradient: PlannedStemLayer.Pooling.Gradient =
      unit.convolution.readsLines
      ? .lines : .image(plan.reserve(shape.count, for: .call, label: "maxpool gradient"))
    return PlannedStemLayer.Pooling(
      kernel: kernel,
      winners: plan.reserve(kernel.outputCount, for: .untilBackward, label: "maxpool winners"),
      gradient: gradient)
  }
}

/// A stem of given extents.
package final class PlannedStemLayer: PlainLayer {
  /// The max-pool at its end.
  struct Pooling {
    /// How the gradient of what it reads, four times as large as its result's, is computed.
    enum Gradient {
      /// Line by line, where the convolution's backward pass reads it.
      case lines
      /// As a whole, in memory of the shape of the raw convolution.
      case image(WorkspacePlan.Slot)
    }

    let kernel: MaxPool
    /// Which element of its window each element of the result was, of the result's shape.
    let winners: WorkspacePlan.Slot
    let gradient: Gradient
  }

  package let resultShape: Shape
  private let unit: PlannedNormalizedConvolution
  private let pooling: Pooling?
  private let sums: WorkspacePlan.Slot
  private let scratch: WorkspacePlan.Slot

  fileprivate init(
    _ unit: PlannedNormalizedConvolution, _ pooling: Pooling?, sums: WorkspacePlan.Slot,
    scratch: WorkspacePlan.Slot
  ) {
    (self.unit, self.pooling, self.sums, self.scratch) = (unit, pooling, sums, scratch)
    var shape = unit.resultShape
    if let pooling { (shape.h, shape.w) = (pooling.kernel.outHeight, pooling.kernel.outWidth) }
    resultShape = shape
  }

  package var kernelNames: [String] { [unit.convolution.kernelName] }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    switch pass.phase {
    case .evaluation: evaluate(src, into: dst, pass: pass)
    case .training: train(src, into: dst, pass: pass)
    }
  }

  private func evaluate(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let (x, scratch) = (pass.workspace[unit.raw], pass.workspace[scratch])
    unit.evaluate(
      into: pooling == nil ? dst.pointer : x, src.pointer, relu: true, scratch: scratch,
      pool: pass.pool)
    guard let pooling else { return }
    pooling.kernel.forward(
      y: dst.pointer, winners: pass.workspace[pooling.winners], x: x, pool: pass.pool)
  }

  private func train(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let x = pass.workspace[unit.raw]
    let found = unit.forward(
      src.pointer, sums: pass.workspace[sums], scratch: pass.workspace[scratch], pass: pass)
    if let pooling {
      pooling.kernel.forward(
        y: dst.pointer, winners: pass.workspace[pooling.winners], x: x, scale: found.scale,
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
    let (x, scratch) = (pass.workspace[unit.raw], pass.workspace[scratch])
    guard let pooling else {
      let found = unit.norm.gradient(
        x: x, dy: dDst.pointer, mask: .normalized, scratch: scratch, pass: pass)
      unit.backward(
        dx: dSrc?.pointer, dy: found, x: src.pointer, scratch: scratch, pool: pass.pool)
      return
    }
    let winners = pass.workspace[pooling.winners]
    switch pooling.gradient {
    case .lines:
      let pooled = PooledGradient(pooling.kernel, dy: dDst.pointer, winners: winners)
      let lines = unit.norm.gradient(x: x, dy: pooled, scratch: scratch, pass: pass)
      unit.convolution.backward(
        dx: dSrc?.pointer, lines: lines, x: src.pointer, scratch: scratch, pool: pass.pool)
    case .image(let slot):
      let gradient = pass.workspace[slot]
      pooling.kernel.backward(dx: gradient, dy: dDst.pointer, winners: winners, pool: pass.pool)
      let found = unit.norm.gradient(
        x: x, dy: gradient, mask: .none, scratch: scratch, pass: pass)
      unit.backward(
        dx: dSrc?.pointer, dy: found, x: src.pointer, scratch: scratch, pool: pass.pool)
    }
  }
}
