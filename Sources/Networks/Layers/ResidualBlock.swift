import Kernels
import Tensors

/// ReLU(branch(x) + shortcut(x)), the branch being convolutions with normalisation and, between
/// them, ReLU: BasicBlock has two of 3×3, Bottleneck 1×1, 3×3, 1×1 (He et al., CVPR 2016).
///
/// It is one layer, so that normalisation, addition and ReLU are single passes over memory. Blocks
/// that follow one another save even these: see ``PlannedResidualBlock``.
package struct ResidualBlock: Layer {
  /// How x reaches the addition.
  package enum Shortcut {
    case identity
    case projection(NormalizedConvolution)
    /// Option A of the CIFAR networks, with its stride.
    case padded(stride: Int)
  }

  package let path: String
  let units: [NormalizedConvolution]
  let shortcut: Shortcut

  /// A block with a branch of these convolutions.
  ///
  /// - Precondition: there are at least two convolutions, and branch and shortcut change a shape in
  ///   the same way.
  package init(_ path: String, units: [NormalizedConvolution], shortcut: Shortcut) {
    precondition(units.count > 1, "\(path): a block has at least two convolutions")
    (self.path, self.units, self.shortcut) = (path, units, shortcut)
  }

  package var parameters: [Parameter] {
    let branch = units.flatMap(\.parameters)
    return if case .projection(let unit) = shortcut { branch + unit.parameters } else { branch }
  }

  var isPadded: Bool { if case .padded = shortcut { true } else { false } }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedResidualBlock {
    try self.plan(for: src, below: nil, above: nil, in: &plan, threads: threads)
  }

  /// As ``plan(for:in:threads:)``, between other blocks: decides who does what at their borders.
  ///
  /// - Parameters:
  ///   - below: the block whose result this one reads; nil where that is no block.
  ///   - above: the block that reads this one's result; nil where that is no block.
  package func plan(
    for src: Shape, below: PlannedResidualBlock?, above: ResidualBlock?,
    in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedResidualBlock {
    var branch: [PlannedNormalizedConvolution] = []
    var shape = src
    for unit in units {
      branch.append(try unit.planned(for: shape, in: &plan, threads: threads))
      shape = branch[branch.count - 1].resultShape
    }
    let shortcut = try plannedShortcut(from: src, to: shape, in: &plan, threads: threads)
    let all = branch + shortcut.units
    let memory = PlannedResidualBlock.Memory(
      gradient: plan.reserve(
        branch.dropLast().map(\.resultShape.count).max() ?? 0, for: .call,
        label: "\(path) gradient"),
      scratch: plan.reserve(
        all.map(\.scratchCount).max() ?? 0, for: .call, label: "\(path) scratch"),
      sums: plan.reserve(
        all.map(\.convolution.sumCount).max() ?? 0, for: .call, label: "\(path) sums"))
    return PlannedResidualBlock(
      branch, shortcut, memory, below: below, fusion: fusion(with: above, at: shape))
  }

  private func plannedShortcut(
    from src: Shape, to dst: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedShortcut {
    switch shortcut {
    case .identity:
      precondition(src == dst, "\(path): the identity cannot change \(src)")
      return .identity
    case .projection(let unit):
      let planned = try unit.planned(for: src, in: &plan, threads: threads)
      precondition(
        planned.resultShape == dst, "\(path): the branches end as \(dst) and \(planned.resultShape)"
      )
      return .projection(planned)
    case .padded(let stride):
      let kernel = PaddedShortcut(
        batch: src.n, height: src.h, width: src.w, inChannels: src.c, outChannels: dst.c,
        stride: stride)
      return .padded(
        kernel, addend: plan.reserve(dst.count, for: .call, label: "\(path) shortcut"))
    }
  }

  /// What a block above does for this one, whose result has this shape.
  ///
  /// A padded shortcut is made in scratch memory, which belongs to the layer above as soon as this
  /// one returns; so with one, this block ends by itself and its result is kept. A padded shortcut
  /// above adds to the gradient after its first convolution could have applied the ReLU.
  private func fusion(with above: ResidualBlock?, at shape: Shape) -> BlockFusion {
    guard let above, let first = above.units.first, !isPadded else { return BlockFusion() }
    let endsAbove = first.convolution.convolution(for: shape).endsBlocks
    return BlockFusion(ending: endsAbove ? .above : .here, isRestorable: !above.isPadded)
  }
}
